"""Conversations with an SMTP server, in clear and over TLS (RFC 5321, RFC 3207)."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pfwizard.apply.live.answering import NoAnswer, Patience, shake_hands, wait_for_words
from pfwizard.apply.live.limits import is_limited
from pfwizard.apply.live.proxy_protocol import pose_as_proxy
from pfwizard.prove.server import Mechanisms, Security, Server
from pfwizard.prove.verdict import Limited, Unexpected

TIME_LIMIT = 60.0
"""Seconds for smtpd(8) to start and for each of its replies: it may itself wait for others, and
clients have to wait for minutes (RFC 5321 section 4.5.3.2)."""

READY, DONE = 220, 250
"""The codes of a greeting, of a server that waits for TLS to begin, and of consent."""

OURSELVES = "[127.0.0.1]"
"""What we say in EHLO: an address, which no restriction takes for a false name."""


ABOUT_CERTIFICATES = (
    ("expired", "Renew it: pfwizard renew, or ask its CA for a new one."),
    ("not yet valid", "Look at the clocks of both hosts, and wait."),
    (
        "unable to get local issuer",
        "Put the certificates of the issuers behind the server's own, leaf first.",
    ),
    ("", "Clients must be given its CA; pfwizard publish tells how."),
)
"""What to do about OpenSSL's reasons to refuse a certificate (openssl-verification-options(1))."""


NOT_TRUSTED = "Client certificate not trusted"
"""What smtpd says to a client's certificate where it requires one (src/smtpd/smtpd.c)."""

OF_ANOTHER_CA = (
    "Show one that the CA in smtpd_tls_CAfile has issued, or none: what is behind it then stays "
    "unproven. A CA that a change makes has issued none before that is live."
)


class _Client(smtplib.SMTP):
    """A client that looks nothing up: it connects to the server's address, and says its name."""

    def __init__(self, server: Server, context: ssl.SSLContext | None) -> None:
        self._server = server
        self._context_at_once = context if server.security is Security.IMPLICIT else None
        super().__init__(local_hostname=OURSELVES, timeout=TIME_LIMIT)
        self._host = server.name

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Overridden as smtplib's own SMTP_SSL does it."""
        connection = socket.create_connection(
            (self._server.address, self._server.port),
            timeout,
            (self._server.comes_from, 0) if self._server.comes_from else None,
        )
        try:
            return self._welcomed(connection, Patience(timeout, self._server.is_hopeless))
        except BaseException:
            connection.close()
            raise

    def _welcomed(self, connection: socket.socket, patience: Patience) -> socket.socket:
        """The kernel takes connections for a server that has died, which nobody ever greets."""
        if self._server.behind_proxy:
            pose_as_proxy(connection)
        if self._context_at_once is None:
            wait_for_words(connection, patience, "it does not greet")
            return connection
        encrypted = self._context_at_once.wrap_socket(
            connection, server_hostname=self._server.name, do_handshake_on_connect=False
        )
        try:
            shake_hands(encrypted, patience)
        except BaseException:
            encrypted.close()
            raise
        return encrypted


@dataclass(frozen=True)
class Trust:
    """Which certificates a client accepts: those of these roots (PEM) and of the system.

    ``client`` is the file with the certificate and key that it shows itself, if any.
    """

    roots: str = ""
    client_certificate: Path | None = None
    client_key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Verifies the chain and leaves the name to whoever looks at the certificate."""
        context = ssl.create_default_context()
        context.check_hostname = False
        # The same for every Python, and what was given is trusted whether it is a root or not.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if self.roots:
            context.load_verify_locations(cadata=self.roots)
        self._show_ours(context)
        return context

    def of_anybody(self) -> ssl.SSLContext:
        """Accepts every certificate, and shows ours."""
        context = anybody()
        self._show_ours(context)
        return context

    def _show_ours(self, context: ssl.SSLContext) -> None:
        """Raises Unexpected for files that are gone meanwhile, or changed."""
        if self.client_certificate is None:
            return
        try:
            context.load_cert_chain(self.client_certificate, self.client_key)
        except OSError as error:  # OpenSSL's own errors are of this kind, too
            why = error.strerror or str(error)
            raise Unexpected(f"{self.client_certificate} cannot be shown: {why}") from error


def anybody() -> ssl.SSLContext:
    """A client that accepts every certificate, and so reads none of the system's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def in_clear(server: Server) -> Iterator[smtplib.SMTP]:
    """A session before TLS, after EHLO; raises Unexpected."""
    with _explained(), _connected(server, None) as client:
        yield client


@contextmanager
def over_tls(server: Server, context: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """A session over TLS, after EHLO; raises Unexpected."""
    with _explained(), _connected(server, context) as client:
        if server.security is Security.STARTTLS:
            if not client.has_extn("starttls"):
                raise Unexpected("it does not offer STARTTLS")
            client.starttls(context=context)
            _introduce(client)
        yield client


def safest(server: Server) -> AbstractContextManager[smtplib.SMTP]:
    """Over TLS where the server has it, whosever certificate it is; raises Unexpected."""
    return in_clear(server) if server.security is Security.NONE else over_tls(server, anybody())


@contextmanager
def _connected(server: Server, context: ssl.SSLContext | None) -> Iterator[smtplib.SMTP]:
    client = _Client(server, context)
    try:
        code, words = client.connect(server.name, server.port)
        if code != READY:
            raise unexpected("it greets with", code, words)
        _introduce(client)
        yield client
    finally:
        client.close()


def _introduce(client: smtplib.SMTP) -> None:
    code, words = client.ehlo()
    if code != DONE:
        raise unexpected("it answers EHLO with", code, words)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except NoAnswer as no_answer:
        raise Unexpected(str(no_answer)) from no_answer
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message
        remedy = next(remedy for words, remedy in ABOUT_CERTIFICATES if words in why)
        raise Unexpected(f"its certificate is refused: {why}", remedy) from error
    except ssl.SSLError as error:
        raise Unexpected(f"the TLS handshake fails: {error.reason or error}") from error
    except smtplib.SMTPServerDisconnected as error:
        if isinstance(error.__context__, TimeoutError):  # smtplib does not tell them apart
            raise Unexpected(f"it does not answer: {error.__context__}") from error
        raise Unexpected(f"it closes the connection: {error}") from error
    except smtplib.SMTPResponseException as error:
        raise unexpected("it answers", error.smtp_code, error.smtp_error) from error
    except OSError as error:
        raise Unexpected(f"it does not answer: {error.strerror or error}") from error


def unexpected(what: str, code: int, words: bytes | str) -> Unexpected:
    """Such a reply, which may be one to whoever comes too often."""
    reply = said(code, words)
    if is_limited(reply):
        return Limited(f"{what} {reply}")
    remedy = OF_ANOTHER_CA if NOT_TRUSTED in reply else ""
    return Unexpected(f"{what} {reply}", remedy)


def mechanisms_of(client: smtplib.SMTP) -> Mechanisms:
    """Those that it offers in its reply to EHLO (RFC 4954 section 3)."""
    return frozenset(client.esmtp_features.get("auth", "").upper().split())


def said(code: int, words: bytes | str) -> str:
    """A reply in one line."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text.splitlines()[0] if text else ''}".rstrip()
