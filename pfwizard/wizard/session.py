"""One walk on one machine: what the faces ask for, in the order in which they need it.

Nothing here is shown and nothing is asked. What takes time says so; a face calls it where it can
wait. The engine and all that it brings is imported when it is called for, because the first page
is to be seen at once.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pfwizard.answers.question import Value
from pfwizard.errors import ExitStatus, PfwizardError
from pfwizard.pki.errors import WrongPassphrase
from pfwizard.plan.authorities.ca_passphrase import UnusablePassphrase
from pfwizard.secret import Secret
from pfwizard.wizard.course import Course
from pfwizard.wizard.found import Found, Waiting
from pfwizard.wizard.outcome import NOTHING_CHANGED, Outcome, left
from pfwizard.wizard.place import Place
from pfwizard.wizard.probation import probation_of
from pfwizard.wizard.sheet import AnswerSheet

if TYPE_CHECKING:
    from pfwizard.answers.answers import Answers
    from pfwizard.answers.reading import Start
    from pfwizard.apply.history import Entry
    from pfwizard.apply.manifest import TransactionId
    from pfwizard.apply.process.events import OnProbationNow
    from pfwizard.engine import Application, Job, Planned
    from pfwizard.machine.facts import Facts
    from pfwizard.prove.means import Means
    from pfwizard.prove.mechanisms import Login
    from pfwizard.prove.rehearsing.dress_rehearsal import DressRehearsal
    from pfwizard.prove.verdict import Outcome as Probed
    from pfwizard.wizard.aftermath import Section
    from pfwizard.wizard.existing_authority import ExistingAuthority

BY_HAND = "it was taken back by hand"

PREVIEW = (
    "This is a preview: only root can apply the change. Save the answers, and run as root: "
    "pfwizard --load FILE."
)


@dataclass
class Session:
    """A walk: its place, its answers, and the last plan that was made of them.

    ``start`` is what the answers file ``file`` gave. ``clock`` counts seconds, from whenever.
    ``ca_passphrase`` was given on the command line, or typed when a plan needed it. ``login`` is
    whoever was named to prove the change.
    """

    place: Place
    start: "Start | None" = None
    file: Path | None = None
    clock: Callable[[], float] = time.monotonic
    ca_passphrase: Secret[str] | None = field(default=None, repr=False)
    login: "Login | None" = field(default=None, repr=False)
    sheet: AnswerSheet = field(init=False)
    course: Course = field(init=False)
    outcome: Outcome = field(default=Outcome(ExitStatus.FAILED, NOTHING_CHANGED), init=False)
    _saved: Mapping[str, Value] | None = field(default=None, init=False)
    _planned: "tuple[Answers, Planned] | None" = field(default=None, init=False)
    applied_plan: "Planned | None" = field(default=None, init=False)
    _applied: Outcome | None = field(default=None, init=False)
    _decided: str = field(default="", init=False)
    _means: "Means | None" = field(default=None, init=False, repr=False)
    _has_draft: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.sheet = AnswerSheet(start=None if self.start is None else self.start.values)
        self.course = Course(self.sheet)
        if self.start is not None:
            self.course.see_everything()

    @property
    def may_apply(self) -> bool:
        """Whether this user can change what the walk is about."""
        return os.geteuid() == 0 or os.access(self.place.root / "etc", os.W_OK)

    @property
    def has_unsaved_answers(self) -> bool:
        """Whether something was typed that no file holds."""
        return self.sheet.is_touched and self.sheet.to_be_saved() != self._saved

    def look(self) -> Found:
        """Look at the machine, and end what an earlier run has left. Takes a second.

        Raises PfwizardError where the machine cannot be read, or only a person can go on.
        """
        from pfwizard.plan.usual_answers import usual_answers
        from pfwizard.wizard import suggestions, surroundings
        from pfwizard.wizard.authority_look import usual_authority

        self.forget_plan()
        job = self.place.job
        waiting = self.waiting()
        if waiting is not None:
            self.await_confirmation()
            return Found(waiting=waiting)
        if self.outcome.exit_status is ExitStatus.BUSY:  # what waited is over by itself
            self.outcome = self._applied or left()
        taken_back = self._recover(job) if self.may_apply else None
        facts, unread = self._looked(job)
        self.sheet.suggest(
            suggestions.suggest(facts),
            suggestions.host_name(facts),
            usual_answers(facts),
            usual_authority(facts),
        )
        observations = surroundings.observe(facts, _now())
        mistakes = () if self.start is None else tuple(map(str, self.start.mistakes))
        return Found(observations, None, taken_back, self.draft, self._decided, mistakes, unread)

    def _looked(self, job: "Job") -> "tuple[Facts, tuple[Path, ...]]":
        """The machine, and what of it could not be read."""
        if self.may_apply:
            from pfwizard.wizard.surroundings import look

            return look(job), ()
        from pfwizard.wizard.partial_view import look_in_part

        return look_in_part(job)

    @property
    def draft(self) -> datetime | None:
        """When answers were kept that could be taken up now: those of a walk that was cut off."""
        draft = self.place.draft
        if draft is None or self._has_draft or self.start is not None:
            return None
        return draft.written_at

    def take_up_draft(self) -> None:
        """Go on with the answers of a walk that was cut off; raises InvalidAnswers."""
        if self.place.draft is not None:
            self.sheet.take_up(self.place.draft.read())
            self._has_draft = True

    def keep_draft(self) -> Path | None:
        """Keep what no file holds, in case that the walk is cut off; returns where."""
        draft = self.place.draft
        if draft is None:
            return None
        if self.has_unsaved_answers and self._applied is None:
            self._has_draft = draft.write(self.sheet.to_be_saved())
            return draft.file if self._has_draft else None
        self._remove_draft()
        return None

    def _remove_draft(self) -> None:
        """Remove what this walk has kept or taken up, and nothing that it has only seen."""
        if self._has_draft and self.place.draft is not None:
            self.place.draft.remove()
            self._has_draft = False

    def waiting(self) -> Waiting | None:
        """The change that waits for its confirmation, if there is one that can be seen."""
        from pfwizard.apply.clock import seconds_since_boot
        from pfwizard.apply.disk.explained import explained
        from pfwizard.apply.recovery import waits_for_confirmation

        job = self.place.job
        if not os.access(job.state_directory, os.R_OK | os.X_OK):
            return None
        with explained(job.state_directory):
            journal = job.state.under_way()
            if journal is None or not waits_for_confirmation(journal.state()):
                return None
            left = journal.state().deadline - seconds_since_boot()
            return Waiting(journal.manifest.transaction, left, journal.manifest.undoes)

    def look_at_authority(self, certificate: str) -> "ExistingAuthority | None":
        """The CA in this file, if it is there. Takes as long as its disk does."""
        from pfwizard.wizard.authority_look import authority_at

        return authority_at(self.place.job.tree, certificate)

    def _recover(self, job: "Job") -> "TransactionId | None":
        from pfwizard.engine import recover_job

        return recover_job(job, _silently)

    def plan(self) -> "Planned":
        """The plan for the answers as they are. Takes as long as making keys does.

        Raises PfwizardError. A passphrase that cannot be used is forgotten.
        """
        answers = self.sheet.answers()
        if self._planned is None or self._planned[0] != answers:
            try:
                self._planned = (answers, self.make_plan(answers))
            except (WrongPassphrase, UnusablePassphrase):
                self.ca_passphrase = None
                raise
        return self._planned[1]

    def make_plan(self, answers: "Answers") -> "Planned":
        """The plan for these answers, made anew; raises PfwizardError."""
        if self.may_apply:
            from pfwizard.engine import plan_job

            return plan_job(self.place.job, answers, self.ca_passphrase)
        from pfwizard.wizard.partial_view import plan_in_part

        return plan_in_part(self.place.job, answers, self.ca_passphrase)

    def forget_plan(self) -> None:
        """Look at the machine again when the next plan is asked for."""
        self._planned = None

    def plan_rollback(self, transaction: str) -> "Planned":
        """The plan that takes this transaction back; raises PfwizardError."""
        from pfwizard.engine import plan_rollback

        return plan_rollback(self.place.job, transaction)

    def rehearsal(self, planned: "Planned") -> "DressRehearsal":
        """What the plan has to pass before it is carried out."""
        from pfwizard.engine import refuse_stale
        from pfwizard.prove.means import Means
        from pfwizard.prove.rehearsing.dress_rehearsal import DressRehearsal

        means, plan = Means(login=self.login), planned.plan
        return DressRehearsal(
            plan,
            planned.facts,
            self.place.rehearse,
            means,
            lambda: refuse_stale(self.place.job, plan),
        )

    def asks_for_login(self, planned: "Planned") -> bool:
        """Whether somebody who logs in would prove anything."""
        from pfwizard.prove.live_proof import offers_logins

        return offers_logins(planned.plan, planned.facts)

    def prove(self, planned: "Planned", transaction: "TransactionId") -> "tuple[Probed, ...]":
        """Talk to the servers with the plan live, and log in; takes seconds.

        The history keeps what was found. Raises PfwizardError.
        """
        from pfwizard.prove.live_proof import proved_for_history
        from pfwizard.prove.means import Means

        plan, facts, state = planned.plan, planned.facts, self.place.job.state
        means = self._means or Means(login=self.login)
        return proved_for_history(state, transaction, plan, facts, means)

    def application(
        self,
        planned: "Planned",
        announce: Callable[[str], None],
        tell_of_probation: "Callable[[OnProbationNow], None]",
        rehearsed: "tuple[Probed, ...]" = (),
    ) -> "Application":
        """The plan, ready to be carried out by an engine in a process of its own.

        ``rehearsed`` is what its rehearsal has found, which the history keeps. It takes seconds
        where that leaves to be found out which logins fail before the change.
        """
        from pfwizard.engine import Application
        from pfwizard.prove.live_proof import prepared
        from pfwizard.prove.means import Means

        self._means = prepared(Means(login=self.login), planned.facts, rehearsed)
        seconds = probation_of(planned.plan, self.place.probation)
        if seconds is not None:
            self.await_confirmation()
        return Application(self.place.job, planned, announce, tell_of_probation, seconds, rehearsed)

    def await_confirmation(self) -> None:
        """From now on there is a change that nobody has confirmed, whatever becomes of the walk."""
        self.outcome = Outcome(ExitStatus.BUSY, self.way_to_confirm)

    @property
    def way_to_confirm(self) -> str:
        """What becomes of a change that nobody confirms, and how to do that from elsewhere."""
        options = self.place.options
        return (
            "The change is taken back by itself unless it is confirmed in time: run "
            f"pfwizard{options}, or pfwizard confirm{options}."
        )

    def keep_waiting(self, transaction: "TransactionId") -> None:
        """Confirm a change that another run has left; raises PfwizardError."""
        self.keep()
        self._decided = f"Transaction {transaction} stays."
        self.outcome = Outcome(ExitStatus.DONE, self._decided)

    def keep(self) -> "TransactionId":
        """Confirm the change on probation; raises PfwizardError when it is too late."""
        from pfwizard.apply.disk.explained import explained
        from pfwizard.apply.probation import Probation

        job = self.place.job
        with explained(job.state_directory):
            return Probation(job.ending(_silently), _silently).confirm().transaction

    def take_back(self, transaction: "TransactionId") -> bool:
        """End a probation that another run began; false when it is over already."""
        from pfwizard.apply.disk.explained import explained
        from pfwizard.apply.probation import Probation

        job = self.place.job
        with explained(job.state_directory):
            is_ended = Probation(job.ending(_silently), _silently).end_now(transaction, BY_HAND)
        if is_ended:
            self._decided = (
                f"Transaction {transaction} was taken back. What was there before it is in place."
            )
            self.outcome = Outcome(ExitStatus.ROLLED_BACK, self._decided)
        return is_ended

    def applied(self, planned: "Planned", transaction: "TransactionId") -> None:
        """The plan is in place, and stays."""
        lines = [
            line
            for section in self.aftermath(planned)
            for line in (section.title, *(f"    {text}" for text in section.lines), "")
        ]
        self.outcome = self._applied = Outcome(
            ExitStatus.DONE,
            plan=planned.plan,
            transaction=transaction,
            afterwards=tuple(lines),
            undoes=planned.undoes,
        )
        self.applied_plan = planned
        self.forget_plan()
        self._remove_draft()

    def failed(self, error: PfwizardError) -> None:
        """Something was tried and is not in place; the error says how far it came.

        What was applied before that is in place nevertheless, and stays the outcome.
        """
        if self._applied is not None:
            self.outcome = self._applied
            return
        self.outcome = Outcome(error.exit_status, transaction=error.transaction, error=error)

    def left(self, saved_as: str) -> None:
        """The operator goes away; what was applied before stays the outcome."""
        self._end(saved_as)
        self._remove_draft()

    def cut_off(self) -> None:
        """The walk ends, and nobody can be asked: the answers are kept for the next one."""
        kept = self.keep_draft()
        self._end("" if kept is None else str(kept))

    def _end(self, saved_as: str) -> None:
        if self.outcome.exit_status is ExitStatus.FAILED and self.outcome.error is None:
            self.outcome = left(saved_as)

    def history(self) -> "tuple[Entry, ...]":
        """Every transaction, the newest first; raises PfwizardError."""
        from pfwizard.apply.disk.explained import explained
        from pfwizard.apply.history import History

        job = self.place.job
        with explained(job.state_directory):
            return tuple(reversed(History(job.state).entries()))

    def aftermath(self, planned: "Planned") -> "tuple[Section, ...]":
        """What to know and to try when the plan has been applied."""
        from pfwizard.wizard.aftermath import aftermath, aftermath_of_rollback

        plan, options = planned.plan, self.place.options
        if planned.undoes is not None:
            return aftermath_of_rollback(plan, planned.undoes, options)
        return aftermath(plan, planned.facts, self.sheet.answers(), _now(), options)

    def save(self, path: Path) -> None:
        """Write the answers to a file, so that ``pfwizard --answers`` does the same again.

        Raises Failed.
        """
        from pfwizard.answers.writing import written
        from pfwizard.private_file import save

        start = "" if self.start is None else self.start.text
        saved = self.sheet.to_be_saved()
        save(path, written(saved, start, self.sheet.usual))
        self.file, self._saved = path, saved


def _silently(words: str) -> None:
    return None


def _now() -> datetime:
    return datetime.now(UTC)
