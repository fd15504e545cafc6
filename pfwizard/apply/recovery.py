"""What every run does first: end what an earlier run could not."""

from collections.abc import Callable

from pfwizard.apply.clock import boot_id, seconds_since_boot
from pfwizard.apply.ending import Ending
from pfwizard.apply.journal import Journal, Stage, State, StateDirectory
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.postfix_locks import editing_if_possible
from pfwizard.apply.undo import REMEDY, Conflict
from pfwizard.errors import Busy, NeedsHuman

KILLED = "its run was killed"
RESTARTED = "the machine was restarted before it was confirmed"
NOT_CONFIRMED = "it was not confirmed in time"


class OnProbation(Busy):
    """A change waits for its confirmation."""


def recover(ending: Ending, announce: Callable[[str], None]) -> TransactionId | None:
    """End the transaction that was left unfinished, if there is one; whoever calls holds the lock.

    Returns the transaction that was taken back. Raises OnProbation when one still waits for its
    confirmation, and what ``Ending.take_back`` raises.
    """
    ending.state.clear_staging()
    if ending.state.done is not None:
        announce("Finishing a change that was complete")
        ending.clean_up(ending.state.done)
    journal = ending.state.hot
    if journal is None:
        return None
    state = journal.state()
    if waits_for_confirmation(state):
        raise on_probation(journal, state)
    announce(f"Taking back transaction {journal.manifest.transaction}: {_why(state)}")
    manifest = journal.manifest
    with editing_if_possible(manifest.instance):
        ending.take_back(journal, _why(state))
    return manifest.transaction


def refuse_unfinished(state_directory: StateDirectory) -> None:
    """For a run that looks only: raises what stands in the way of a change, and ends nothing."""
    journal = state_directory.hot
    if journal is None:
        return
    state = journal.state()
    transaction = journal.manifest.transaction
    if waits_for_confirmation(state):
        raise on_probation(journal, state)
    if state.stage is Stage.IN_CONFLICT:
        raise Conflict(f"transaction {transaction}: {state.words}", REMEDY)
    raise NeedsHuman(
        f"transaction {transaction} is unfinished: {_why(state)}",
        "pfwizard recover takes it back.",
    )


def waits_for_confirmation(state: State) -> bool:
    """Whether a change on probation may still be confirmed."""
    return (
        state.stage is Stage.ON_PROBATION
        and state.boot_id == boot_id()
        and seconds_since_boot() < state.deadline
    )


def on_probation(journal: Journal, state: State) -> OnProbation:
    left = max(0, round(state.deadline - seconds_since_boot()))
    return OnProbation(
        f"transaction {journal.manifest.transaction} is on probation for another {left} s",
        "pfwizard confirm keeps it, pfwizard rollback takes it back now.",
    )


def _why(state: State) -> str:
    if state.stage is not Stage.ON_PROBATION:
        return state.words if state.stage is Stage.TAKING_BACK and state.words else KILLED
    return NOT_CONFIRMED if state.boot_id == boot_id() else RESTARTED
