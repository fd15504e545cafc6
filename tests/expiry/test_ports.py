"""The certificate that a server shows, asked for where this process itself is the master."""

import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from socket import create_server, socket

import pytest

from pfwizard.expiry.ports import Shown, Socket, shown_by
from pfwizard.expiry.servers import TlsServer
from pfwizard.plan.plan import SmtpPort
from tests.pki import builders as pki


@contextmanager
def tls_server(directory: Path) -> Iterator[int]:
    """Shakes hands with one client, and greets it; yields the port."""
    content = pki.key("server").pem().reveal() + pki.server().pem()
    (directory / "server.pem").write_bytes(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "server.pem")
    with closing(create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=_serve, args=(listener, context), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def _serve(listener: socket, context: ssl.SSLContext) -> None:
    connection, _ = listener.accept()
    with suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
        encrypted.sendall(b"220 mail ESMTP\r\n")


def shown_on(port: int, host: str = "") -> Shown:
    smtp_port = SmtpPort(port, greets=False, offers_tls=True)
    return shown_by(TlsServer(smtp_port, host, (), None), smtp_port, os.getpid())


def test_the_certificate_is_read_from_the_handshake(tmp_path: Path) -> None:
    with tls_server(tmp_path) as port:
        shown = shown_on(port)

    assert shown.socket == Socket("127.0.0.1", port)
    assert shown.certificate is not None
    assert shown.certificate.facts.dns_names == (pki.HOST,)


def test_a_port_on_which_nothing_listens_says_so() -> None:
    with closing(create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]

    assert shown_on(port).problem == f"nothing listens on port {port}"


def test_a_server_without_tls_is_told_with_its_address() -> None:
    with closing(create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        threading.Thread(target=lambda: listener.accept()[0].close(), daemon=True).start()

        shown = shown_on(port)

    assert shown.certificate is None
    assert shown.problem.startswith(f"127.0.0.1:{port}: ")


@pytest.mark.parametrize("host", ["127.0.0.2", "127.0.0.3"])
def test_of_several_addresses_that_of_the_service_is_asked(host: str) -> None:
    with closing(create_server(("127.0.0.2", 0))) as first:
        port = first.getsockname()[1]
        with closing(create_server(("127.0.0.3", port))) as second:
            asked = {"127.0.0.2": first, "127.0.0.3": second}[host]
            threading.Thread(target=lambda: asked.accept()[0].close(), daemon=True).start()

            assert shown_on(port, host).socket == Socket(host, port)


def test_an_address_of_ipv6_is_written_in_brackets() -> None:
    assert str(Socket("::1", 25)) == "[::1]:25"
