"""What every run does first: end what an earlier run could not."""

from collections.abc import Callable

from pfwizard.apply.clock import boot_id, seconds_since_boot
from pfwizard.apply.ending import APPLIED, Ending
from pfwizard.apply.guard import is_guarded
from pfwizard.apply.journal import Journal, Stage, State, StateDirectory
from pfwizard.apply.manifest import DamagedManifest, TransactionId
from pfwizard.apply.swap import remove_new_files_that_wait
from pfwizard.apply.undo import REMEDY, Conflict
from pfwizard.errors import Busy, Failed, NeedsHuman
from pfwizard.machine.tree import Tree

KILLED = "its run was killed"
RESTARTED = "the machine was restarted before it was confirmed"
NOT_CONFIRMED = "it was not confirmed in time"
UNGUARDED = "every process that guarded it was killed"

LONGEST_PROBATION = 86400.0
"""Seconds: a day."""


class OnProbation(Busy):
    """A change waits for its confirmation."""


def recover(ending: Ending, announce: Callable[[str], None]) -> TransactionId | None:
    """End the transaction that was left unfinished, if there is one; whoever calls holds the lock.

    Returns the transaction that was taken back. Raises OnProbation when one still waits for its
    confirmation and somebody guards it, and what ``Ending.take_back`` raises.
    """
    ending.state.clear_staging()
    if ending.state.done is not None:
        announce("Finishing a change that was complete")
        ending.clean_up(ending.state.done)
    journal = ending.state.hot
    if journal is None:
        return None
    state = journal.state()
    if waits_for_confirmation(state) and is_guarded(ending.state.path):
        raise on_probation(journal, state)
    manifest = journal.manifest
    announce(f"Taking back transaction {manifest.transaction}: {_why(state)}")
    ending.take_back(journal, _why(state))
    return manifest.transaction


KEPT = f"{APPLIED}, and kept as it was found"
"""The result of a change that a person has set aside."""


def set_aside(ending: Ending, name: str) -> str:
    """Let nobody take this journal back; every file stays as it is. Returns what became of it.

    A change whose record can be read goes into the history, from which it can be taken back yet.
    Whoever calls holds the lock. Raises Failed when there is no such journal, OnProbation when
    the change waits for its confirmation.
    """
    for journal in (ending.state.hot, ending.state.done):
        if journal is not None and journal.directory.name == name:
            return _set_aside(ending, journal)
    there = [each for each in (ending.state.hot, ending.state.done) if each is not None]
    raise Failed(
        f"{ending.state.path / name}: there is no such journal",
        f"The only one is called {there[0].directory.name}."
        if there
        else "There is none at all: nothing is in the way.",
    )


def _set_aside(ending: Ending, journal: Journal) -> str:
    state = journal.state()
    if waits_for_confirmation(state):
        raise on_probation(journal, state)
    try:
        transaction = journal.manifest.transaction
    except DamagedManifest:
        return f"Set aside as {ending.state.archive(journal)}."
    remove_new_files_that_wait(Tree(ending.root), journal)
    ending.complete(journal, KEPT)
    return f"Transaction {transaction} is in the history now."


def refuse_unfinished(state_directory: StateDirectory) -> None:
    """For a run that looks only: raises what stands in the way of a change, and ends nothing."""
    journal = state_directory.under_way()
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
    """Whether a change on probation may still be confirmed.

    Where the kernel does not tell one start from another, a clock that has gone back does.
    """
    left = state.deadline - seconds_since_boot()
    return (
        state.stage is Stage.ON_PROBATION
        and state.boot_id == boot_id()
        and 0 < left <= LONGEST_PROBATION
    )


def on_probation(journal: Journal, state: State) -> OnProbation:
    left = max(0, round(state.deadline - seconds_since_boot()))
    return OnProbation(
        f"transaction {journal.manifest.transaction} is on probation for another {left} s",
        "pfwizard confirm keeps it, pfwizard rollback takes it back now.",
    )


def _why(state: State) -> str:
    if state.stage is not Stage.ON_PROBATION:
        return state.why or KILLED
    if state.boot_id != boot_id():
        return RESTARTED
    return UNGUARDED if waits_for_confirmation(state) else NOT_CONFIRMED
