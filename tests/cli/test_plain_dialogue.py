"""The line dialogue in this process, on a machine in memory: what is asked, said and done."""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pfwizard.cli.interruption import Interruption
from pfwizard.cli.plain.lines import Lines
from pfwizard.cli.plain.reading import StandardInput
from pfwizard.cli.plain.walk import run_plain
from pfwizard.engine import Planned
from pfwizard.errors import Failed
from pfwizard.plan.plan import refusal
from pfwizard.wizard.draft import Draft
from pfwizard.wizard.found import Found
from pfwizard.wizard.session import PREVIEW
from pfwizard.wizard.steps import StepName
from tests.screens.stage import Act, StagedSession, started

Turn = str | Callable[["Operator"], object]
"""What is typed in answer to a question; or what happens instead, while it is being asked."""


class Operator(StandardInput):
    """Somebody at the other end of a pipe; when there is no turn left, the input ends."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        ours, self._theirs = os.pipe()
        super().__init__(ours)
        self._ours = ours
        self._turns = list(turns)
        self.seen: list[str] = []

    def show(self, prompt: str) -> None:
        self.seen.append(prompt)
        if not prompt.strip():
            return
        if not self._turns:
            self.hang_up()
            return
        turn = self._turns.pop(0)
        if isinstance(turn, str):
            self.type(f"{turn}\n".encode())
        else:
            turn(self)

    def type(self, keys: bytes) -> None:
        os.write(self._theirs, keys)

    def say(self, text: str) -> None:
        self.seen.append(text)

    def hang_up(self) -> None:
        if self._theirs >= 0:
            os.close(self._theirs)
            self._theirs = -1

    def leave(self) -> None:
        self.hang_up()
        os.close(self._ours)

    def asked(self, words: str) -> int:
        """How often a question was asked, or something said, with these words in it."""
        return sum(words in text for text in self.seen)


def sends(number: signal.Signals) -> Turn:
    return lambda operator: signal.raise_signal(number)


def play(session: StagedSession, *turns: Turn, operator: type[Operator] = Operator) -> Operator:
    """Hold the dialogue with an operator who takes these turns."""
    played = operator(turns)
    try:
        run_plain(session, Interruption(), Lines(played.say, played))
    finally:
        played.leave()
    return played


def at_the_review(act: Act | None = None, *, is_root: bool = True) -> StagedSession:
    return at(StepName.REVIEW, StagedSession(start=started(), act=act, is_root=is_root))


def at(step: StepName, session: StagedSession) -> StagedSession:
    session.course.go(step)
    return session


# --- Ctrl-C and other signals -------------------------------------------------------------------


def test_ctrl_c_while_the_plan_is_made_asks_whether_to_quit() -> None:
    class Slow(StagedSession):
        def plan(self) -> Planned:
            signal.raise_signal(signal.SIGINT)
            return super().plan()

    operator = play(at(StepName.REVIEW, Slow(start=started())), "quit")

    assert "Quit pfwizard?" in operator.seen[-1]


def test_ctrl_c_during_the_first_look_waits_for_its_end() -> None:
    looked = []

    class Slow(StagedSession):
        def look(self) -> Found:
            signal.raise_signal(signal.SIGINT)
            looked.append(True)
            return super().look()

    operator = play(Slow(start=started()), "quit")

    assert looked == [True]
    assert "Quit pfwizard?" in operator.seen[-1]


def test_ctrl_c_at_the_question_whether_to_quit_quits() -> None:
    operator = play(StagedSession(), sends(signal.SIGINT), sends(signal.SIGINT))

    assert "Quit pfwizard?" in operator.seen[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_a_question_keeps_the_answers(tmp_path: Path, number: signal.Signals) -> None:
    draft = Draft(tmp_path / "draft.toml")
    session = StagedSession(draft=draft)

    operator = play(session, "create", "IT", sends(number))

    assert 'country = "IT"' in draft.file.read_text()
    assert str(draft.file) in session.outcome.words
    assert not operator.asked("Quit pfwizard?")


# --- questions ----------------------------------------------------------------------------------


def test_a_wrong_answer_is_not_offered_as_the_next_one() -> None:
    operator = play(StagedSession(), "create", "DE", "<", "UK", "")

    assert operator.asked("Country [DE]") == 2
    assert not operator.asked("Country [UK]")
    assert operator.seen.count("State or province []: ") == 2


def test_a_wrong_answer_of_a_file_is_explained_and_not_offered() -> None:
    start = started('[ca.subject]\ncountry = "UK"')

    operator = play(at(StepName.AUTHORITY, StagedSession(start=start)), "create", "", "GB")

    assert operator.asked('The answer that is here cannot be used: "UK" is not') == 1
    assert operator.asked("Country []") == 2
    assert operator.asked('Error: "UK" is not') == 1
    assert operator.asked("State or province [") == 1


def test_a_wrong_choice_of_a_file_is_not_offered_as_the_default() -> None:
    start = started('[tls]\nsecurity_level = "always"')

    operator = play(at(StepName.TLS, StagedSession(start=start)), "")

    assert operator.asked('cannot be used: "always"') == 1
    assert operator.asked(") []: ") == 2


def test_an_answer_that_nobody_has_given_is_not_called_wrong() -> None:
    operator = play(at(StepName.SERVER, StagedSession()), "ca")

    assert operator.asked("Host names []: ") == 1
    assert not operator.asked("cannot be used")


def test_bytes_that_are_no_text_are_a_wrong_answer() -> None:
    operator = play(StagedSession(), "create", lambda operator: operator.type(b"\xff\n"))

    assert operator.asked('Error: "\\udcff" is not a country code') == 1
    assert operator.asked("Country [") == 2


def test_a_loaded_answer_drives_no_terminal() -> None:
    start = started('[ca.subject]\norganization = "\\u001b]0;owned"')

    operator = play(at(StepName.AUTHORITY, StagedSession(start=start)), *[""] * 9)

    assert operator.asked('"\\x1b]0;owned"')
    assert not operator.asked("\x1b")


def test_a_secret_keeps_its_blanks_and_another_answer_does_not() -> None:
    operator = Operator([" two words ", " two words "])
    lines = Lines(operator.say, operator)

    assert (lines.ask("?"), lines.ask_secretly("?")) == ("two words", " two words ")
    operator.leave()


def test_the_secret_is_asked_for_as_a_secret() -> None:
    secrets = []

    class Watched(Operator):
        def read_secret(self, prompt: str) -> str:
            secrets.append(prompt)
            return super().read_secret(prompt)

    play(at(StepName.SERVER, StagedSession(start=started())), *[""] * 30, operator=Watched)

    assert secrets == ["Challenge password: "]


# --- the review ---------------------------------------------------------------------------------


def test_a_plan_that_is_refused_cannot_be_applied() -> None:
    class Refusing(StagedSession):
        def plan(self) -> Planned:
            planned = super().plan()
            finding = refusal("no", "this would do harm", "Do not.")
            return replace(
                planned, plan=replace(planned.plan, findings=(*planned.plan.findings, finding))
            )

    operator = play(at(StepName.REVIEW, Refusing(start=started())), "apply")

    assert operator.asked("This cannot be applied") == 1
    assert operator.asked("What now? (show, back, save, quit)") == 2


def test_a_preview_cannot_be_applied() -> None:
    operator = play(at_the_review(is_root=False), "apply")

    assert operator.asked(PREVIEW) == 1
    assert operator.asked("What now? (show, back, save, quit)") == 2


def test_back_at_the_review_leads_to_the_last_step_of_questions() -> None:
    session = at_the_review()

    operator = play(session, "back")

    assert session.course.here is StepName.OUTGOING
    assert operator.asked(": Outgoing mail\n") == 1


def test_one_can_go_back_from_a_plan_that_cannot_be_made() -> None:
    class Failing(StagedSession):
        def plan(self) -> Planned:
            raise Failed("the machine cannot be read", "Try it again.")

    session = at(StepName.REVIEW, Failing(start=started()))

    operator = play(session, "back")

    assert operator.asked("Error: the machine cannot be read") == 1
    assert session.course.here is StepName.OUTGOING


@pytest.mark.parametrize("word", ["applyy", "x", "", "yes"])
def test_a_word_that_the_review_does_not_offer_is_refused(word: str) -> None:
    operator = play(at_the_review(), word)

    assert operator.asked("Answer with one of: apply, show, back, save, quit.") == 1
    assert operator.asked("What now? (apply") == 2


def test_letters_that_several_words_begin_with_are_refused() -> None:
    operator = play(at_the_review(), "s")

    assert operator.asked("Answer with one of: apply, show, back, save, quit.") == 1


# --- saving -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["~nosuchuser/x", "x" * 260, "a\0b", "/nosuch/x"])
def test_a_file_name_that_cannot_be_used_is_asked_for_again(tmp_path: Path, name: str) -> None:
    session = at_the_review()

    operator = play(session, "save", name, str(tmp_path / "good.toml"))

    assert operator.asked("Error: ") == 1
    assert operator.asked("File for the answers") == 2
    assert (tmp_path / "good.toml").exists()


def test_saving_can_be_given_up() -> None:
    operator = play(at_the_review(), "save", "<")

    assert not operator.asked("The answers are in")
    assert operator.asked("What now? (apply") == 2


def test_a_file_that_is_there_is_replaced_only_when_that_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.write_text("mine")

    play(at_the_review(), "save", str(file), "no")

    assert file.read_text() == "mine"
