"""The commands about changes that were made: each ends with a report."""

from collections.abc import Callable

from pfwizard.apply.explained import explained
from pfwizard.apply.history import History
from pfwizard.apply.lock import locked
from pfwizard.apply.manifest import TransactionId, sequence_of
from pfwizard.apply.probation import Probation
from pfwizard.cli.report import Report, Result
from pfwizard.engine import Job, history_of, recover_job
from pfwizard.errors import ExitStatus

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
    """Take back the change that is on probation, if it is the one that is meant."""
    with explained(job.state_directory):
        hot = job.state.hot
        if hot is None or not _is_meant(hot.manifest.transaction, name):
            return None
        manifest = Probation(job.ending(lambda words: None), lambda words: None).end_now(BY_COMMAND)
    if manifest is None:
        return None
    return _taken_back(manifest.transaction)


def _is_meant(transaction: TransactionId, name: str | None) -> bool:
    is_number = name is not None and name.isdecimal() and int(name) == sequence_of(transaction)
    return name is None or name == transaction or is_number


def history(job: Job) -> Report:
    """List every transaction."""
    entries = history_of(job)
    words = "" if entries else "Nothing was done yet."
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


def recover(job: Job, archive: str | None, announce: Callable[[str], None]) -> Report:
    """End what was left unfinished, or set it aside."""
    if archive is not None:
        return _archive(job, archive)
    transaction = recover_job(job, announce)
    if transaction is not None:
        return _taken_back(transaction)
    return Report(Result.UNCHANGED, ExitStatus.DONE, words="Nothing was left unfinished.")


def _archive(job: Job, name: str) -> Report:
    with explained(job.state_directory), locked(job.state_directory):
        place = job.state.archive(name)
    return Report(
        Result.UNCHANGED,
        ExitStatus.DONE,
        words=f"Set aside as {place}. No other file was touched: the configuration is as it was "
        "found, and the old files are in there.",
    )


def _taken_back(transaction: TransactionId) -> Report:
    return Report(
        Result.ROLLED_BACK,
        ExitStatus.DONE,
        transaction=transaction,
        words=f"Transaction {transaction} was taken back: the old configuration is in place.",
    )
