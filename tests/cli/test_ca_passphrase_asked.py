"""The passphrase of the CA's key asked for on a terminal: by commands and by the line dialogue."""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.cli.ca_inquiry import Asking
from pfwizard.errors import UsageError
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded
from pfwizard.secret import Secret
from tests.cli.locked_key import ANNA, KEY, PASSPHRASE, WRONG, encrypting, opens, with_locked_key
from tests.cli.program import ENVIRONMENT, Machine, contents
from tests.cli.test_plain_terminal import CTRL_C, CTRL_D, enter_until, said, wait_for
from tests.screens.on_a_terminal import OnTerminal, opened_terminals
from tests.terminal import Terminal

OF_THE_KEY = f"Passphrase of the CA's key /{KEY}:"
NEW = f"New passphrase for the CA's key /{KEY}:"
AGAIN = "The same again:"


@pytest.fixture
def start() -> Iterator[OnTerminal]:
    with opened_terminals() as start:
        yield start


def renewing(start: OnTerminal, machine: Machine, *arguments: str) -> Terminal:
    terminal = start("renew", "--root", machine.root, *arguments)
    wait_for(terminal, OF_THE_KEY)
    return terminal


def creating(start: OnTerminal, machine: Machine) -> Terminal:
    answers = encrypting(machine).answers
    terminal = start("--answers", answers, "--root", machine.root)
    wait_for(terminal, NEW)
    return terminal


# --- commands -------------------------------------------------------------------------------------


def test_it_is_asked_for_by_the_name_of_the_key_and_not_shown(
    start: OnTerminal, machine: Machine
) -> None:
    terminal = renewing(start, with_locked_key(machine))

    terminal.type(f"{PASSPHRASE}\n")

    assert terminal.wait() == 0
    assert PASSPHRASE.encode() not in terminal.sent
    assert "Done: 1 file changed" in said(terminal)


def test_a_wrong_one_is_said_and_asked_for_again(start: OnTerminal, machine: Machine) -> None:
    terminal = renewing(start, with_locked_key(machine))

    terminal.type(f"{WRONG}\n")
    wait_for(terminal, OF_THE_KEY, times=2)
    terminal.type(f"{PASSPHRASE}\n")

    assert terminal.wait() == 0
    assert "does not open with this passphrase" in said(terminal)
    assert WRONG.encode() not in terminal.sent


def test_after_three_wrong_ones_nothing_is_changed(start: OnTerminal, machine: Machine) -> None:
    before = contents(with_locked_key(machine).root)
    terminal = renewing(start, machine)

    for times in (2, 3):
        terminal.type(f"{WRONG}\n")
        wait_for(terminal, OF_THE_KEY, times=times)
    terminal.type(f"{WRONG}\n")

    assert terminal.wait() == 1
    assert said(terminal).count(OF_THE_KEY) == 3
    assert contents(machine.root) == before


@pytest.mark.parametrize("end", [CTRL_C, CTRL_D])
def test_leaving_the_question_changes_nothing(
    end: str, start: OnTerminal, machine: Machine
) -> None:
    before = contents(with_locked_key(machine).root)
    terminal = renewing(start, machine)

    terminal.type(end)

    assert terminal.wait() != 0
    assert terminal.is_sane
    assert "internal error" not in said(terminal)
    assert contents(machine.root) == before


def test_a_dry_run_asks_too(start: OnTerminal, machine: Machine) -> None:
    terminal = renewing(start, with_locked_key(machine), "--dry-run")

    terminal.type(f"{PASSPHRASE}\n")

    assert terminal.wait() == 3


def test_a_client_is_added_after_the_passphrase_of_its_file_and_that_of_the_ca(
    start: OnTerminal, machine: Machine
) -> None:
    with_locked_key(machine)
    terminal = start("client", "add", ANNA, "--root", machine.root)

    wait_for(terminal, "Passphrase for the PKCS #12 file")
    terminal.type("\n")
    wait_for(terminal, OF_THE_KEY)
    terminal.type(f"{PASSPHRASE}\n")

    assert terminal.wait() == 0
    assert said(terminal).count("which is shown this once") == 1


def test_nothing_is_asked_where_nothing_is_due(start: OnTerminal, machine: Machine) -> None:
    terminal = start("renew", "--root", with_locked_key(machine, left=390).root)

    assert terminal.wait() == 0
    assert OF_THE_KEY not in said(terminal)


def test_with_json_it_is_asked_for_beside_the_json(machine: Machine, tmp_path: Path) -> None:
    with_locked_key(machine)
    output = tmp_path / "output"
    command = shlex.join([sys.executable, "-m", "pfwizard", "renew", "--json", "--root"])
    line = f"exec {command} {machine.root} > {output}"
    with Terminal(["sh", "-c", line], {**ENVIRONMENT, "LC_ALL": "C.UTF-8"}) as terminal:
        wait_for(terminal, OF_THE_KEY)
        terminal.type(f"{PASSPHRASE}\n")
        status = terminal.wait()

    assert status == 0
    assert output.read_text().startswith("{")
    assert "Passphrase" not in output.read_text()


