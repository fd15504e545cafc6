"""The line at the top of every page."""

from collections.abc import Iterator

from pfwizard.quoting import harmless

DOMAIN = "."


def title(heading: str, host: str, width: int, notes: tuple[str, ...] = ()) -> str:
    """Where the operator is: on which machine, and at which step.

    ``notes`` stand in brackets. The name of the machine is cut where ``width`` columns do not hold
    it, and left out where they hold not even one letter; the step is never cut for it.
    """
    written = [_joined(name, notes, heading) for name in _shorter_and_shorter(harmless(host))]
    return next((each for each in written if len(each) <= width), _joined("", notes, heading))


def _shorter_and_shorter(host: str) -> Iterator[str]:
    """The whole name, its first label, and what is left of that."""
    yield host
    label = host.partition(DOMAIN)[0]
    yield from (label[:length] for length in range(len(label), 0, -1))


def _joined(host: str, notes: tuple[str, ...], heading: str) -> str:
    place = f" on {host}" if host else ""
    return f"pfwizard{place}{''.join(f' ({note})' for note in notes)}  {heading}"
