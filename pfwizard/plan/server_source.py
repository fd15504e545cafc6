"""The server's certificate, whoever signs it."""

from collections.abc import Callable, Mapping

from pfwizard.answers.answers import CertificateSource
from pfwizard.plan.draft import Draft
from pfwizard.plan.server_certificate import plan_signed

SOURCES: Mapping[CertificateSource, Callable[[Draft], Draft]] = {
    CertificateSource.CA: plan_signed,
}


def plan_server(draft: Draft) -> Draft:
    """Plan whatever is missing; the CA, if there is one, is planned already.

    Raises PkiError for a file that cannot be read, and PassphraseNeeded or WrongPassphrase where
    our CA has to sign.
    """
    return SOURCES[draft.answers.server.source](draft)
