"""One plan, applied as one change: everything of it, or nothing.

lock -> is the plan still true? -> pre-images -> staging -> Postfix's opinion -> groups
     -> swap -> postfix check -> reload -> done; a failure anywhere undoes what came before
"""

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pfwizard.apply import preimages
from pfwizard.apply.lock import locked
from pfwizard.apply.mail_system import MailSystem
from pfwizard.apply.swap import Swap, edited, failed, leftovers_of
from pfwizard.apply.unfinished import NOT_PUT_BACK, refuse_left_over
from pfwizard.errors import ExitStatus, Failed, NeedsHuman, PfwizardError
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change, JoinGroup, Plan, Reload


class RolledBack(PfwizardError):
    """The change was live for a moment and was taken back."""

    exit_status = ExitStatus.ROLLED_BACK


@dataclass(frozen=True)
class Transaction:
    """Everything that applying one plan needs.

    ``announce`` is told of each step as it begins.
    """

    tree: Tree
    state_directory: Path
    mail_system: MailSystem
    identifier: str
    now: datetime
    announce: Callable[[str], None]

    def apply(self, plan: Plan) -> None:
        """Apply the plan.

        Raises Busy when another run is at work, Failed when a step failed and nothing is changed,
        RolledBack when the change was live and was taken back, NeedsHuman when even that failed.
        """
        try:
            preimages.prepare_state_directory(self.state_directory)
            with locked(self.state_directory):
                refuse_left_over(self.state_directory)
                self._apply(plan)
        except OSError as error:
            raise failed(error.filename or self.state_directory, error) from error

    def _apply(self, plan: Plan) -> None:
        for premise in plan.premises:
            if self.tree.look(premise.path).content != premise.content:
                raise edited(premise.path)
        for change in plan.changes:
            self._refuse_unless_still_true(change)
        baseline = frozenset(self.mail_system.complaints())
        self.announce("Keeping what is there now")
        kept = preimages.keep(self.state_directory, self.identifier, plan.changes, self.now)
        swap = Swap(self.tree, self.identifier, plan.changes)
        undo = ExitStack()
        undo.callback(swap.undo)
        try:
            self._prepare(plan, swap, undo)
            self.announce("Putting the new files in place")
            swap.swap()
        except BaseException as error:
            self._put_back(undo, kept, error)
            preimages.forget(kept)
            raise
        self._go_live(plan, baseline, undo, kept)
        swap.finish()

    def _prepare(self, plan: Plan, swap: Swap, undo: ExitStack) -> None:
        """Everything that no running program notices."""
        self.announce("Writing the new files beside the old ones")
        swap.stage()
        self._refuse_what_postfix_rejects(plan)
        for action in plan.actions:
            if isinstance(action, JoinGroup):
                self.announce(f"Making {action.user} a member of the group {action.group}")
                self.mail_system.join_group(action.user, action.group)
                undo.callback(self.mail_system.leave_group, action.user, action.group)

    def _go_live(self, plan: Plan, baseline: frozenset[str], undo: ExitStack, kept: Path) -> None:
        try:
            self._refuse_new_complaints(baseline)
            for action in plan.actions:
                if isinstance(action, Reload):
                    self.mail_system.reload(action.ports)
            preimages.note_result(kept, "applied")
        except BaseException as error:
            self._put_back(undo, kept, error)
            self._note(kept, "rolled back")
            self._revive(error)
            raise self._told(
                RolledBack(
                    f"{_message(error)}. The old configuration is back in place.", _remedy(error)
                )
            ) from error

    def _put_back(self, undo: ExitStack, kept: Path, error: BaseException) -> None:
        with suppress(Exception):  # nobody listening is no reason to leave things half done
            self.announce("Putting everything back")
        try:
            undo.close()
        except (OSError, PfwizardError) as trouble:
            self._note(kept, f"{NOT_PUT_BACK}: {_message(trouble)}")
            raise self._told(
                NeedsHuman(
                    f"{_message(error)}; and not everything could be put back: {_message(trouble)}",
                    f"The old files are in {kept}; manifest.json says where each belongs.",
                )
            ) from error

    def _revive(self, error: BaseException) -> None:
        try:
            self.mail_system.revive()
        except (OSError, PfwizardError) as trouble:
            raise self._told(
                NeedsHuman(
                    f"{_message(error)}. The old files are back, but Postfix could not be made to "
                    f"use them: {_message(trouble)}",
                    "Look into the mail log, then run postfix start or postfix reload.",
                )
            ) from error

    def _note(self, kept: Path, result: str) -> None:
        with suppress(OSError):  # a record that cannot be written is no reason to give up
            preimages.note_result(kept, result)

    def _told(self, error: PfwizardError) -> PfwizardError:
        error.transaction = self.identifier
        return error

    def _refuse_unless_still_true(self, change: Change) -> None:
        state = self.tree.look(change.path)
        if state.content != change.before or state.real != change.real:
            raise edited(change.path)
        if change.before is None and state.exists:
            raise edited(change.path)
        if change.before is not None:
            self._refuse_second_name(change)

    def _refuse_second_name(self, change: Change) -> None:
        place = self.tree.outside(change.real)
        left_behind = sorted(place.parent.glob(leftovers_of(place)))
        if left_behind:
            raise NeedsHuman(
                f"{left_behind[0]}: an earlier run of pfwizard left this file; it is what "
                f"{change.path} was before it, or what somebody wrote into that meanwhile",
                f"To go back to it: mv {left_behind[0]} {place}; to keep what is there now: "
                f"rm {left_behind[0]}. Then run pfwizard again.",
            )
        links = place.lstat().st_nlink
        if links > 1:
            raise Failed(
                f"{change.path}: has {links} hard links, and replacing it would part them",
                "Remove the other names of this file first; find / -samefile FILE lists them.",
            )

    def _refuse_what_postfix_rejects(self, plan: Plan) -> None:
        objections = self.mail_system.rejects(plan.main_cf, plan.master_cf)
        if objections:
            raise Failed(
                f"Postfix rejects the new configuration: {objections[0]}",
                "Nothing was changed. Please report this as a defect of pfwizard.",
            )

    def _refuse_new_complaints(self, baseline: frozenset[str]) -> None:
        new = [line for line in self.mail_system.complaints() if line not in baseline]
        if new:
            raise Failed(f"postfix check complains: {new[0]}")


def _message(error: BaseException) -> str:
    """What happened, in one sentence without its full stop."""
    if isinstance(error, PfwizardError):
        return error.message
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror}"
    return f"internal error: {type(error).__name__}"


def _remedy(error: BaseException) -> str:
    return error.remedy if isinstance(error, PfwizardError) else ""
