"""From a key to its letter on the screen."""

import itertools
import time
from collections.abc import Iterator

from tests.bench.bare_app import QUESTION
from tests.bench.measure import Contender, Series, Unit, in_turns
from tests.bench.table import Bound, Comparison, Ratio
from tests.bench.terminals import come_to_the_organization, whiptail, workplace
from tests.terminal import CTRL_U, Terminal

AT_MOST = 50.0
"""Milliseconds, at the 99th percentile."""

LINE = "ZXQJVKWqxzjkvwybdfgh"
"""Its beginnings stand nowhere else on a page; it fits into every field without scrolling."""

PAUSES = (0.11, 0.05, 0.17, 0.08, 0.13, 0.06, 0.19)
"""Seconds after a letter, as of somebody who types: not in step with the frames of a program."""

NOTES = (
    "One character at a time into a text field that never scrolls, until the bytes have come that",
    "put it on an emulated screen of 80x24; TERM=xterm-256color.",
)


def compare(repetitions: int) -> Comparison:
    """The wizard's field, the toolkit's own, and a dialog that asks the same question."""
    with (
        workplace() as place,
        place.terminal(place.wizard) as ours,
        place.terminal(place.bare_app) as bare,
        place.terminal(whiptail(QUESTION)) as dialog,
    ):
        come_to_the_organization(ours)
        for terminal in (bare, dialog):
            terminal.wait_for(QUESTION)
        typed = in_turns(
            [
                _typist("pfwizard", ours),
                _typist("bare Textual application", bare),
                _typist("whiptail", dialog),
            ],
            repetitions,
        )
    wizard, *others = typed
    return Comparison(
        "From a key to its letter on the screen",
        typed,
        tuple(Ratio(wizard, other) for other in others),
        NOTES,
        (_slowest(wizard, AT_MOST), *(_slowest(other) for other in others)),
    )


def _typist(name: str, terminal: Terminal) -> Contender:
    return Contender(name, _milliseconds(terminal).__next__, Unit.MILLISECONDS)


def _milliseconds(terminal: Terminal) -> Iterator[float]:
    """Types a letter each time it is asked, and never stops."""
    pauses = itertools.cycle(PAUSES)
    while True:
        terminal.type(CTRL_U)
        terminal.read(0.3)
        assert LINE[0] not in terminal.text, f"{LINE[0]} is there already:\n{terminal.text}"
        for length in range(1, len(LINE) + 1):
            terminal.read(next(pauses))
            pressed = time.perf_counter()
            terminal.write(LINE[length - 1])
            yield terminal.seconds_until_shown(LINE[:length], pressed) * 1000


def _slowest(typed: Series, at_most: float | None = None) -> Bound:
    name = f"{typed.name}, 99th percentile"
    return Bound(name, typed.percentile(99), typed.unit, at_most)
