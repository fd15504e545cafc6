"""The line dialogue and a change on probation: its own, and one that an earlier run has left."""

import signal

import pytest

from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.transaction import RolledBack
from pfwizard.cli.plain.applying import NOBODY_ANSWERS, TAKING_BACK
from pfwizard.cli.plain.deciding import NOT_IN_PLACE
from pfwizard.errors import ExitStatus, Failed
from pfwizard.wizard.found import Waiting
from pfwizard.wizard.outcome import NOTHING_CHANGED
from pfwizard.wizard.probation import NOT_AT_BOOT
from pfwizard.wizard.session import BY_HAND
from pfwizard.wizard.steps import StepName
from tests.cli.test_plain_dialogue import Operator, Turn, at, at_the_review, play, sends
from tests.screens.stage import TRANSACTION, Act, StagedSession, started

TOO_LATE = RolledBack("transaction 0001-a1b2c3d4 was taken back: nobody confirmed it", "")


def ends(act: Act) -> Turn:
    """The engine comes to its end while the operator is being asked."""
    return lambda operator: act.may_end.set()


# --- on probation -------------------------------------------------------------------------------


def test_what_is_typed_after_the_probation_answers_the_next_question() -> None:
    act = Act(error=TOO_LATE)

    operator = play(at_the_review(act), "apply", ends(act), "quit", "quit")

    assert operator.asked("Quit pfwizard?") == 1
    assert operator.asked("What now? (review") == 1


def test_after_a_failure_the_review_is_shown_only_when_it_is_asked_for() -> None:
    act = Act(error=TOO_LATE)
    shown = []

    def asks_for_the_review(operator: Operator) -> None:
        shown.append(operator.asked("Making the plan"))
        operator.type(b"review\n")

    operator = play(at_the_review(act), "apply", "rollback", asks_for_the_review)

    assert operator.asked(NOT_IN_PLACE) == 1
    assert operator.asked("What now? (review, back, save, quit)") == 1
    assert (*shown, operator.asked("Making the plan")) == (1, 2)


def test_after_a_failure_one_can_go_back_to_the_questions() -> None:
    act = Act(error=TOO_LATE)
    session = at_the_review(act)

    play(session, "apply", "rollback", "back")

    assert session.course.here is StepName.OUTGOING


def test_a_second_probation_is_about_the_second_change() -> None:
    first, second = Act(error=TOO_LATE), Act(error=TOO_LATE)
    session = at_the_review(first)

    def apply_again(operator: Operator) -> None:
        session.act = second
        operator.type(b"apply\n")

    play(session, "apply", ends(first), "review", apply_again, "rollback", "quit", "quit")

    assert (first.stopped, second.stopped) == ([], [BY_HAND])


@pytest.mark.parametrize("is_recovered", [True, False])
def test_a_change_that_no_boot_takes_back_says_so(is_recovered: bool) -> None:
    act = Act(is_recovered_at_boot=is_recovered)

    operator = play(at_the_review(act), "apply", "keep", "no")

    assert (NOT_AT_BOOT in operator.seen) is not is_recovered


def test_keep_on_probation_confirms_the_change() -> None:
    act = Act()
    session = at_the_review(act)

    play(session, "apply", "keep", "no")

    assert (session.kept, act.stopped) == (1, [])
    assert session.outcome.exit_status is ExitStatus.DONE


def test_the_first_letter_of_keep_keeps() -> None:
    act = Act()
    session = at_the_review(act)

    play(session, "apply", "k", "no")

    assert (session.kept, act.stopped) == (1, [])


def test_rollback_on_probation_stops_the_engine() -> None:
    act = Act(error=TOO_LATE)
    session = at_the_review(act)

    operator = play(session, "apply", "rollback", "quit", "quit")

    assert (session.kept, act.stopped) == (0, [BY_HAND])
    assert operator.asked(TAKING_BACK)
    assert session.outcome.exit_status is ExitStatus.ROLLED_BACK


def test_a_word_that_is_not_offered_decides_nothing() -> None:
    act = Act()
    session = at_the_review(act)

    operator = play(session, "apply", "kept", "quit", "", "keep", "no")

    assert (session.kept, act.stopped) == (1, [])
    assert operator.asked("Answer with one of: keep, rollback.") == 3


def test_a_confirmation_that_fails_can_be_given_again() -> None:
    class Forgetful(StagedSession):
        def keep(self) -> TransactionId:
            if self.kept == 0:
                self.kept = 1
                raise Failed("the state cannot be locked", "Try it again.")
            return super().keep()

    session = at(StepName.REVIEW, Forgetful(start=started()))

    operator = play(session, "apply", "keep", "keep", "no")

    assert operator.asked("Error: the state cannot be locked") == 1
    assert session.outcome.exit_status is ExitStatus.DONE


