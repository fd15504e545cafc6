"""From the start of the program to the first thing that can be seen."""

from collections.abc import Sequence
from functools import partial

from tests.bench.bare_app import QUESTION
from tests.bench.measure import Contender, in_turns
from tests.bench.table import Comparison, Ratio
from tests.bench.terminals import Workplace, workplace

AT_MOST = 1.25

NOTES = (
    '80x24, xterm-256color: from the start of the process until these words came: "Looking',
    'at this machine", the bare application\'s question, "Step 1 of ".',
    "The bare application: Textual's Header, one Input and Footer; same Python, byte-code kept.",
)


def compare(repetitions: int) -> Comparison:
    """The wizard's first page against the least that the toolkit can show."""
    with workplace() as place:
        # A cursor stands on the first letter of the bare application's question.
        starts = {
            "pfwizard": (place.wizard, "Looking at this machine"),
            "bare Textual application": (place.bare_app, QUESTION[1:]),
            "pfwizard, its first bytes of text": (place.wizard, "Step 1 of "),
        }
        for argv, words in starts.values():
            _seconds(place, argv, words)  # compiles, and fills the disk cache
        contenders = [
            Contender(name, partial(_seconds, place, argv, words))
            for name, (argv, words) in starts.items()
        ]
        ours, bare, title = in_turns(contenders, repetitions)
    return Comparison(
        "First painted frame",
        (ours, bare, title),
        (Ratio(ours, bare, AT_MOST), Ratio(title, bare)),
        NOTES,
    )


def _seconds(place: Workplace, argv: Sequence[str], words: str) -> float:
    with place.terminal(argv) as terminal:
        return terminal.seconds_until(words.encode(), terminal.started)
