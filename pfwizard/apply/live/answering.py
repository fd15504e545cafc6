"""Whether an SMTP server answers as its clients expect: a greeting, and TLS where it offers it.

And which certificate it shows them.
"""

import re
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from pfwizard.apply.live.proxy_protocol import pose_as_proxy
from pfwizard.plan.plan import SmtpPort

if TYPE_CHECKING:
    import ssl

TIME_LIMIT = 15.0
"""Seconds for smtpd(8) to start and for each of its replies."""

LONGEST_REPLY = 512
"""Octets of a line, with the line end (RFC 5321 section 4.5.3.1.5)."""

GLANCE = 0.2
"""Seconds between two looks whether there is any hope."""

MOST_LINES = 100
"""Of one reply; Postfix's to EHLO has about a dozen."""

GREETING, READY_FOR_TLS, DONE = "220", "220", "250"
"""Replies to a connection, to STARTTLS (RFC 3207 section 4) and to EHLO."""

HUNG_UP = "the connection is closed without a greeting"

WANTS_A_CERTIFICATE = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
"""How OpenSSL names the alert of a server that has shown its own certificate and misses ours."""


MISSES_A_CERTIFICATE = re.compile(r"421 .*\b[Cc]lient certificate\b")
"""How smtpd sends a client away that has shown none, or none that it trusts, when TLS works and
smtpd_tls_req_ccert is on (src/smtpd/smtpd.c)."""


class NoAnswer(Exception):
    """The server has not said what it should have; the message tells what it did."""


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for: so many seconds, or until it is known not to come."""

    seconds: float = TIME_LIMIT
    is_hopeless: Callable[[], bool] = lambda: False


PATIENT = Patience()


@dataclass
class Answer:
    """What came of a conversation: what is wrong, which is nothing when it is empty.

    ``certificate`` is the server's own in DER, None where no handshake has succeeded.
    """

    problem: str = ""
    certificate: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Client:
    """Shakes hands; whose certificate it is then shown does not matter here, but it is kept."""

    context: "ssl.SSLContext"
    answer: Answer
    patience: Patience

    @contextmanager
    def encrypted(self, connection: socket.socket) -> "Iterator[ssl.SSLSocket]":
        with self.context.wrap_socket(connection, do_handshake_on_connect=False) as encrypted:
            shake_hands(encrypted, self.patience)
            self.answer.certificate = encrypted.getpeercert(binary_form=True)
            yield encrypted


def problem_with(smtp_port: SmtpPort, address: str, patience: Patience = PATIENT) -> str:
    """What is wrong with the server on this port; empty when all is as it should be."""
    return answer_of(smtp_port, address, patience).problem


def answer_of(
    smtp_port: SmtpPort, address: str, patience: Patience = PATIENT, *, ciphers: str = ""
) -> Answer:
    """Talk to the server on this port as a client does.

    With ``ciphers`` (openssl-ciphers(1)) as one does that knows no others, and TLS 1.2 at most:
    from 1.3 on, ciphers say nothing of the server's key.

    One that cannot start closes the connection without a word (RFC 5321 section 3.1 wants a 220
    greeting first). One that cannot use its key says so after STARTTLS, or closes the connection
    on which TLS should begin at once (src/smtpd/smtpd.c).
    """
    import ssl  # takes longer to load than all that is done here

    answer = Answer()
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if ciphers:
        context.set_ciphers(ciphers)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    answer.problem = _problem(smtp_port, address, _Client(context, answer, patience))
    return answer


def _problem(smtp_port: SmtpPort, address: str, client: "_Client") -> str:
    import ssl

    patience = client.patience
    try:
        with socket.create_connection((address, smtp_port.port), patience.seconds) as connection:
            if smtp_port.behind_proxy:
                pose_as_proxy(connection)
            if smtp_port.greets:
                wait_for_words(connection, patience, "it does not greet")
            _converse(smtp_port, connection, client)
    except ssl.SSLError as error:
        if error.reason == WANTS_A_CERTIFICATE:
            return ""
        return f"the TLS handshake fails: {error.reason or error}"
    except NoAnswer as no_answer:
        return str(no_answer)
    except OSError as error:
        return f"it does not answer: {error.strerror or error}"
    return ""


def wait_for_words(connection: socket.socket, patience: Patience, without: str) -> None:
    """A server that dies before it accepts leaves the client to the kernel, without a word.

    Raises NoAnswer with the words ``without``.
    """
    deadline = time.monotonic() + patience.seconds
    while not select.select([connection], [], [], GLANCE)[0]:
        if time.monotonic() > deadline or patience.is_hopeless():
            raise NoAnswer(without)


def shake_hands(encrypted: "ssl.SSLSocket", patience: Patience) -> None:
    """What a handshake waits for is the server's word: ours always fits into the buffers.

    Raises NoAnswer, and what the ssl module does.
    """
    import ssl

    timeout = encrypted.gettimeout()
    encrypted.setblocking(False)
    while True:
        try:
            encrypted.do_handshake()
            break
        except ssl.SSLWantReadError:
            wait_for_words(encrypted, patience, "it does not answer the TLS handshake")
    encrypted.settimeout(timeout)


def _converse(smtp_port: SmtpPort, connection: socket.socket, client: "_Client") -> None:
    if not smtp_port.greets:
        with client.encrypted(connection) as encrypted, _replies(encrypted) as replies:
            _greeting(replies, MISSES_A_CERTIFICATE)
            encrypted.sendall(b"QUIT\r\n")
        return
    with _replies(connection) as replies:
        _greeting(replies)
        if smtp_port.offers_tls:
            _ask_for_tls(connection, replies)
            with client.encrypted(connection) as encrypted:
                encrypted.sendall(b"QUIT\r\n")
        else:
            connection.sendall(b"QUIT\r\n")


def _ask_for_tls(connection: socket.socket, replies: BinaryIO) -> None:
    connection.sendall(f"EHLO {_literal(connection)}\r\n".encode())
    extensions = _reply(replies)
    if not extensions[0].startswith(DONE):
        raise NoAnswer(f"it answers EHLO with {extensions[-1]}")
    if "STARTTLS" not in {line[4:].upper() for line in extensions}:
        raise NoAnswer("it does not offer STARTTLS")
    connection.sendall(b"STARTTLS\r\n")
    answer = _reply(replies)[-1]
    if not answer.startswith(READY_FOR_TLS):
        raise NoAnswer(f"it answers STARTTLS with {answer}")


def _greeting(replies: BinaryIO, instead: re.Pattern[str] | None = None) -> None:
    """A greeting, or words that are as good a proof."""
    greeting = _reply(replies)[-1]
    is_as_good = instead is not None and instead.match(greeting) is not None
    if not greeting.startswith(GREETING) and not is_as_good:
        raise NoAnswer(f"it greets with {greeting}")


def _reply(replies: BinaryIO) -> list[str]:
    """The lines of one reply: all but the last have a hyphen after the code (section 4.2.1)."""
    lines: list[str] = []
    while len(lines) < MOST_LINES:
        line = replies.readline(LONGEST_REPLY).decode("ascii", "replace").rstrip()
        if not line:
            raise NoAnswer("it closes the connection" if lines else HUNG_UP)
        lines.append(line)
        if line[3:4] != "-":
            return lines
    raise NoAnswer("its reply does not end")


@contextmanager
def _replies(connection: socket.socket) -> Iterator[BinaryIO]:
    with connection.makefile("rb") as replies:
        yield replies


def _literal(connection: socket.socket) -> str:
    """Our own address as a name for EHLO, which no restriction takes for a false one."""
    address = connection.getsockname()[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
