"""The file of a key, which in the layout "chain" holds the certificates too."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from pfwizard.answers.answers import CertificateLayout
from pfwizard.pki import pem
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.authorities.known_authorities import found_certificates
from pfwizard.plan.certificate_files import (
    certificate_summary,
    chain_file,
    key_alone,
    key_summary,
)
from pfwizard.plan.draft import PRIVATE_FILE, Draft
from pfwizard.plan.plan import Finding, refusal
from pfwizard.plan.server.layout import layout_of
from pfwizard.plan.server.server_pair import ServerPair


def with_key_file(
    draft: Draft,
    pair: ServerPair,
    key: PrivateKey,
    content: bytes,
    certificates: Sequence[Certificate],
) -> Draft:
    """Plan the key's own bytes, and behind them the certificates where one file holds both.

    ``content`` is what the file holds, or would hold for the key alone.
    """
    summary = key_summary(key)
    if layout_of(draft.answers.server, draft.facts) is CertificateLayout.CHAIN:
        draft = refuse_unfit(draft, pair, content)
        content = chain_file(content, certificates)
        summary += tuple(line for each in certificates for line in certificate_summary(each))
    return draft.with_file(pair.key, content, PRIVATE_FILE, secret=True, summary=summary)


def refuse_unfit(draft: Draft, pair: ServerPair, content: bytes) -> Draft:
    """Refuse what the key's file holds if that cannot become a chain file and is to be one."""
    if layout_of(draft.answers.server, draft.facts) is not CertificateLayout.CHAIN:
        return draft
    unfit = not_for_a_chain(pair.key, content)
    return draft if unfit is None else draft.with_finding(unfit)


def latest_certificate(
    draft: Draft, pair: ServerPair, key: PrivateKey, in_its_file: Certificate
) -> Certificate:
    """The one in the certificate's own file, unless one behind the key was issued later.

    Postfix shows what stands behind the key, and a renewal may have changed that alone.
    """
    behind_the_key = (
        found.certificate
        for found in found_certificates(draft.facts, [pair.key])
        if key.matches(found.certificate)
    )
    return max((in_its_file, *behind_the_key), key=lambda each: each.facts.not_before)


def not_for_a_chain(path: PurePosixPath, content: bytes) -> Finding | None:
    """A refusal where a file of a key has more in it than Postfix takes, whatever is put behind it.

    Where several keys follow each other, all but the last lack a certificate.
    """
    kept = pem.labels(key_alone(content))
    if len(kept) <= 1:
        return None
    keys = [label for label in kept if label.endswith("PRIVATE KEY")]
    holds = pem.contents(content) if len(keys) < 2 else f"holds {len(keys)} private keys"
    return refusal(
        "not-for-a-chain",
        f"{path} {holds}, and in a file of smtpd_tls_chain_files there is to be one key with its "
        "certificates and nothing else",
        "Leave the key of the server in it, and move the rest into a file of its own.",
    )
