"""The server's certificate, whoever signs it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from pfwizard.answers.answers import Answers, CertificateSource
from pfwizard.answers.wording import Named, Wording
from pfwizard.enumeration import listed
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import Finding, refusal
from pfwizard.plan.server.deploy_hook import CERTBOT
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
    source = draft.answers.server.source
    of_certbot = [] if source is CertificateSource.FILES else _in_certbots_place(draft)
    if of_certbot:
        return draft.with_finding(_managed_by_certbot(draft, of_certbot))
    return SOURCES[source](draft)


def files_of_the_server(answers: Answers) -> tuple[PurePosixPath, ...]:
    """The files that are written or named, or that tell of these."""
    server = answers.server
    of_pairs = [path for pair in pairs_of(server) for path in (pair.certificate, pair.key)]
    if server.source is CertificateSource.FILES:
        return (*of_pairs, *files_beside(answers))
    return (*of_pairs, server.request)


def _in_certbots_place(draft: Draft) -> list[PurePosixPath]:
    """Where certbot would not find what it has left, or replaces what is written."""
    return [
        path
        for path in files_of_the_server(draft.answers)
        if CERTBOT in (*path.parents, *draft.facts.file(path).real.parents)
    ]


def _managed_by_certbot(draft: Draft, paths: Sequence[PurePosixPath]) -> Finding:
    ends = {path: draft.facts.file(path).real for path in paths}
    named = (
        str(path) if path.is_relative_to(CERTBOT) else f"{path} (which leads to {end})"
        for path, end in ends.items()
    )
    return refusal(
        "managed-by-certbot",
        f"{listed(named)}: what is below {CERTBOT} is certbot's, and pfwizard writes nothing there",
        Wording(
            "To have Postfix show the certificate that certbot renews, set ",
            Named("server.source", CertificateSource.FILES.value),
            "; else name other files in ",
            Named("server.certificate"),
            " and ",
            Named("server.key"),
            ".",
        ),
    )
