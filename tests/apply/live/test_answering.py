"""What is said of an SMTP server that does not answer as it should, on real sockets."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from pfwizard.apply.live.answering import Patience, answer_of, problem_with
from pfwizard.pki.certificates import load_certificate
from pfwizard.plan.plan import SmtpPort
from tests.pki import builders as pki

CLEAR, STARTTLS, IMPLICIT_TLS = (True, False), (True, True), (False, True)
"""Whether it greets, and whether it offers TLS."""

EXTENSIONS = b"250-mail\r\n250-SIZE\r\n250-STARTTLS\r\n250 CHUNKING\r\n"


@contextmanager
def server(*replies: bytes | ssl.SSLContext, address: str = "127.0.0.1") -> Iterator[int]:
    """Gives one client a reply per line it sends, beginning before the first, and hangs up.

    A context stands for a handshake. Yields the port.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.create_server((address, 0), family=family)) as listener:
        thread = threading.Thread(target=serve, args=(listener, replies), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def serve(listener: socket.socket, replies: Sequence[bytes | ssl.SSLContext]) -> None:
    connection, _ = listener.accept()
    with suppress(OSError):
        is_first = True
        for reply in replies:
            if isinstance(reply, ssl.SSLContext):
                connection = reply.wrap_socket(connection, server_side=True)
                continue
            if not is_first:
                connection.recv(512)
            connection.sendall(reply)
            is_first = False
    connection.close()


def tls_server(directory: Path) -> ssl.SSLContext:
    """A context with a certificate that nobody trusts."""
    key, certificate = pki.key("server"), pki.server()
    (directory / "pair.pem").write_bytes(key.pem().reveal() + certificate.pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "pair.pem")
    return context


def certificate_of_the_server(directory: Path) -> bytes:
    certificate = load_certificate((directory / "pair.pem").read_bytes())
    return certificate.parsed.public_bytes(Encoding.DER)


def certificate(port: int, kind: tuple[bool, bool]) -> bytes | None:
    return answer_of(SmtpPort(port, *kind), "127.0.0.1").certificate


def problem(port: int, kind: tuple[bool, bool], address: str = "127.0.0.1") -> str:
    return problem_with(SmtpPort(port, *kind), address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_server_that_greets_is_all_right(address: str) -> None:
    with server(b"220 mail ESMTP\r\n", address=address) as port:
        assert problem(port, CLEAR, address) == ""


def test_a_greeting_may_have_several_lines() -> None:
    with server(b"220-mail ESMTP\r\n220 at your service\r\n") as port:
        assert problem(port, CLEAR) == ""


def test_a_server_that_hangs_up_without_a_word_is_not() -> None:
    with server(b"") as port:
        assert problem(port, CLEAR) == "the connection is closed without a greeting"


def test_a_server_that_turns_clients_away_is_quoted() -> None:
    with server(b"421 4.3.2 Service not available\r\n") as port:
        assert problem(port, CLEAR) == "it greets with 421 4.3.2 Service not available"


def test_nothing_that_listens_is_no_answer() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]

    assert problem(port, CLEAR).startswith("it does not answer: ")


def test_a_server_that_takes_too_long_is_no_answer() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        smtp_port = SmtpPort(silent.getsockname()[1], *CLEAR)

        assert problem_with(smtp_port, "127.0.0.1", Patience(0.05)) == "it does not greet"


def test_a_server_that_is_known_to_be_dead_is_not_waited_for() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        smtp_port = SmtpPort(silent.getsockname()[1], *CLEAR)
        hopeless = Patience(3600, is_hopeless=lambda: True)

        assert problem_with(smtp_port, "127.0.0.1", hopeless) == "it does not greet"


def test_starttls_that_leads_to_a_handshake_is_all_right(tmp_path: Path) -> None:
    replies = (b"220 mail\r\n", EXTENSIONS, b"220 Ready\r\n", tls_server(tmp_path))
    with server(*replies) as port:
        assert problem(port, STARTTLS) == ""


def test_a_server_that_cannot_use_its_key_is_quoted() -> None:
    answer = b"454 4.7.0 TLS not available due to local problem\r\n"
    with server(b"220 mail\r\n", EXTENSIONS, answer) as port:
        assert problem(port, STARTTLS) == (
            "it answers STARTTLS with 454 4.7.0 TLS not available due to local problem"
        )


def test_starttls_that_is_not_offered_is_missed() -> None:
    with server(b"220 mail\r\n", b"250-mail\r\n250 SIZE\r\n") as port:
        assert problem(port, STARTTLS) == "it does not offer STARTTLS"


def test_starttls_without_a_handshake_is_not_all_right() -> None:
    with server(b"220 mail\r\n", EXTENSIONS, b"220 Ready\r\n") as port:
        assert problem(port, STARTTLS) != ""


def test_a_port_with_tls_from_the_first_byte_greets_behind_a_handshake(tmp_path: Path) -> None:
    with server(tls_server(tmp_path), b"220 mail ESMTP\r\n") as port:
        assert problem(port, IMPLICIT_TLS) == ""


def test_a_server_that_hangs_up_after_the_handshake_is_not_all_right(tmp_path: Path) -> None:
    with server(tls_server(tmp_path), b"") as port:
        assert problem(port, IMPLICIT_TLS) != ""


def test_a_port_that_should_speak_tls_and_does_not_is_not_all_right() -> None:
    with server(b"220 mail ESMTP\r\n") as port:
        assert problem(port, IMPLICIT_TLS).startswith("the TLS handshake fails: ")


def test_a_server_that_wants_a_certificate_of_ours_has_shown_its_own(tmp_path: Path) -> None:
    context = tls_server(tmp_path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tmp_path / "pair.pem")
    with server(context, b"220 mail ESMTP\r\n") as port:
        assert problem(port, IMPLICIT_TLS) == ""


def test_the_certificate_behind_starttls_is_kept(tmp_path: Path) -> None:
    replies = (b"220 mail\r\n", EXTENSIONS, b"220 Ready\r\n", tls_server(tmp_path))
    with server(*replies) as port:
        assert certificate(port, STARTTLS) == certificate_of_the_server(tmp_path)


def test_the_certificate_is_kept_though_the_server_says_nothing_after_it(tmp_path: Path) -> None:
    with server(tls_server(tmp_path), b"") as port:
        assert certificate(port, IMPLICIT_TLS) == certificate_of_the_server(tmp_path)


def test_without_a_handshake_there_is_no_certificate() -> None:
    with server(b"220 mail ESMTP\r\n") as port:
        assert certificate(port, CLEAR) is None
