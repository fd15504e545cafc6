"""Whether a server's TLS is what its clients need, and the one that was planned."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress

from pfwizard.apply.live.answering import Patience, problem_with
from pfwizard.apply.live.limits import is_limited
from pfwizard.enumeration import listed
from pfwizard.pki.certificates import CertificateFacts, load_certificate
from pfwizard.pki.matching import covers
from pfwizard.plan.plan import SmtpPort
from pfwizard.prove.conversation import anybody, over_tls
from pfwizard.prove.means import Means
from pfwizard.prove.server import BlankInRange, Expectation, Security, Server
from pfwizard.prove.verdict import Excuse, Limited, Outcome, Statements, Unexpected

VERSIONS = (
    ("TLSv1", ssl.TLSVersion.TLSv1),
    ("TLSv1.1", ssl.TLSVersion.TLSv1_1),
    ("TLSv1.2", ssl.TLSVersion.TLSv1_2),
    ("TLSv1.3", ssl.TLSVersion.TLSv1_3),
)

GREETING_PORTS = (25, 587)
"""Their clients speak first in clear (RFC 3207, RFC 6409)."""

TLS_PORT = 465
"""Its clients begin TLS at once (RFC 8314 section 3.3)."""

IN_USE = ("TLSv1.2", "TLSv1.3")
"""What servers should take; of older ones OpenSSL itself may refuse what it is told to (RFC 9325
section 3.1.1)."""

EVERY_CIPHER = "ALL:@SECLEVEL=0"
"""Without it OpenSSL refuses to speak the old versions itself (openssl-ciphers(1))."""


NOTHING_TO_OFFER = ("NO_CIPHERS_AVAILABLE", "NO_PROTOCOLS_AVAILABLE")
"""OpenSSL's reasons to fail before it has said anything (openssl/sslerr.h)."""


def answers(expected: Expectation, patience: Patience) -> Outcome:
    """The server greets, and begins TLS, as its clients expect; raises Limited."""
    server = expected.server
    statements = Statements("answers", str(server))
    port = SmtpPort(
        server.port,
        greets=server.security is not Security.IMPLICIT,
        offers_tls=server.security is not Security.NONE,
        behind_proxy=server.behind_proxy,
    )
    problem = problem_with(port, server.address, patience)
    if not problem:
        return statements.passed("it greets" if port.greets else "it begins TLS at once")
    if is_limited(problem):
        raise Limited(problem)
    if not expected.must_answer:
        return statements.skipped(problem)
    return _of_a_blank(statements, expected, problem) or statements.failed(problem)


def _of_a_blank(statements: Statements, expected: Expectation, problem: str) -> Outcome | None:
    """The failure of a server that has no version left that we speak; raises Limited."""
    blank = expected.blank_in_range
    if blank is None:
        return None
    try:
        refused = _first_refused(expected.server, blank)
    except Limited:
        raise
    except Unexpected:
        return None  # it fails for another reason
    return _failed_for_a_blank(statements, blank, problem) if refused else None


