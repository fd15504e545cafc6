"""The log that Postfix keeps by itself, and how it can bring everything to a standstill."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.check.inspection import Inspection
from pfwizard.check.reading import OVERRIDING, problems_about
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.plan.plan import Severity

LONGEST_QUEUE = PurePosixPath("/proc/sys/net/unix/max_dgram_qlen")
"""How many datagrams wait at a socket of unix(7): the kernel's 10, or what somebody has set."""

ENOUGH = 512
"""What systemd sets (sysctl.d/50-default.conf)."""


def _waits_for_itself(inspection: Inspection) -> Iterator[Occurrence]:
    log = inspection.effective.value("maillog_file")
    warnings = list(problems_about(inspection, OVERRIDING))
    longest = _longest_queue(inspection)
    if log and warnings and longest is not None and longest < ENOUGH:
        place, _ = warnings[0]
        yield Occurrence(
            f"each program of Postfix warns {_times(len(warnings))} when it starts, and the queue "
            f"of the one that writes {log} has room for {longest} messages: when it is full, "
            "postlogd waits for itself, all others wait for it, and no client is greeted",
            "Take out the lines that are not meant, or make room before Postfix is started: "
            f"sysctl -w net.unix.max_dgram_qlen={ENOUGH}",
            place,
            f"maillog_file = {log}",
        )


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _longest_queue(inspection: Inspection) -> int | None:
    """None where it cannot be seen, as in a tree."""
    state = inspection.file(LONGEST_QUEUE)
    text = b"" if state is None else (state.content or b"").strip()
    return int(text) if text.isdigit() else None


RULES = (
    Rule(
        "log-waits-for-itself",
        Severity.WARNING,
        "A log of Postfix's own that warnings can bring to a standstill",
        "With maillog_file, postlogd takes the messages of all programs from a socket, its own "
        "first ones among them. What main.cf sets twice is warned of by every program that reads "
        "it, before postlogd is ready. Where the kernel lets ten messages wait, as in containers, "
        "that is enough now and then; where systemd starts the machine, it is 512.",
        _waits_for_itself,
    ),
)
