"""The certificate that a server shows, asked for where this process itself is the master."""

import os
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from socket import create_server, socket

import pytest

from pfwizard.expiry.ports import Family, Shown, Socket, shown_by
from pfwizard.expiry.servers import TlsServer
from pfwizard.pki.key_type import KeyType
from pfwizard.plan.plan import SmtpPort
from tests.pki import builders as pki

RSA, EC = KeyType.RSA_2048, KeyType.EC_P256
BOTH = frozenset({Family.RSA, Family.ECDSA})


@contextmanager
def tls_server(
    directory: Path, *key_types: KeyType, oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
) -> Iterator[int]:
    """Shakes hands with one client after the other, and greets them; yields the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = oldest
    for key_type in key_types or (EC,):
        content = pki.key("server", key_type).pem().reveal() + pki.server(key_type=key_type).pem()
        (directory / "server.pem").write_bytes(content)
        context.load_cert_chain(directory / "server.pem")
    with closing(create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=_serve, args=(listener, context), daemon=True).start()
        yield listener.getsockname()[1]


def _serve(listener: socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with suppress(OSError), context.wrap_socket(connection, server_side=True) as encrypted:
                encrypted.sendall(b"220 mail ESMTP\r\n")
                encrypted.recv(1)


def all_shown_on(port: int, families: frozenset[Family], *hosts: str) -> tuple[Shown, ...]:
    smtp_port = SmtpPort(port, greets=False, offers_tls=True, hosts=hosts)
    return shown_by(TlsServer(smtp_port, (), None), smtp_port, os.getpid(), families)


def shown_on(port: int, *hosts: str) -> Shown:
    (only,) = all_shown_on(port, frozenset(), *hosts)
    return only


def keys_of(shown: Sequence[Shown]) -> list[str]:
    return [each.certificate.facts.key if each.certificate else each.problem for each in shown]


def test_of_two_chains_each_is_asked_for(tmp_path: Path) -> None:
    with tls_server(tmp_path, RSA, EC) as port:
        shown = all_shown_on(port, BOTH)

    assert sorted(keys_of(shown)) == ["EC P-256", "RSA 2048"]
    assert [each.asked_for is None for each in shown] == [True, False]


def test_a_chain_of_the_files_that_is_not_shown_is_told(tmp_path: Path) -> None:
    """As long as nobody has had Postfix read the second one."""
    with tls_server(tmp_path, RSA) as port:
        first, second = all_shown_on(port, BOTH)

    assert keys_of([first]) == ["RSA 2048"]
    assert second.asked_for is Family.ECDSA
    assert second.problem.startswith(
        f"127.0.0.1:{port}: clients that know ECDSA alone are refused: the TLS handshake fails"
    )


def test_a_server_without_tls_1_2_is_asked_for_no_second_chain(tmp_path: Path) -> None:
    with tls_server(tmp_path, RSA, EC, oldest=ssl.TLSVersion.TLSv1_3) as port:
        shown = all_shown_on(port, BOTH)

    assert len(shown) == 1
    assert shown[0].certificate is not None


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