def test_the_end_of_a_pipe_on_probation_leaves_the_change_to_time() -> None:
    act = Act(error=TOO_LATE)
    session = at_the_review(act)

    class Last(Operator):
        def say(self, text: str) -> None:
            super().say(text)
            if text.startswith(NOBODY_ANSWERS):
                assert session.outcome.exit_status is ExitStatus.BUSY
                act.may_end.set()

    operator = play(session, "apply", operator=Last)

    assert operator.asked("pfwizard confirm.") == 2
    assert operator.asked("What now? (keep, rollback)") == 1
    assert session.outcome.exit_status is ExitStatus.ROLLED_BACK
    assert not operator.asked(NOTHING_CHANGED)


def test_ctrl_c_on_probation_takes_the_change_back_and_the_walk_goes_on() -> None:
    act = Act(error=TOO_LATE)

    operator = play(at_the_review(act), "apply", sends(signal.SIGINT), "quit", "quit")

    assert act.stopped == ["interrupted by SIGINT"]
    assert operator.asked("Quit pfwizard?") == 1


def test_sigterm_on_probation_takes_the_change_back_and_ends_the_walk() -> None:
    act = Act(error=TOO_LATE)
    session = at_the_review(act)

    operator = play(session, "apply", sends(signal.SIGTERM))

    assert act.stopped == ["interrupted by SIGTERM"]
    assert operator.asked("What now? (apply") == 1
    assert session.outcome.exit_status is ExitStatus.ROLLED_BACK


def test_signals_are_handled_afterwards_as_they_were_before() -> None:
    act = Act(error=TOO_LATE)
    before = signal.getsignal(signal.SIGTERM)

    play(at_the_review(act), "apply", sends(signal.SIGTERM))

    assert signal.getsignal(signal.SIGTERM) == before


def test_a_defect_while_the_change_is_made_is_an_error_of_the_run() -> None:
    class Broken(Act):
        def carry_out(self) -> TransactionId:
            raise ZeroDivisionError

    session = at_the_review(Broken())

    operator = play(session, "apply", "quit", "quit")

    assert operator.asked("Error: internal error: ZeroDivisionError in carry_out") == 1
    assert session.outcome.exit_status is ExitStatus.FAILED


# --- a change that an earlier run has left ------------------------------------------------------


def waiting_session() -> StagedSession:
    session = StagedSession(start=started())
    session.waits = Waiting(TRANSACTION, 60.0)
    return session


def test_a_change_that_waits_can_be_kept() -> None:
    session = waiting_session()

    operator = play(session, "keep")

    assert session.kept == 1
    assert operator.asked("The change stays.") == 1
    assert not operator.asked("The old configuration is back in place.")


def test_a_change_that_waits_can_be_taken_back() -> None:
    session = waiting_session()

    operator = play(session, "rollback")

    assert session.kept == 0
    assert operator.asked("The old configuration is back in place.") == 1
    assert not operator.asked("The change stays.")


def test_a_change_that_waits_no_more_is_not_said_to_be_taken_back() -> None:
    class Late(StagedSession):
        def take_back(self, transaction: TransactionId) -> bool:
            self.waits = None
            return False

    session = Late(start=started())
    session.waits = Waiting(TRANSACTION, 60.0)

    operator = play(session, "rollback")

    assert operator.asked("is not on probation any more") == 1
    assert not operator.asked("The old configuration is back in place.")


@pytest.mark.parametrize("turns", [("quit", "quit"), ()])
def test_going_away_from_a_change_that_waits_says_that_it_waits(turns: tuple[str, ...]) -> None:
    session = waiting_session()

    play(session, *turns)

    assert session.outcome.exit_status is ExitStatus.BUSY
    assert "pfwizard confirm" in session.outcome.words


@pytest.mark.parametrize("before", [(), ("quit",)])
def test_sigterm_at_a_change_that_waits_says_that_it_waits(before: tuple[str, ...]) -> None:
    session = waiting_session()

    play(session, *before, sends(signal.SIGTERM))

    assert session.outcome.exit_status is ExitStatus.BUSY


def test_ctrl_c_while_a_change_is_kept_comes_afterwards() -> None:
    class Interrupted(StagedSession):
        def keep_waiting(self, transaction: TransactionId) -> None:
            signal.raise_signal(signal.SIGINT)
            super().keep_waiting(transaction)

    session = Interrupted(start=started())
    session.waits = Waiting(TRANSACTION, 60.0)

    operator = play(session, "keep", "quit")

    assert session.kept == 1
    assert operator.seen[-2] == "The change stays."
    assert "Quit pfwizard?" in operator.seen[-1]
