"""The history in the line dialogue, and the way back, on a real tree with a real engine."""

import pytest

from pfwizard.apply.history import Entry
from pfwizard.errors import Failed
from pfwizard.wizard.place import Place
from pfwizard.wizard.session import Session
from tests.cli.program import Machine, contents, pfwizard_process
from tests.cli.test_plain import plain
from tests.cli.test_plain_dialogue import play
from tests.screens.stage import StagedSession, started

Tree = dict[str, tuple[int, bytes | None]]

FIRST_QUESTION = "Where it comes from ("

OFFERED = "What now? (begin, history, quit): "


@pytest.fixture
def before(machine: Machine) -> Tree:
    """What was there before the change that the history is about."""
    was_there = contents(machine.root)
    assert machine.pfwizard().returncode == 0
    return was_there


def test_a_change_is_taken_back_after_its_review(machine: Machine, before: Tree) -> None:
    status, said = plain(machine, ["history", "1", "rollback", "apply", "keep"])

    assert status == 0, said
    assert "Take back transaction 0001-" in said
    assert "  replace /etc/postfix/main.cf\n" in said
    assert "on probation for 120 s" in said
    assert contents(machine.root) == before


def test_a_rollback_is_not_made_without_a_word_after_its_review(
    machine: Machine, before: Tree
) -> None:
    after = contents(machine.root)

    _, said = plain(machine, ["history", "1", "rollback"])

    assert "What now? (apply, show, back, save, quit): " in said
    assert contents(machine.root) == after != before


def test_a_rollback_that_is_taken_back_itself_leads_to_the_history_again(
    machine: Machine, before: Tree
) -> None:
    after = contents(machine.root)

    status, said = plain(machine, ["history", "1", "rollback", "apply", "rollback", "back"])

    assert status == 4, said
    assert "The change is not in place." in said
    assert said.count("\nHistory\n") == 2
    assert contents(machine.root) == after != before


def test_what_was_taken_back_cannot_be_taken_back_again(machine: Machine, before: Tree) -> None:
    assert pfwizard_process("rollback", "--root", machine.root).returncode == 0

    _, said = plain(machine, ["history", "1", "rollback"])

    assert "It was taken back already, by 0002-" in said
    assert "Answer with one of: show, back." in said
    assert contents(machine.root) == before


def test_a_rollback_can_be_taken_back(machine: Machine, before: Tree) -> None:
    after = contents(machine.root)
    assert pfwizard_process("rollback", "--root", machine.root).returncode == 0

    status, said = plain(machine, ["history", "2", "rollback", "apply", "keep"])

    assert status == 0, said
    assert contents(machine.root) == after != before


def test_the_newest_transaction_comes_first(machine: Machine, before: Tree) -> None:
    assert pfwizard_process("rollback", "--root", machine.root).returncode == 0

    _, said = plain(machine, ["history"])

    assert said.index("\n0002-") < said.index("\n0001-")


def test_what_its_rehearsal_has_found_is_shown_with_it(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0

    _, said = plain(machine, ["history", "1", "show"])

    assert "# Rehearsed before, " in said
    assert "nothing runs in a tree" in " ".join(said.split())


def test_a_transaction_is_shown_as_diffs(machine: Machine, before: Tree) -> None:
    _, said = plain(machine, ["history", "1", "show"])

    assert "+smtpd_sasl_auth_enable = yes" in said


@pytest.mark.parametrize("name", ["3", "", "x", "0001-"])
def test_a_transaction_that_is_not_there_is_asked_for_again(
    machine: Machine, before: Tree, name: str
) -> None:
    _, said = plain(machine, ["history", name, "<"])

    assert said.count("There is no such transaction in the list.") == 1
    assert said.count("Number of a transaction") == 2


def test_the_history_leads_back_to_the_beginning(machine: Machine, before: Tree) -> None:
    _, said = plain(machine, ["history", "1", "back", "<", "begin"])

    assert said.count(OFFERED) == 2
    assert FIRST_QUESTION in said


def test_a_machine_without_a_history_is_asked_for_nothing_before_the_first_question() -> None:
    operator = play(StagedSession(start=started()))

    assert not operator.asked("What now?")
    assert operator.asked(FIRST_QUESTION) == 1


def test_the_history_is_offered_where_the_machine_cannot_be_read() -> None:
    session = StagedSession(start=started())
    session.trouble = Failed("main.cf cannot be read", "Look at it.")

    operator = play(session, "history", "again")

    assert operator.asked("What now? (again, history, quit)") == 3
    assert operator.asked("Nothing has been done yet.") == 1


def test_a_history_that_cannot_be_read_says_why() -> None:
    class Unreadable(StagedSession):
        def history(self) -> tuple[()]:
            raise Failed("the state cannot be read", "Look at it as root.")

    operator = play(Unreadable(start=started()), "history", "begin")

    assert operator.asked("Error: the state cannot be read") == 1
    assert operator.asked(FIRST_QUESTION) == 1


def test_a_preview_takes_nothing_back(machine: Machine, before: Tree) -> None:
    class Preview(StagedSession):
        def history(self) -> tuple[Entry, ...]:
            return Session(Place(machine.root)).history()

    operator = play(Preview(start=started(), is_root=False), "history", "1", "rollback")

    assert operator.asked("Only root can take a change back.") == 1
    assert operator.asked("Answer with one of: show, back.") == 1
