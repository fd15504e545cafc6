"""Whether the SMTP servers answer, on real sockets."""

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from pfwizard.apply import listening
from pfwizard.apply.listening import greeting_problem, wait_until_listening
from pfwizard.plan.plan import SmtpPort
from tests.pki import builders as pki

OURSELVES = os.getpid()


@contextmanager
def server(
    greeting: bytes, address: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server that says one thing to one client and hangs up; yields its port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.create_server((address, 0), family=family)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with suppress(OSError):
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                connection.sendall(greeting)
            connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def tls_server(directory: Path) -> ssl.SSLContext:
    """A context with a certificate that nobody trusts."""
    key, certificate = pki.key("server"), pki.server()
    (directory / "pair.pem").write_bytes(key.pem().reveal() + certificate.pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "pair.pem")
    return context


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "TIME_LIMIT", 0.05)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_server_that_greets_is_all_right(address: str) -> None:
    with server(b"220 mail ESMTP\r\n", address) as port:
        assert greeting_problem(SmtpPort(port, greets=True), OURSELVES) == ""


def test_a_server_that_hangs_up_without_a_word_is_not() -> None:
    with server(b"") as port:
        problem = greeting_problem(SmtpPort(port, greets=True), OURSELVES)

    assert problem == "the connection is closed without a greeting"


def test_a_server_that_turns_clients_away_is_quoted() -> None:
    with server(b"421 4.3.2 Service not available\r\n") as port:
        problem = greeting_problem(SmtpPort(port, greets=True), OURSELVES)

    assert problem == "421 4.3.2 Service not available"


def test_a_port_with_tls_from_the_first_byte_greets_behind_a_handshake(tmp_path: Path) -> None:
    with server(b"220 mail ESMTP\r\n", context=tls_server(tmp_path)) as port:
        assert greeting_problem(SmtpPort(port, greets=False), OURSELVES) == ""


def test_a_server_that_hangs_up_after_the_handshake_is_not_all_right(tmp_path: Path) -> None:
    with server(b"", context=tls_server(tmp_path)) as port:
        assert greeting_problem(SmtpPort(port, greets=False), OURSELVES) != ""


def test_a_port_that_should_speak_tls_and_does_not_is_not_all_right() -> None:
    with server(b"220 mail ESMTP\r\n") as port:
        assert greeting_problem(SmtpPort(port, greets=False), OURSELVES) != ""


def test_a_port_on_which_nothing_listens_is_named(impatient: None) -> None:
    port = SmtpPort(free_port(), greets=True)

    assert greeting_problem(port, OURSELVES) == "nothing listens"
    assert wait_until_listening([port], OURSELVES) == (port,)


def test_ports_that_listen_are_not_missing() -> None:
    with server(b"220 mail\r\n") as port:
        smtp_port = SmtpPort(port, greets=True)

        assert wait_until_listening([smtp_port], OURSELVES) == ()
        greeting_problem(smtp_port, OURSELVES)


def test_the_port_of_another_process_is_not_its_own() -> None:
    """Two instances of Postfix may share a port on different addresses."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        with server(b"220 mail\r\n") as port:
            smtp_port = SmtpPort(port, greets=True)
            assert greeting_problem(smtp_port, other.pid) == "nothing listens"
            assert greeting_problem(smtp_port, OURSELVES) == ""
        other.communicate(b"\n")


def test_nobody_waits_for_a_mail_system_that_has_died(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more_waiting(seconds: float) -> None:
        raise AssertionError("waited for a dead mail system")

    monkeypatch.setattr("time.sleep", no_more_waiting)
    port = SmtpPort(free_port(), greets=True)
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()

    assert wait_until_listening([port], dead.pid) == (port,)
