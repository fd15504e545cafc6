"""How long pfwizard takes beside what people would use instead, on terminals and servers.

The servers are real Debian machines; the terminals are 80x24, over SSH or here.

    python -m tests.bench                 everything, a few minutes
    python -m tests.bench second-run      one comparison; --repetitions N for more or fewer

Whatever is compared runs in turns in one go (A B A B ...), so that a busy minute of the host slows
all of them down. What counts are ratios of medians; seconds differ from host to host. A missed
target is printed, the other comparisons still run, and the exit status is 1 at the end.
"""
