"""The file of a key, which in the layout "chain" holds the certificates too."""

from collections.abc import Sequence

from pfwizard.answers.answers import CertificateLayout
from pfwizard.pki.certificates import Certificate
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.authorities.known_authorities import found_certificates
from pfwizard.plan.certificate_files import CERTIFICATES, certificate_summary, key_summary
from pfwizard.plan.draft import PRIVATE_FILE, Draft
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
        content = chain_file(content, certificates)
        summary += tuple(line for each in certificates for line in certificate_summary(each))
    return draft.with_file(pair.key, content, PRIVATE_FILE, secret=True, summary=summary)


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


def chain_file(content: bytes, certificates: Sequence[Certificate]) -> bytes:
    """The file of a key with these certificates behind it, as smtpd_tls_chain_files wants it.

    One that is such a file already is left as it is, whatever further certificates it has.
    """
    if _is_chain_of(content, certificates):
        return content
    alone = CERTIFICATES.sub(b"", content)
    return alone.removesuffix(b"\n") + b"\n" + b"".join(each.pem() for each in certificates)


def _is_chain_of(content: bytes, certificates: Sequence[Certificate]) -> bool:
    """Whether the key comes first and these certificates next."""
    blocks: list[bytes] = CERTIFICATES.findall(content)
    if not blocks or content.index(blocks[0]) < content.find(b"PRIVATE KEY-----"):
        return False
    there = [block.strip() for block in blocks[: len(certificates)]]
    return there == [each.pem().strip() for each in certificates]
