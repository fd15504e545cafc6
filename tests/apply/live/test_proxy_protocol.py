"""A server behind a proxy hears of its client before anything else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pfwizard.apply.live.answering import problem_with
from pfwizard.apply.live.proxy_protocol import pose_as_proxy
from pfwizard.plan.plan import SmtpPort


@contextmanager
def server_behind_a_proxy() -> Iterator[tuple[str, int]]:
    """It greets after the proxy's line, and says 421 to any other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, (host, port) = listener.accept()
            with client, client.makefile("rb") as lines:
                told = lines.readline().decode("ascii")
                here = listener.getsockname()
                wanted = f"PROXY TCP4 {host} {here[0]} {port} {here[1]}\r\n"
                client.sendall(b"220 mail\r\n" if told == wanted else b"421 who are you\r\n")
                lines.readline()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address, port = listener.getsockname()
        yield address, port
        thread.join()


def test_it_greets_whoever_says_who_the_client_is() -> None:
    with server_behind_a_proxy() as (address, port):
        found = problem_with(SmtpPort(port, greets=True, behind_proxy=True), address)

    assert found == ""


def test_a_client_over_ipv6_is_said_to_be_one() -> None:
    with (
        socket.create_server(("::1", 0), family=socket.AF_INET6) as listener,
        socket.create_connection(listener.getsockname()[:2]) as client,
    ):
        pose_as_proxy(client)
        with listener.accept()[0] as accepted:
            told = accepted.recv(200)

    assert told.startswith(b"PROXY TCP6 ::1 ::1 ")