def customary(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """TLS begins where the clients of a well-known port expect it."""
    port, security = expected.public_port, expected.server.security
    if port in GREETING_PORTS and security is Security.IMPLICIT:
        seen = f"port {port} begins with TLS at once, which its clients do not expect"
        yield _of_rivals(statements, expected, seen) or statements.failed(
            seen,
            "Take smtpd_tls_wrappermode = yes out of main.cf: it belongs to port 465 in master.cf.",
        )
    if port == TLS_PORT and security is not Security.IMPLICIT:
        seen = f"port {port} greets in clear, where its clients begin TLS at once"
        yield _of_rivals(statements, expected, seen) or statements.failed(
            seen, "Write -o smtpd_tls_wrappermode=yes below the service in master.cf."
        )


def _of_rivals(statements: Statements, expected: Expectation, seen: str) -> Outcome | None:
    if not expected.rivals:
        return None
    *others, last = expected.rivals
    return statements.failed(
        f"{seen}: master.cf has more than one entry for this port, {listed(others)} and {last}, "
        "and Postfix goes by the last one alone, whatever it is called",
        f"Take the wrong one out: here it is {last}.",
    )


def encryption(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """A handshake as a careful client does it: the chain, the name, the certificate itself."""
    server = expected.server
    if server.security is Security.NONE:
        return
    with over_tls(server, means.trust.context()) as client:
        connection = _encrypted(client)
        der = connection.getpeercert(binary_form=True) or b""
        version, cipher = connection.version(), (connection.cipher() or ("",))[0]
    yield statements.passed(f"{server.security.value}, {version}, {cipher}; the chain is trusted")
    facts = load_certificate(ssl.DER_cert_to_PEM_cert(der).encode()).facts
    yield _name(statements.of("name"), server, facts)
    if expected.certificates is not None:
        yield _planned(statements.of("certificate"), facts, expected.certificates)


def _encrypted(client: smtplib.SMTP) -> ssl.SSLSocket:
    connection = client.sock
    if not isinstance(connection, ssl.SSLSocket):
        raise Unexpected("the connection is not encrypted")
    return connection


def _name(statements: Statements, server: Server, facts: CertificateFacts) -> Outcome:
    name = server.name
    if covers(facts.dns_names, name.lower()) or name in facts.ip_addresses:
        return statements.passed(f"the certificate is for {name}")
    names = ", ".join([*facts.dns_names, *facts.ip_addresses]) or "no name at all"
    return statements.failed(
        f"the certificate is for {names}, and not for {name}",
        "Add the name to server.names, or let clients use one that is in it.",
    )


def _planned(statements: Statements, facts: CertificateFacts, planned: frozenset[str]) -> Outcome:
    if facts.fingerprint_sha256 in planned:
        return statements.passed("it shows the certificate that is configured")
    return statements.failed(
        "it shows another certificate than the one that is configured",
        "Postfix was not reloaded since, or a -o option in master.cf names another file.",
    )


def old_versions(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """Versions of TLS that are older than the oldest one meant are refused."""
    server, oldest = expected.server, expected.oldest
    if server.security is Security.NONE or oldest is None:
        return
    names = [name for name, _ in VERSIONS]
    older = VERSIONS[: names.index(oldest)] if oldest in names else ()
    for name, version in older:
        each = statements.about(name)
        try:
            is_accepted = _accepts(server, version)
        except _NotSpoken as reason:
            yield each.skipped(f"this host cannot speak it, which proves nothing: {reason}")
            continue
        if not is_accepted:
            yield each.passed("it is refused")
        else:
            yield each.failed(
                f"it is accepted, although {oldest} is the oldest that is meant",
                "Look for smtpd_tls_protocols in main.cf, and in the -o options of master.cf.",
            )


def lost_versions(statements: Statements, expected: Expectation, means: Means) -> Iterator[Outcome]:
    """Versions of TLS that are meant, and lost by a blank inside a range of them."""
    blank = expected.blank_in_range
    if expected.server.security is Security.NONE or blank is None:
        return
    refused = _first_refused(expected.server, blank)
    if refused:
        yield _failed_for_a_blank(statements, blank, f"{refused} is refused")


def _first_refused(server: Server, blank: BlankInRange) -> str:
    """The newest of the lost versions that are in use, where the server does not take it."""
    for name, version in reversed(VERSIONS):
        if name in blank.lost and name in IN_USE:
            with suppress(_NotSpoken):
                if not _accepts(server, version):
                    return name
    return ""


def _failed_for_a_blank(statements: Statements, blank: BlankInRange, seen: str) -> Outcome:
    cause = (
        f"{seen}: in {blank.setting}, Postfix reads the range and the version behind the blank "
        "each by itself, and allows that one version alone"
    )
    remedy = "Write it without the blank, as in >=TLSv1.2."
    failure = statements.failed(cause, remedy)
    return failure.excused(Excuse.AS_TODAY) if blank.is_so_today else failure


class _NotSpoken(Exception):
    """Our own OpenSSL has nothing to offer in this version; the message is its reason."""


def _accepts(server: Server, version: ssl.TLSVersion) -> bool:
    """Raises _NotSpoken, and Unexpected where something else fails than the handshake."""
    context = anybody()
    context.set_ciphers(EVERY_CIPHER)
    context.minimum_version = context.maximum_version = version
    try:
        with over_tls(server, context):
            return True
    except Unexpected as problem:
        cause = problem.__cause__
        if isinstance(cause, ssl.SSLError) and cause.reason in NOTHING_TO_OFFER:
            raise _NotSpoken(cause.reason) from cause
        if isinstance(cause, ssl.SSLError | ConnectionResetError):
            return False
        raise
