"""What probes are made with in the tests: certificates of a CA, and short ways to ask."""

import ssl
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from pfwizard.pki.certificates import Certificate
from pfwizard.prove.conversation import Trust
from pfwizard.prove.means import Means
from pfwizard.prove.mechanisms import Login
from pfwizard.prove.server import Expectation, Standing
from pfwizard.prove.verdict import Outcome
from pfwizard.prove.verification import PROBES
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.prove.smtp_server import PASSWORD, USER, Manners, serving

LOGIN = Login(USER, Secret(PASSWORD))

AUTH = ("AUTH PLAIN LOGIN",)
STARTTLS = ("STARTTLS",)
XCLIENT = ("XCLIENT NAME ADDR",)


@cache
def authority() -> Certificate:
    """Clocks matter to OpenSSL: it is of today."""
    return pki.ca(now=datetime.now(UTC))


@cache
def certificate() -> Certificate:
    return pki.server(authority(), now=datetime.now(UTC))


def tls(*, oldest: ssl.TLSVersion | None = None, of: Certificate | None = None) -> ssl.SSLContext:
    """A server's, with a certificate of the CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if oldest is not None:
        context.minimum_version = oldest
        context.set_ciphers("ALL:@SECLEVEL=0")
    with TemporaryDirectory() as directory:
        pair = Path(directory) / "pair.pem"
        pair.write_bytes(pki.key("server").pem().reveal() + (of or certificate()).pem())
        context.load_cert_chain(pair)
    return context


def requiring() -> ssl.SSLContext:
    """The same, which asks clients for a certificate of the CA."""
    context = tls()
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=authority().pem().decode())
    return context


def means(*, login: Login | None = None, standing: Standing = Standing.NEIGHBOUR) -> Means:
    """Those of a client that trusts the CA."""
    return Means(Trust(authority().pem().decode()), standing, login)


def outcomes(identifier: str, expected: Expectation, given: Means | None = None) -> list[Outcome]:
    """What this probe finds."""
    probe = next(each for each in PROBES if each.identifier == identifier)
    return list(probe.outcomes(expected, given or means()))


def found(identifier: str, expected: Expectation, given: Means | None = None) -> list[str]:
    """The same, as ``pass tls``."""
    return [f"{each.verdict.value} {each.probe}" for each in outcomes(identifier, expected, given)]


def only(identifier: str, manners: Manners, given: Means | None = None, **more: object) -> Outcome:
    with serving(manners) as server:
        expected = Expectation(server, **more)  # type: ignore[arg-type]
        (outcome,) = outcomes(identifier, expected, given)
    return outcome


def verdict(identifier: str, manners: Manners, given: Means | None = None, **more: object) -> str:
    return only(identifier, manners, given, **more).verdict.value


@cache
def shown() -> Certificate:
    """A client's certificate."""
    now = authority().validity.not_before.replace(microsecond=0)
    return pki.client(authority(), now=now)


def showing(directory: Path) -> Means:
    """Those of a client that has it."""
    pair = directory / "client.pem"
    pair.write_bytes(pki.key("client").pem().reveal() + shown().pem())
    return Means(Trust(authority().pem().decode(), client_certificate=pair))
