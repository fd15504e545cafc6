"""What goes over the line for a letter, for a key, for a page, and for nothing."""

from collections.abc import Iterable
from itertools import pairwise

from tests.bench.bare_app import QUESTION
from tests.bench.measure import Series, Unit
from tests.bench.servers import GUIDES_ANSWERS
from tests.bench.table import Bound, Comparison, Ratio
from tests.bench.terminals import (
    come_to_the_organization,
    come_to_the_questions,
    whiptail,
    workplace,
)
from tests.terminal import CTRL_U, ENTER, F8, TAB, Terminal

AT_MOST = 200
"""For a typed character."""

IDLE = 5.0
"""Seconds."""

QUIET = 0.4
"""Seconds after a key; everything that it brings about is sent by then."""

LETTERS = "abcdefghijklmnopqrst"
TABS = 12
PAGES = range(2, 8)
"""The pages with questions, as the wizard counts them."""

NOTES = (
    "pfwizard: Organization on the CA's page; Tab around that page; F8 from page to page of the",
    "guide's answers. Next dialog: Enter, and the next whiptail in its place; one for each",
    "question, where a page has up to a dozen. All on 80x24, xterm-256color.",
)


def compare(repetitions: int) -> Comparison:
    """The wizard and whiptail asking the same question."""
    letters, tabs, idle = _of_the_wizards_field(repetitions)
    pages = _of_the_wizards_pages(repetitions)
    dialog_letters, dialogs, dialog_idle = _of_whiptail(repetitions)
    return Comparison(
        "Bytes on the line",
        (letters, dialog_letters, pages, dialogs, tabs),
        (Ratio(letters, dialog_letters), Ratio(pages, dialogs)),
        NOTES,
        (
            Bound("pfwizard, most for a letter", letters.most, letters.unit, AT_MOST),
            Bound("whiptail, most for a letter", dialog_letters.most, dialog_letters.unit),
            Bound(f"pfwizard, idle for {IDLE:g} s", idle, Unit.BYTES, 0),
            Bound(f"whiptail, idle for {IDLE:g} s", dialog_idle, Unit.BYTES),
        ),
        "letters, fewer of the others",
    )


def _of_the_wizards_field(repetitions: int) -> tuple[Series, Series, int]:
    """For each letter in a field, for each Tab on its page, and while nobody types."""
    with workplace() as place, place.terminal(place.wizard) as terminal:
        come_to_the_organization(terminal)
        letters = _of_letters("pfwizard, a letter", terminal, repetitions)
        idle = len(terminal.read(IDLE))
        tabs = _series("pfwizard, Tab", (_of_key(terminal, TAB) for _ in range(TABS * repetitions)))
    return letters, tabs, idle


def _of_the_wizards_pages(repetitions: int) -> Series:
    """For each F8 that leads from a page with questions to the next one."""
    counts: list[int] = []
    for _ in range(repetitions):
        with workplace() as place:
            argv = [*place.wizard, "--load", str(GUIDES_ANSWERS)]
            with place.terminal(argv) as terminal:
                come_to_the_questions(terminal)
                for here, there in pairwise(PAGES):
                    assert f"Step {here} of" in terminal.text, terminal.text
                    counts.append(_of_page(terminal, f"Step {there} of"))
    return _series("pfwizard, next page", counts)


def _of_whiptail(repetitions: int) -> tuple[Series, Series, int]:
    """For each letter in the dialog, for the next dialog, and while nobody types."""
    questions = [f"{number}. {QUESTION}" for number in range(len(PAGES) * repetitions)]
    with workplace() as place, place.terminal(whiptail(*questions)) as terminal:
        terminal.wait_for(questions[0])
        letters = _of_letters("whiptail, a letter", terminal, repetitions)
        idle = len(terminal.read(IDLE))
        dialogs = _series(
            "whiptail, next dialog", (_of_key(terminal, ENTER) for _ in questions[1:])
        )
        assert questions[-1] in terminal.text, terminal.text
    return letters, dialogs, idle


def _of_letters(name: str, terminal: Terminal, repetitions: int) -> Series:
    counts: list[int] = []
    for _ in range(repetitions):
        _of_key(terminal, CTRL_U)
        counts += [_of_key(terminal, letter) for letter in LETTERS]
        assert LETTERS in terminal.text, terminal.text
    return _series(name, counts)


def _of_key(terminal: Terminal, key: str) -> int:
    terminal.write(key)
    return len(terminal.read(QUIET))


def _of_page(terminal: Terminal, title: str) -> int:
    sent_before = len(terminal.sent)
    terminal.write(F8)
    terminal.wait_for(title)
    terminal.read(2 * QUIET)
    return len(terminal.sent) - sent_before


def _series(name: str, counts: Iterable[int]) -> Series:
    return Series(name, tuple(float(count) for count in counts), Unit.BYTES)
