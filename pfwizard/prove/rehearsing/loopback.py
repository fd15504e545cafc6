"""Ports and addresses of the loopback network that nobody else has."""

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from pfwizard.prove.rehearsing.private_settings import LOOPBACK


@contextmanager
def free_ports() -> Iterator[Callable[[], int]]:
    """Finds another port each time, and keeps it from other programs.

    A socket that does not listen keeps the kernel from giving the port away, and leaves it to a
    server that sets SO_REUSEADDR as master(8) does (socket(7)).
    """
    with ExitStack() as kept:

        def another() -> int:
            keeper = kept.enter_context(socket.socket())
            keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            keeper.bind((LOOPBACK, 0))
            port: int = keeper.getsockname()[1]
            return port

        yield another


def secret_addresses() -> tuple[str, str]:
    """The one of our probes, and another one; that is empty where there is no other."""
    prober, newcomer = secret_address(), secret_address()
    return prober, newcomer if newcomer not in (prober, LOOPBACK) else ""


def secret_address() -> str:
    """One of 127.0.0.0/8 that nobody guesses, to come from; 127.0.0.1 where there is no other."""
    numbers = [secrets.randbelow(254) + 1 for _ in range(3)]
    address = ".".join(map(str, (127, *numbers)))
    with socket.socket() as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return LOOPBACK
    return address
