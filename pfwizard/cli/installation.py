"""The plan of ``pfwizard install-certificate``: what came is read, and its key looked for."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from pfwizard.apply.disk.explained import explained
from pfwizard.apply.ledger_file import read_ledger
from pfwizard.apply.recovery import refuse_unfinished
from pfwizard.cli.arguments import Arguments
from pfwizard.cli.given_file import content_of
from pfwizard.cli.renewal import known_files, with_files
from pfwizard.engine import Job, Planned, circumstances, read_answers
from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts, gather
from pfwizard.machine.key_files import USUAL_DIRECTORIES, key_files
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.errors import PkiError
from pfwizard.pki.received import received_certificates
from pfwizard.plan.server.installation import (
    InstallationRequest,
    files_of_installation,
    make_installation_plan,
)
from pfwizard.plan.server.served import served_files

IN_PLACE = "Nothing to do: this certificate is in place already."


def plan_installation(job: Job, given: Arguments) -> Planned:
    """Read the files and look at the machine; nothing is changed.

    Raises Failed when a file holds no certificate or cannot be read, InvalidAnswers, and what
    stands in the way of a change.
    """
    with explained(job.state_directory):
        refuse_unfinished(job.state)
        ledger = read_ledger(job.state_directory)
        known = known_files(job, None)
    server = None if given.answers is None else read_answers(job, given.answers).server
    certificates = tuple(dict.fromkeys(_received(given.certificates)))
    facts = gather(job.tree, job.config_directory, ())
    keys = _key_files(job, facts, known, given) if server is None else (server.key,)
    request = InstallationRequest(certificates, keys, given.force, server, known)
    facts = with_files(job, facts, files_of_installation(request, facts))
    return Planned(facts, make_installation_plan(request, facts, circumstances(ledger)))


def _key_files(
    job: Job, facts: Facts, known: Iterable[PurePosixPath], given: Arguments
) -> tuple[PurePosixPath, ...]:
    """Where nobody says which key it is for, every one of this machine may be it."""
    keys = served_files(facts.configuration.master, facts.effective).keys
    directories = (*(path.parent for path in (*keys, *known)), *USUAL_DIRECTORIES)
    if job.tree.is_this_machine:
        directories = (*directories, *_directories_of(given.certificates))
    return key_files(job.tree, dict.fromkeys(directories))


def _directories_of(files: Iterable[Path]) -> Iterator[PurePosixPath]:
    """Where the request was made, it was often put beside its key, and the answer beside it."""
    return (PurePosixPath(file.absolute().parent) for file in files)


def _received(files: Iterable[Path]) -> Iterator[Certificate]:
    for file in files:
        try:
            yield from received_certificates(content_of(file))
        except OSError as error:
            what = os.strerror(error.errno or 0)
            raise Failed(
                f"{file}: cannot be read: {what}", "Name the file that the CA has sent."
            ) from error
        except PkiError as error:
            raise error.at(file) from error
