"""The commands about changes that were made: each ends with a report."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath

from pfwizard.apply.disk.explained import explained
from pfwizard.apply.ending import APPLIED
from pfwizard.apply.history import History
from pfwizard.apply.journal import Stage
from pfwizard.apply.manifest import TransactionId, sequence_of
from pfwizard.apply.probation import Probation
from pfwizard.apply.recovery import set_aside
from pfwizard.cli.renewal import known_files
from pfwizard.cli.report import Report, Result
from pfwizard.engine import Job, Planned, recover_job
from pfwizard.enumeration import listed
from pfwizard.errors import ExitStatus, Failed
from pfwizard.expiry.judgement import Judge
from pfwizard.expiry.limits import Limits
from pfwizard.expiry.status import look
from pfwizard.plan.authorities.known_authorities import USUAL

BY_COMMAND = "pfwizard rollback was run"


def confirm(job: Job, announce: Callable[[str], None]) -> Report:
    """Keep the change that is on probation."""
    with explained(job.state_directory):
        manifest = Probation(job.ending(announce), announce).confirm()
    return Report(
        Result.APPLIED,
        ExitStatus.DONE,
        transaction=manifest.transaction,
        words=f"Confirmed: transaction {manifest.transaction} stays.",
    )


def end_probation(job: Job, name: str | None) -> Report | None:
    """Take back the change that is on probation, if it is the one that is meant.

    None when there is none. Whoever asks for the change on probation does not mean an older one:
    if it ends by itself meanwhile, that is told.
    """
    with explained(job.state_directory):
        hot = job.state.under_way()
        if hot is None or hot.state().stage is not Stage.ON_PROBATION:
            return None
        transaction = hot.manifest.transaction
        if not _is_meant(transaction, name):
            return None
        probation = Probation(job.ending(lambda words: None), lambda words: None)
        if not probation.end_now(transaction, BY_COMMAND):
            return _ended_meanwhile(transaction, probation.result_of(transaction))
    return taken_back(transaction)


def nothing_in_place(job: Job, planned: Planned, options: str) -> Report:
    """Say so of a rollback that has nothing to do, and which one would have something.

    ``options`` are those by which another run finds the same transactions.
    """
    words = f"Nothing to do: nothing of transaction {planned.undoes} is in place any more."
    with explained(job.state_directory):
        history = History(job.state)
        earlier = history.in_place_before(planned.undoes) if planned.undoes else None
    if earlier is not None:
        words += (
            "\n  To take back the change before it:\n"
            f"    pfwizard rollback {earlier.manifest.transaction}{options}"
        )
    return Report(Result.UNCHANGED, ExitStatus.DONE, planned.plan, words=words)


def _ended_meanwhile(transaction: TransactionId, result: str) -> Report:
    words = f"Transaction {transaction} is not on probation any more: it was {result}."
    if result.startswith(APPLIED):
        words += f"\n  To take it back all the same: pfwizard rollback {transaction}"
    return Report(Result.UNCHANGED, ExitStatus.FAILED, transaction=transaction, words=words)


def _is_meant(transaction: TransactionId, name: str | None) -> bool:
    is_number = name is not None and name.isdecimal() and int(name) == sequence_of(transaction)
    return name is None or name == transaction or is_number


def history(job: Job) -> Report:
    """List every transaction."""
    with explained(job.state_directory):
        known = History(job.state)
        entries, damaged = known.entries(), known.damaged()
    if damaged:
        words = f"The record of {listed(damaged)} cannot be read."
        return Report(Result.FAILED, ExitStatus.NEEDS_HUMAN, words=words, entries=entries)
    words = "" if entries else "Nothing has been done yet."
    return Report(Result.UNCHANGED, ExitStatus.DONE, words=words, entries=entries)


def show(job: Job, name: str) -> Report:
    """Show one transaction's changes."""
    with explained(job.state_directory):
        entry = History(job.state).find(name)
    return Report(
        Result.UNCHANGED,
        ExitStatus.DONE,
        transaction=entry.manifest.transaction,
        entries=(entry,),
        in_full=True,
    )


def status(job: Job, limits: Limits) -> Report:
    """Tell how long the certificates last."""
    judge = Judge(datetime.now(UTC), limits)
    found = look(
        job.tree,
        job.config_directory,
        judge,
        is_root=os.geteuid() == 0,
        state_directory=job.state_directory,
        authorities=_places_of_a_ca(job),
    )
    return Report(Result.UNCHANGED, found.level, status=found)


def _places_of_a_ca(job: Job) -> tuple[PurePosixPath, ...]:
    """Where a CA would be that Postfix is not told of; the history is root's alone."""
    usual, _ = USUAL
    if not os.access(job.state_directory, os.R_OK | os.X_OK):
        return (usual,)
    with explained(job.state_directory):
        return tuple(dict.fromkeys((usual, *known_files(job, None))))


def recover(job: Job, archive: str | None, announce: Callable[[str], None]) -> Report:
    """End what was left unfinished, or set it aside."""
    if archive is not None:
        return _set_aside(job, archive)
    transaction = recover_job(job, announce)
    if transaction is not None:
        return taken_back(transaction)
    return Report(Result.UNCHANGED, ExitStatus.DONE, words="Nothing was left unfinished.")


def _set_aside(job: Job, name: str) -> Report:
    if not job.state_directory.is_dir():
        raise Failed(f"{job.state_directory}: is not there", "Nothing is in the way.")
    with explained(job.state_directory), job.state.held():
        became = set_aside(job.ending(lambda words: None), name)
    return Report(
        Result.UNCHANGED,
        ExitStatus.DONE,
        words=f"{became} The configuration stays as it was found.",
    )


def taken_back(transaction: TransactionId) -> Report:
    return Report(
        Result.ROLLED_BACK,
        ExitStatus.DONE,
        transaction=transaction,
        words=f"Transaction {transaction} was taken back: the old configuration is in place.",
    )
