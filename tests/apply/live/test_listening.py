"""Where a process listens, on real sockets."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from pfwizard.apply.live import listening
from pfwizard.apply.live.listening import address_of, addresses_of, wait_until_listening
from pfwizard.plan.plan import SmtpPort

OURSELVES = os.getpid()


@contextmanager
def listener(address: str = "127.0.0.1") -> Iterator[SmtpPort]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.create_server((address, 0), family=family)) as found:
        yield SmtpPort(found.getsockname()[1], greets=True)


@contextmanager
def sharing(address: str, port: int = 0) -> Iterator[SmtpPort]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.create_server((address, port), family=family, reuse_port=True)) as found:
        yield SmtpPort(found.getsockname()[1], greets=True, hosts=(address,))


@contextmanager
def listeners_of_one_port(*, named: str, unnamed: str) -> Iterator[SmtpPort]:
    """Two servers, one of which is meant; a port that is taken there is not insisted on."""
    while True:
        with listener(unnamed) as port:
            try:
                second = socket.create_server((named, port.port))
            except OSError:
                continue
            with closing(second):
                yield replace(port, hosts=(named,))
                return


def free_port() -> SmtpPort:
    with listener() as port:
        return port


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "TIME_LIMIT", 0.05)


@pytest.mark.parametrize(
    ("bound", "reached"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "127.0.0.1"),
        ("127.0.0.3", "127.0.0.3"),
        ("::1", "::1"),
        ("::", "::1"),
    ],
)
def test_a_port_that_listens_is_reached_at_its_address(bound: str, reached: str) -> None:
    with listener(bound) as port:
        assert wait_until_listening([port], OURSELVES) == ()
        assert address_of(port, OURSELVES) == reached


def test_of_servers_on_one_port_the_one_at_the_named_host_is_reached() -> None:
    with listeners_of_one_port(named="127.0.0.3", unnamed="127.0.0.2") as port:
        anywhere = replace(port, hosts=())

        assert set(addresses_of(anywhere, OURSELVES)) == {"127.0.0.2", "127.0.0.3"}
        assert addresses_of(port, OURSELVES) == ("127.0.0.3",)


def test_a_server_on_all_addresses_is_reached_where_no_other_one_answers() -> None:
    """As master(8) binds from Postfix 3.6 on: the kernel hands a client to the more exact one."""
    with sharing("0.0.0.0") as everywhere, sharing("127.0.0.1", everywhere.port) as narrow:
        wide = replace(narrow, hosts=(), elsewhere=("127.0.0.1",))

        assert addresses_of(wide, OURSELVES) == ("127.0.0.2",)
        assert addresses_of(narrow, OURSELVES) == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("bound", "reached"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("127.0.0.3", "127.0.0.3")]
)
def test_a_host_may_be_written_as_what_stands_for_all_of_them(bound: str, reached: str) -> None:
    with listener(bound) as port:
        assert addresses_of(replace(port, hosts=(bound,)), OURSELVES) == (reached,)


def test_a_server_that_has_no_address_left_is_not_reached() -> None:
    with sharing("::") as everywhere, sharing("::1", everywhere.port) as narrow:
        wide = replace(narrow, hosts=(), elsewhere=("::1",))

        assert addresses_of(wide, OURSELVES) == ()
        assert addresses_of(narrow, OURSELVES) == ("::1",)


def test_a_port_on_which_nothing_listens_is_missing(impatient: None) -> None:
    port = free_port()

    assert address_of(port, OURSELVES) is None
    assert wait_until_listening([port], OURSELVES) == (port,)


def test_the_port_of_another_process_is_not_its_own() -> None:
    """Two instances of Postfix may share a port on different addresses."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        with listener() as port:
            assert address_of(port, other.pid) is None
            assert address_of(port, OURSELVES) == "127.0.0.1"
        other.communicate(b"\n")


def test_nobody_waits_for_a_mail_system_that_has_died(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more_waiting(seconds: float) -> None:
        raise AssertionError("waited for a dead mail system")

    monkeypatch.setattr("time.sleep", no_more_waiting)
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()

    assert wait_until_listening([port], dead.pid) == (port,)
