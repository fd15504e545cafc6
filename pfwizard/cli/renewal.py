"""The plan of ``pfwizard renew``: what is asked for, and where a CA may be on this machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pfwizard.answers.answers import AuthoritySource
from pfwizard.answers.reading import load
from pfwizard.apply.disk.explained import explained
from pfwizard.apply.history import History
from pfwizard.apply.ledger_file import read_ledger
from pfwizard.apply.recovery import refuse_unfinished
from pfwizard.cli.arguments import Arguments
from pfwizard.cli.ca_secrets import CaSecrets
from pfwizard.engine import Job, Planned, read_answers
from pfwizard.machine.facts import Facts, gather
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.renewal.renewal import (
    Renewable,
    RenewalRequest,
    files_of_renewal,
    make_renewal_plan,
)
from pfwizard.plan.server.server_pair import pairs_of

NOTHING_DUE = "Nothing to do: no certificate is due."
NEXT_KEY_IS_THERE = "Nothing to do: the next key is waiting already."


def plan_renewal(job: Job, given: Arguments, secrets: CaSecrets) -> Planned:
    """Look at the machine and plan the renewal; nothing is changed.

    Raises Failed when the machine cannot be read, PassphraseNeeded and WrongPassphrase where
    something is due, and what stands in the way of a change.
    """
    with explained(job.state_directory):
        refuse_unfinished(job.state)
        ledger = read_ledger(job.state_directory)
        known = (*known_files(job, given.answers), *_of_the_server(job, given.answers))
    request = RenewalRequest(_what(given), given.force, known)
    facts = gather(job.tree, job.config_directory, ())
    facts = with_files(job, facts, files_of_renewal(request, facts))
    return Planned(facts, make_renewal_plan(request, facts, secrets.circumstances(ledger)))


def known_files(job: Job, answers: Path | None) -> tuple[PurePosixPath, ...]:
    """Where a CA may be besides the files that Postfix names."""
    named = authority_in(answers)
    files = () if named is None else (named.certificate, named.key)
    return tuple(dict.fromkeys((*files, *_in_the_history(job))))


def authority_in(answers: Path | None) -> AuthorityFiles | None:
    """The files of the CA, as the answers name them, if they want one; raises InvalidAnswers."""
    if answers is None:
        return None
    ca = load(answers).ca
    is_wanted = ca.source is not AuthoritySource.NONE
    return AuthorityFiles(ca.certificate, ca.key) if is_wanted else None


def _of_the_server(job: Job, answers: Path | None) -> tuple[PurePosixPath, ...]:
    """The server's files, as the answers name them; of a chain Postfix itself names one alone."""
    if answers is None:
        return ()
    pairs = pairs_of(read_answers(job, answers).server)
    return tuple(path for pair in pairs for path in (pair.certificate, pair.key))


def with_files(job: Job, facts: Facts, paths: tuple[PurePosixPath, ...]) -> Facts:
    """The facts with these files looked at too: which they are is known from the facts alone."""
    return replace(facts, files={**facts.files, **job.tree.look_at(paths)})


def nothing_to_do(given: Arguments) -> str:
    """Why the plan is empty."""
    return NEXT_KEY_IS_THERE if given.next_key else NOTHING_DUE


def _what(given: Arguments) -> Renewable:
    if given.ca:
        return Renewable.AUTHORITY
    if given.next_key:
        return Renewable.NEXT_KEY
    return Renewable.SERVER_WITH_NEW_KEY if given.new_key else Renewable.SERVER


def _in_the_history(job: Job) -> Iterator[PurePosixPath]:
    """The keys and certificates that were made here: what a summary describes."""
    for entry in History(job.state).entries():
        for operation in entry.manifest.operations:
            if operation.summary:
                yield operation.path
