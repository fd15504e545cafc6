"""The server's certificate, whoever signs it."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers, CertificateSource
from pfwizard.plan.draft import Draft
from pfwizard.plan.server.others_certificate import files_beside, plan_others
from pfwizard.plan.server.requested_certificate import plan_requested
from pfwizard.plan.server.server_certificate import plan_signed
from pfwizard.plan.server.server_pair import pairs_of

SOURCES: Mapping[CertificateSource, Callable[[Draft], Draft]] = {
    CertificateSource.CA: plan_signed,
    CertificateSource.REQUEST: plan_requested,
    CertificateSource.FILES: plan_others,
}


def plan_server(draft: Draft) -> Draft:
    """Plan whatever is missing; the CA, if there is one, is planned already.

    Raises PkiError for a file that cannot be read, and PassphraseNeeded or WrongPassphrase where
    our CA has to sign.
    """
    return SOURCES[draft.answers.server.source](draft)


def files_of_the_server(answers: Answers) -> tuple[PurePosixPath, ...]:
    """The files that are written or named, or that tell of these."""
    server = answers.server
    of_pairs = [path for pair in pairs_of(server) for path in (pair.certificate, pair.key)]
    if server.source is CertificateSource.FILES:
        return (*of_pairs, *files_beside(answers))
    return (*of_pairs, server.request)
