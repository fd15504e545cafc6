"""Applying a plan line by line, and deciding about it while it is on probation."""

import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pfwizard.cli.interruption import Interruption
from pfwizard.cli.plain.lines import Left, Lines
from pfwizard.cli.plain.news import News
from pfwizard.errors import InputProblem, PfwizardError, defect
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.verdict import Outcome, failures_among, why_taken_back, why_unproven
from pfwizard.wizard.login_inquiry import PURPOSE, answered
from pfwizard.wizard.login_inquiry import TITLE as LOGIN
from pfwizard.wizard.probation import IF_THE_LINE_DROPS, NOT_AT_BOOT
from pfwizard.wizard.rehearsal import (
    PROVING,
    TITLE,
    lines_of_rehearsal,
    to_be_decided,
)
from pfwizard.wizard.session import BY_HAND, Session

if TYPE_CHECKING:
    from pfwizard.apply.manifest import TransactionId
    from pfwizard.apply.process.events import OnProbationNow
    from pfwizard.engine import Application, Planned

NOBODY_ANSWERS = "\nThe input has ended, and the change is on probation."

CTRL_D = "\nCtrl-D does not decide about the change, which is on probation: keep or rollback does."

TAKING_BACK = "Taking the change back"


def apply(lines: Lines, session: Session, planned: "Planned", interruption: Interruption) -> bool:
    """Carry the plan out; whether it is in place, and stays. Raises no error: errors are said."""
    from pfwizard.apply.process.events import StepStarted

    if session.asks_for_login(planned):
        session.login = _login(lines)
    rehearsed = _rehearsed(lines, session, planned)
    if rehearsed is None:
        return False
    with closing(News()) as news:
        application = session.application(
            planned, lambda words: news.tell(StepStarted(words)), news.tell, rehearsed
        )
        watch = _Watch(lines, session, planned, application, news)
        with interruption.at_work(watch.stop):
            threading.Thread(target=_follow, args=(application, news), daemon=True).start()
            try:
                transaction = watch.to_the_end()
            except PfwizardError as error:
                session.failed(error)
                lines.say(f"Error: {error}")
                return False
            session.applied(planned, transaction)
            lines.say(f"Done: the change stays, as transaction {transaction}.")
            return True


def _login(lines: Lines) -> Login | None:
    """Who logs in to prove the change, if anybody; raises Left."""
    lines.say(f"\n{LOGIN}. {PURPOSE}")
    while True:
        user = lines.ask("User (empty for nobody): ")
        password = lines.ask_secretly(f"Password of {user}: ") if user else ""
        try:
            return answered(user, password).login
        except InputProblem as problem:
            lines.say(f"Error: {problem.message}. {problem.remedy}")


def _rehearsed(lines: Lines, session: Session, planned: "Planned") -> tuple[Outcome, ...] | None:
    """What was found where the change may go live: nothing failed, or all the same; else None."""
    rehearsal = session.rehearsal(planned)
    if not rehearsal.is_due:
        return ()
    lines.say(f"{TITLE} ...")
    try:
        outcomes = rehearsal.play(_silently)
    except PfwizardError as error:
        session.failed(error)
        lines.say(f"Error: {error}")
        return None
    for line in lines_of_rehearsal(outcomes):
        lines.say(f"  {line.text}")
    why = to_be_decided(outcomes, planned.facts)
    if not why:
        return outcomes
    lines.say(why)
    is_given_up = lines.choose("What now?", ("back", "apply all the same")) == "back"
    return None if is_given_up else outcomes


def _silently(outcome: Outcome) -> None:
    """Outcomes are said with their causes, which are known at the end only."""


def _follow(application: "Application", news: News) -> None:
    """In a thread: the one that reads lines must hear of the end while nobody types anything."""
    from pfwizard.apply.process.events import Ended

    try:
        transaction = application.carry_out()
    except PfwizardError as error:
        news.tell(Ended(None, error))
    except Exception as error:
        news.tell(Ended(None, defect(error)))
    else:
        news.tell(Ended(transaction))


@dataclass
class _Watch:
    """What is said and asked while an engine works."""

    lines: Lines
    session: Session
    planned: "Planned"
    application: "Application"
    news: News
    _began: float = field(default=0.0, init=False)
    _words: str = field(default="", init=False)
    _is_stopping: bool = field(default=False, init=False)

    def stop(self, why: str) -> None:
        """Have the change taken back; from a signal's handler, which must not print, too."""
        from pfwizard.apply.process.events import StepStarted

        self._is_stopping = True
        self.application.stop(why)
        self.news.tell(StepStarted(TAKING_BACK))

    def to_the_end(self) -> "TransactionId":
        """Say what happens until it is over; raises what went wrong."""
        from pfwizard.apply.process.events import Ended, OnProbationNow, StepStarted

        while True:
            match self.news.next():
                case StepStarted(words):
                    self._begin_step(words)
                case OnProbationNow() as event:
                    self._finish_step()
                    self._on_probation(event)
                case Ended(transaction, error):
                    self._finish_step()
                    if transaction is not None:
                        return transaction
                    if error is not None:
                        raise error

    def _begin_step(self, words: str) -> None:
        self._finish_step()
        self._words, self._began = words, time.monotonic()
        self.lines.say(f"{words} ...")

    def _finish_step(self) -> None:
        if self._words:
            self.lines.say(f"{self._words}: {time.monotonic() - self._began:.1f} s")
        self._words = ""

    def _on_probation(self, event: "OnProbationNow") -> None:
        if self._is_stopping:
            return
        self.lines.say(
            f"\nThe change is live, on probation for {event.seconds:.0f} s. Try it now: send and "
            f"fetch mail, log in.\n{IF_THE_LINE_DROPS}"
        )
        if not event.is_recovered_at_boot:
            self.lines.say(NOT_AT_BOOT)
        is_decided = not self._is_proven(event.transaction)
        while not is_decided:
            try:
                word = self.lines.choose_before(self.news, "What now?", ("keep", "rollback"))
            except Left:
                is_decided = self._is_left_to_time()
            else:
                is_decided = self._is_done(word)

    def _is_proven(self, transaction: "TransactionId") -> bool:
        """Whether somebody could log in, if anybody was named; if not, it is taken back."""
        if self.session.login is None:
            return True
        self.lines.say(f"{PROVING} ...")
        try:
            outcomes = self.session.prove(self.planned, transaction)
        except Exception as error:
            unproven = why_unproven(error)
            self.lines.say(f"Error: {unproven}")
            self.stop(unproven.message)
            return False
        for line in lines_of_rehearsal(outcomes):
            self.lines.say(f"  {line.text}")
        failures = failures_among(outcomes)
        if failures:
            self.stop(why_taken_back(failures[0]))
        return not failures

    def _is_left_to_time(self) -> bool:
        """After the end of the input: whether nobody can say anything any more."""
        can_go_on = self.lines.reader.is_terminal
        self.lines.say(f"{CTRL_D if can_go_on else NOBODY_ANSWERS} {self.session.way_to_confirm}")
        return not can_go_on

    def _is_done(self, word: str | None) -> bool:
        """Do what was decided; false when that was not possible, and something else may be."""
        if word is None:
            self.lines.say("")  # after the question that nobody needs to answer any more
        elif word == "rollback":
            self.stop(BY_HAND)
        else:
            return self._is_kept()
        return True

    def _is_kept(self) -> bool:
        try:
            self.session.keep()
        except PfwizardError as error:
            self.lines.say(f"Error: {error}")
            return False
        return True
