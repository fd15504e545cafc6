"""The rehearsal in the line dialogue."""

from pfwizard.prove.verdict import Outcome, Statements
from tests.cli.test_plain_dialogue import Operator, at_the_review, play
from tests.screens.stage import Act

PASSED = Statements("starttls", "rehearsal:25").passed("TLS 1.3")
FAILURE = Statements("auth", "rehearsal:465").failed("no mechanism", "Start authdaemond.")


def applying(*turns: str, probes: tuple[Outcome, ...]) -> Operator:
    act = Act(probation=False)
    act.may_end.set()
    session = at_the_review(act)
    session.probes = probes
    return play(session, "apply", *turns)


def test_every_probe_is_said_before_the_first_step() -> None:
    seen = "\n".join(applying("no", probes=(PASSED,)).seen)

    assert seen.index("ok      starttls at rehearsal:25") < seen.index("Keeping what is there now")


def test_a_failure_is_said_with_its_remedy_and_nothing_is_applied() -> None:
    operator = applying("back", "quit", "quit", probes=(PASSED, FAILURE))

    assert operator.asked("Start authdaemond.")
    assert operator.asked("nothing was changed")
    assert not operator.asked("Keeping what is there now")


def test_only_an_explicit_word_applies_after_a_failure() -> None:
    assert applying("apply", "no", probes=(FAILURE,)).asked("Done: the change stays")


def with_users(*turns: str, found_live: Outcome) -> Operator:
    """Applying with somebody named to log in, up to a change on probation."""
    session = at_the_review(Act())
    session.has_users = True
    session.found_live = (found_live,)
    return play(session, "apply", *turns)


LET_IN = Statements("login", "127.0.0.1:465 PLAIN").passed("ada can log in")
KEPT_OUT = Statements("login", "127.0.0.1:465 PLAIN").failed("ada cannot log in: 535")


def test_an_empty_line_goes_on_without_anybody() -> None:
    operator = with_users("", "keep", "no", found_live=KEPT_OUT)

    assert operator.asked("Without a user, logins stay unproven.")
    assert operator.asked("Done: the change stays")
    assert not operator.asked("with the change live")


def test_whoever_is_named_logs_in_before_the_change_is_kept() -> None:
    seen = with_users("ada", "secret", "keep", "no", found_live=LET_IN).seen
    text = "\n".join(seen)

    assert "Password of ada: " in text
    assert text.index("ok      login at 127.0.0.1:465") < text.index("Done: the change stays")
    assert "secret" not in text


def test_a_change_with_which_nobody_can_log_in_is_taken_back_and_not_asked_about() -> None:
    operator = with_users("ada", "secret", "quit", found_live=KEPT_OUT)

    assert operator.asked("FAILED  login at 127.0.0.1:465")
    assert operator.asked("Taking the change back")
    assert not operator.asked("keep, rollback")
