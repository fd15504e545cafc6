"""The engine as its faces see it: started, listened to, asked to stop; it never needs them."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection

from pfwizard.apply.process import child
from pfwizard.apply.process.events import Ended, Event, Order, Stop
from pfwizard.errors import Failed

ENGINE = "pfwizard.apply.process.engine_process"


class DetachedEngine:
    """A running engine process. Whoever holds this may end at any time; the engine goes on."""

    def __init__(self, order: Order) -> None:
        """Raises Failed when the process cannot be started."""
        theirs, ours = socket.socketpair()
        with theirs:
            try:
                self._process = child.start(child.command(ENGINE), stdin=theirs.fileno())
            except OSError as error:
                ours.close()
                raise Failed(
                    f"the engine's process cannot be started: {error.strerror}",
                    "Nothing was changed. Try it again.",
                ) from error
        self._connection = Connection(ours.detach())
        with suppress(OSError):  # it has ended already, and so says the first look for events
            self._connection.send(order)

    def stop(self, why: str) -> None:
        """Ask it to take the change back as soon as that is possible."""
        with suppress(OSError):
            self._connection.send(Stop(why))

    def events(self) -> Iterator[Event]:
        """What it tells, up to its end; without an ``Ended`` it was killed."""
        ended = False
        with suppress(EOFError, OSError):
            while not ended:
                event: Event = self._connection.recv()
                ended = isinstance(event, Ended)
                if ended:  # whoever is told so need not ask for more
                    self._close()
                yield event
        if not ended:
            self._close()

    def _close(self) -> None:
        """Nothing more comes; the process is at its end, and must not stay as a zombie."""
        self._connection.close()
        self._process.wait()
