"""The line at the top of every page."""

from collections.abc import Iterator

from pfwizard.quoting import harmless

DOMAIN = "."

FEWEST = 3
"""Letters of a name that is cut; fewer could be any machine's."""


def title(heading: str, host: str, width: int, notes: tuple[str, ...] = ()) -> str:
    """Where the operator is: on which machine, and at which step.

    ``notes`` stand in brackets. The name of the machine is cut where ``width`` columns do not hold
    it, and left out where too little of it would be left; the step is never cut for it. Where
    there is no room for all the rest, the name of the program goes before the notes do.
    """
    without_program = "  ".join((*map("({})".format, notes), heading))
    written = [
        *(_joined(name, notes, heading) for name in _shorter_and_shorter(harmless(host))),
        _joined("", notes, heading),
    ]
    return next((each for each in written if len(each) <= width), without_program)


def _shorter_and_shorter(host: str) -> Iterator[str]:
    """The whole name, its first label, and the beginning of that."""
    yield host
    label = host.partition(DOMAIN)[0]
    yield label
    yield from (label[:length] for length in range(len(label) - 1, FEWEST - 1, -1))


def _joined(host: str, notes: tuple[str, ...], heading: str) -> str:
    place = f" on {host}" if host else ""
    return f"pfwizard{place}{''.join(f' ({note})' for note in notes)}  {heading}"
