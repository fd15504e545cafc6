"""The program: from the command line to the exit status.

What a run does not need it does not import: help and the first screen are to be seen at once.
"""

import gc
import os
import resource
import signal
import sys

from pfwizard.cli import streams
from pfwizard.cli.arguments import parse_arguments
from pfwizard.cli.command import Command
from pfwizard.cli.interruption import Interrupted, Interruption
from pfwizard.cli.report import Report, failure

PRIVATE_UMASK = 0o077

RARELY = 200_000
"""New objects between two collections of garbage (gc.set_threshold).

What is imported makes so many that stay that the usual 700 cost a sixth of the time until the first
page is seen.
"""


def program() -> int:
    """Run pfwizard as all that this process does; returns its exit status."""
    gc.set_threshold(RARELY)
    try:
        return main()
    finally:
        gc.freeze()  # else the interpreter looks through everything once more before it ends


def main(arguments: list[str] | None = None) -> int:
    """Run pfwizard; returns its exit status."""
    os.umask(PRIVATE_UMASK)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, it would hide how programs end
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # there will be keys in this memory
    streams.prepare()
    given = sys.argv[1:] if arguments is None else arguments
    interruption = Interruption()
    interruption.listen()
    try:
        report = _run(given, interruption)
    finally:  # --help and --version leave through here too
        interruption.listen_no_more()
        _tell_of(streams.finish_standard_output())
    _show(report, json="--json" in given)
    return report.exit_status


def _run(given: list[str], interruption: Interruption) -> Report:
    try:
        arguments = parse_arguments(given)
        if arguments.command is Command.WALK:
            from pfwizard.cli.walk import walk

            return walk(arguments, interruption)
        from pfwizard.cli.unattended import Unattended

        return Unattended(arguments, interruption).report()
    except Interrupted as cut:
        return failure(cut.failure)
    except Exception as error:
        return failure(error)


def _show(report: Report, *, json: bool) -> None:
    """Show the report; that it cannot be shown does not change how the run ended."""
    from pfwizard.cli import human_output

    try:
        if json:
            _show_to_programs(report)
        else:
            human_output.show_report(report)
        trouble = streams.finish_standard_output()
    except OSError as error:
        streams.give_up_standard_output()
        trouble = error
    _tell_of(trouble)


def _tell_of(trouble: OSError | None) -> None:
    """Why the output is not where it was to go; that nobody reads on is no trouble."""
    if trouble is not None and not isinstance(trouble, BrokenPipeError):
        streams.say(
            f"pfwizard: the output could not be written: {trouble.strerror}\n"
            "  Make room where it goes. The exit status tells all the same how the run ended."
        )


def _show_to_programs(report: Report) -> None:
    from pfwizard.cli import human_output, machine_output

    print(machine_output.as_json(report))
    if report.error is not None:
        human_output.show_error(report.error)
    human_output.show_demonstration(report)


if __name__ == "__main__":
    sys.exit(main())
