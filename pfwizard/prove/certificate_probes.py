"""What a client's certificate opens: ours, and one of nobody."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from pfwizard.pki.certificates import load_certificate
from pfwizard.pki.fingerprints import DIGESTS, fingerprint, sha256_fingerprint
from pfwizard.prove.conversation import anybody, over_tls
from pfwizard.prove.means import Means
from pfwizard.prove.recipients import (
    FROM_ELSEWHERE,
    NO_STRANGER,
    asked_about_elsewhere,
    is_stranger,
    pose,
    undecided,
)
from pfwizard.prove.server import Expectation, Security, Server
from pfwizard.prove.strange_certificate import client_of_nobody
from pfwizard.prove.verdict import Excuse, Limited, Outcome, Statements, Unexpected, Verdict

RELAY = "relay-certificate"
"""The probe with which a client shows its certificate to send to elsewhere."""


def with_certificate(
    statements: Statements, expected: Expectation, means: Means
) -> Iterator[Outcome]:
    """The client whose certificate we have may send to elsewhere, whomever it trusts itself."""
    if means.trust.client_certificate is None or expected.server.security is Security.NONE:
        return
    with over_tls(expected.server, means.trust.of_anybody()) as client:
        pose(client, expected.server)
        reply = asked_about_elsewhere(client)
    if reply.is_taken and _is_taken_without(expected):
        yield statements.skipped(NO_STRANGER, FROM_ELSEWHERE)
    elif reply.is_taken:
        yield statements.passed("the client with this certificate may send to everywhere")
    elif False in (expected.relays_by_certificate, expected.asks_certificate):
        yield statements.skipped(
            "no certificate lets anybody send to everywhere here", "pfwizard client add lets one."
        )
    elif told := undecided(statements, reply):
        yield told
    else:
        yield statements.failed(
            f"the client with this certificate may not send to elsewhere: {reply}",
            _listing(means.trust.client_certificate, expected),
        )


def _is_taken_without(expected: Expectation) -> bool:
    """Whether we may send to elsewhere anyway; who requires a certificate is not asked."""
    if expected.requires_certificate:
        return False
    with over_tls(expected.server, anybody()) as client:
        pose(client, expected.server)
        return asked_about_elsewhere(client).is_taken


def excused_by_another_port(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes of a host whose configuration nobody knows: the client needs one port only."""
    found = tuple(outcomes)
    if not any(each.probe == RELAY and each.verdict is Verdict.PASS for each in found):
        return found
    return tuple(
        each.excused(Excuse.ELSEWHERE)
        if each.probe == RELAY and each.verdict is Verdict.FAIL
        else each
        for each in found
    )


def _listing(certificate: Path, expected: Expectation) -> str:
    """How the server is to know the client, whose certificate has just been shown."""
    leaf = load_certificate(certificate.read_bytes())
    der = leaf.parsed.public_bytes(Encoding.DER)
    if expected.relays_by_certificate is None:
        return (
            "On that host relay_clientcerts has to list it by its fingerprint, which is "
            f"{sha256_fingerprint(der)} (sha256), permit_tls_clientcerts has to stand in the "
            "restrictions, and the service has to ask for certificates. pfwizard client add there "
            "makes one that may."
        )
    digest = expected.digest
    words = f"relay_clientcerts has to list it by its {digest} fingerprint"
    if digest not in DIGESTS:
        return f"{words}."
    return f"{words}, {fingerprint(der, digest)}: pfwizard client list tells which are there."


def with_strange_certificate(
    statements: Statements, expected: Expectation, means: Means
) -> Iterator[Outcome]:
    """A certificate that nobody has signed opens nothing."""
    server = expected.server
    if expected.asks_certificate is False or server.security is Security.NONE:
        return
    if expected.requires_certificate:
        yield _sent_away(statements, server)
        return
    with over_tls(server, client_of_nobody()) as client:
        if not is_stranger(client, server, means.standing):
            yield statements.skipped(NO_STRANGER, FROM_ELSEWHERE)
            return
        reply = asked_about_elsewhere(client)
    if reply.is_taken:
        yield statements.failed(
            "whoever shows any certificate at all may send to everywhere",
            "Look at what relay_clientcerts holds, and let permit_tls_clientcerts stand for those "
            "in it: pfwizard client list.",
        )
    elif told := undecided(statements, reply):
        yield told
    else:
        yield statements.passed(f"with a certificate of nobody it is refused too: {reply}")


def _sent_away(statements: Statements, server: Server) -> Outcome:
    try:
        with over_tls(server, client_of_nobody()):
            pass
    except Limited:
        raise
    except Unexpected as refusal:
        return statements.passed(f"whoever shows a certificate of nobody is sent away: {refusal}")
    return statements.failed(
        "whoever shows a certificate of nobody is served",
        "Set smtpd_tls_req_ccert = yes, and look for it in the -o options of master.cf.",
    )
