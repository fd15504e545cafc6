"""What a key costs: the time until it is seen, and the bytes that this takes."""

import itertools
import time

from tests.bench.measure import Series, Unit
from tests.bench.table import Bound, Comparison, Ratio
from tests.bench.terminals import (
    CTRL_U,
    bare_app,
    come_to_the_organization,
    on_terminal,
    tree,
    whiptail,
    wizard,
)
from tests.terminal import ENTER, F8, TAB, Terminal

SLOWEST = 50.0
"""Milliseconds, at the 99th percentile."""

MOST_BYTES = 200
"""For a typed character."""

IDLE = 5.0
"""Seconds."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PER_LINE = 20

LATENCY_NOTES = (
    "One character at a time into one and the same question; the field never scrolls.",
)

BYTES_NOTES = (
    "A step is a whole page. whiptail starts a new program for each question: one dialog more.",
    "Idle: five seconds on a question, nobody typing.",
)


def compare_latency(repetitions: int) -> Comparison:
    """The time from a key to the first byte of its letter."""
    with tree() as root:
        with on_terminal(wizard(root)) as terminal:
            come_to_the_organization(terminal)
            ours = _latencies("pfwizard", terminal, repetitions)
        with on_terminal(bare_app()) as terminal:
            terminal.wait_for("organization")
            bare = _latencies("bare Textual application", terminal, repetitions)
        with on_terminal(whiptail()) as terminal:
            terminal.wait_for("Organization")
            dialog = _latencies("whiptail", terminal, repetitions)
    return Comparison(
        "From a key to its letter on the screen",
        (ours, bare, dialog),
        (Ratio(ours, bare), Ratio(ours, dialog)),
        LATENCY_NOTES,
        (
            Bound("pfwizard, 99th percentile", ours.percentile(99), SLOWEST, ours.unit),
            Bound("bare, 99th percentile", bare.percentile(99), SLOWEST, bare.unit),
        ),
    )


def _latencies(name: str, terminal: Terminal, count: int) -> Series:
    terminal.read(1.0)
    milliseconds = []
    letters = itertools.cycle(LETTERS)
    for number in range(count):
        if number % PER_LINE == 0:
            terminal.type(CTRL_U)
            terminal.read(0.3)
        letter = next(letters)
        pressed = time.perf_counter()
        terminal.write(letter)
        milliseconds.append(terminal.seconds_until(letter.encode(), pressed) * 1000)
        terminal.read(0.08)
    return Series(name, tuple(milliseconds), Unit.MILLISECONDS)


def compare_bytes(repetitions: int) -> Comparison:
    """What goes over the line for a letter, for a step, and for nothing."""
    with tree() as root, on_terminal(wizard(root)) as terminal:
        come_to_the_organization(terminal)
        letters = _bytes_of("pfwizard, a letter", terminal, LETTERS[:PER_LINE], repetitions)
        idle = len(terminal.read(IDLE))
        tabs = _bytes_of("pfwizard, Tab", terminal, TAB * 4, repetitions)
        steps = _bytes_of("pfwizard, a step and back", terminal, ("\x1b[18~", F8), repetitions)
    with on_terminal(whiptail()) as terminal:
        terminal.wait_for("Organization")
        dialog_letters = _bytes_of("whiptail, a letter", terminal, LETTERS[:PER_LINE], repetitions)
        dialog_idle = len(terminal.read(IDLE))
    dialogs = Series("whiptail, a dialog", (_bytes_of_a_dialog(),), Unit.BYTES)
    return Comparison(
        "Bytes on the line",
        (letters, dialog_letters, tabs, steps, dialogs),
        (Ratio(letters, dialog_letters), Ratio(steps, dialogs)),
        BYTES_NOTES,
        (
            Bound("pfwizard, a letter", letters.median, MOST_BYTES, Unit.BYTES),
            Bound("pfwizard, idle", idle, 0, Unit.BYTES),
            Bound("whiptail, idle", dialog_idle, 0, Unit.BYTES),
        ),
    )


def _bytes_of(name: str, terminal: Terminal, keys: "str | tuple[str, ...]", times: int) -> Series:
    """The bytes after each of these keys."""
    counts = []
    for _ in range(times):
        terminal.type(CTRL_U)
        terminal.read(0.5)
        for key in keys:
            terminal.write(key)
            counts.append(float(len(terminal.read(0.4))))
    return Series(name, tuple(counts), Unit.BYTES)


def _bytes_of_a_dialog() -> float:
    with on_terminal(whiptail()) as terminal:
        terminal.wait_for("Organization")
        terminal.read(0.3)
        terminal.type(ENTER)
        return float(len(terminal.sent))