# --- a new key ------------------------------------------------------------------------------------


def test_a_new_one_is_typed_twice(start: OnTerminal, machine: Machine) -> None:
    terminal = creating(start, machine)

    terminal.type(f"{PASSPHRASE}\n")
    wait_for(terminal, AGAIN)
    terminal.type(f"{PASSPHRASE}\n")

    assert terminal.wait() == 0
    assert opens(machine.root / KEY, PASSPHRASE)
    assert PASSPHRASE.encode() not in terminal.sent


def test_two_that_differ_are_said_and_typed_again(start: OnTerminal, machine: Machine) -> None:
    terminal = creating(start, machine)

    for times, second in enumerate((WRONG, PASSPHRASE), 1):
        wait_for(terminal, NEW, times=times)
        terminal.type(f"{PASSPHRASE}\n")
        wait_for(terminal, AGAIN, times=times)
        terminal.type(f"{second}\n")

    assert terminal.wait() == 0
    assert "Error: the two are not the same." in said(terminal)
    assert opens(machine.root / KEY, PASSPHRASE)


def test_three_that_are_too_short_are_enough(start: OnTerminal, machine: Machine) -> None:
    terminal = creating(start, machine)

    for times in (2, 3):
        terminal.type("sesame\n")
        wait_for(terminal, NEW, times=times)
    terminal.type("sesame\n")

    assert terminal.wait() == 2
    assert "the passphrase has 6 characters" in said(terminal)
    assert not (machine.root / KEY).exists()


# --- what is no text ------------------------------------------------------------------------------


class Latin1Terminal:
    """Sends a letter that is no UTF-8, as getpass() or the dialogue's own reader see it."""

    def __init__(self, is_strict: bool) -> None:
        self.is_strict = is_strict
        self.said: list[str] = []

    def read(self, prompt: str) -> str:
        return b"caf\xe9 7Zq".decode("utf-8", "strict" if self.is_strict else "surrogateescape")

    def never(self, passphrase: Secret[str]) -> None:
        raise AssertionError("no plan can be made with this")


@pytest.mark.parametrize("is_strict", [True, False])
def test_bytes_that_are_no_text_are_a_wrong_answer_which_is_not_quoted(is_strict: bool) -> None:
    terminal = Latin1Terminal(is_strict)
    needed = PassphraseNeeded(PurePosixPath(KEY), is_new=False)

    with pytest.raises(UsageError) as raised:
        Asking(terminal.read, terminal.said.append).plan_with_it(needed, terminal.never)

    assert len(terminal.said) == 2
    assert "no text" in terminal.said[0]
    assert "7Zq" not in str(terminal.said) + str(raised.value)
    assert raised.value.__context__ is None or "7Zq" not in str(raised.value.__context__)


# --- the line dialogue ----------------------------------------------------------------------------


def at_the_review(start: OnTerminal, machine: Machine, words: str, *options: str) -> Terminal:
    answers = encrypting(machine).answers
    terminal = start("--plain", "--root", machine.root, "--load", answers, *options)
    enter_until(terminal, words)
    return terminal


def test_the_line_dialogue_asks_at_the_review_and_once_only(
    start: OnTerminal, machine: Machine
) -> None:
    terminal = at_the_review(start, machine, NEW)

    terminal.type(f"{PASSPHRASE}\n")
    wait_for(terminal, AGAIN)
    terminal.type(f"{PASSPHRASE}\n")
    wait_for(terminal, "What now? (apply")
    terminal.type("apply\n")
    wait_for(terminal, "What now? (keep")
    terminal.type("keep\n")

    wait_for(terminal, "Done: the change stays")
    assert opens(machine.root / KEY, PASSPHRASE)
    assert said(terminal).count(NEW) == 1
    assert PASSPHRASE.encode() not in terminal.sent


def test_the_line_dialogue_goes_on_after_three_that_are_no_good(
    start: OnTerminal, machine: Machine
) -> None:
    terminal = at_the_review(start, machine, NEW)

    for times in (2, 3):
        terminal.type("sesame\n")
        wait_for(terminal, NEW, times=times)
    terminal.type("sesame\n")

    wait_for(terminal, "What now? (back, quit)")


def test_the_line_dialogue_asks_for_nothing_that_was_given(
    start: OnTerminal, machine: Machine, tmp_path: Path
) -> None:
    file = tmp_path / "passphrase"
    file.write_text(PASSPHRASE)
    file.chmod(0o600)

    terminal = at_the_review(start, machine, "What now? (apply", "--ca-passphrase-file", str(file))

    assert NEW not in said(terminal)
