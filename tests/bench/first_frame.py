"""From the start of the program to the first thing that can be seen."""

from functools import partial

from tests.bench.measure import Contender, in_turns
from tests.bench.table import Comparison, Ratio
from tests.bench.terminals import bare_app, on_terminal, tree, whiptail, wizard

AT_MOST = 1.25

NOTES = (
    "On a terminal of 80x24, from the start of the process to the bytes of the first words.",
    "The bare application is Textual's header, one input and its footer, same interpreter.",
)


def compare(repetitions: int) -> Comparison:
    """The wizard's first page against the least that the toolkit can show."""
    with tree() as root:
        starts = {
            "pfwizard": (wizard(root), b"Looking at this machine"),
            "bare Textual application": (bare_app(), b"organization"),
            "whiptail": (whiptail(), b"Organization"),
        }
        for argv, words in starts.values():
            _seconds(argv, words)  # compiles, and fills the disk cache
        contenders = [
            Contender(name, partial(_seconds, argv, words))
            for name, (argv, words) in starts.items()
        ]
        ours, bare, dialog = in_turns(contenders, repetitions)
    return Comparison(
        "First painted frame",
        (ours, bare, dialog),
        (Ratio(ours, bare, AT_MOST), Ratio(ours, dialog)),
        NOTES,
    )


def _seconds(argv: list[str], words: bytes) -> float:
    with on_terminal(argv) as terminal:
        return terminal.seconds_until(words, terminal.started)
