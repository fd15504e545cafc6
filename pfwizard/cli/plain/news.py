"""What happens in another thread, told to the one that talks with the operator."""

import socket
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfwizard.apply.process.events import Event


class News:
    """Events in their order. They can be waited for together with a line: there is a descriptor."""

    def __init__(self) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._ours, self._theirs = socket.socketpair()

    def tell(self, event: "Event") -> None:
        """From any thread, and from a signal's handler too."""
        self._events.put(event)
        with suppress(OSError):  # closed: nobody listens any more
            self._theirs.send(b"!")

    def next(self) -> "Event":
        """Wait for an event."""
        self._ours.recv(1)
        return self._events.get()

    def fileno(self) -> int:
        """What can be read as soon as there is an event."""
        return self._ours.fileno()

    def close(self) -> None:
        self._ours.close()
        self._theirs.close()
