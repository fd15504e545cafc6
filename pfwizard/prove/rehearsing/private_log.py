"""The log of the private Postfix, taken from it at once.

postlogd(8) would be another of its servers: one that waits for room in the full queue of its own
socket (net.unix.max_dgram_qlen of unix(7), 10 by default) when many programs warn before it has
started, as of a parameter that main.cf names twice, and it has to warn itself. Then nobody goes on.

Before they have read main.cf, and from the libraries that they use, Postfix's programs talk to
syslogd(8).
"""

import re
import socket
from pathlib import Path
from threading import Thread

LONGEST = 65536
"""Octets of a line, and more than Postfix ever writes."""

PRIORITY = re.compile(rb"^<\d+>")
"""What a message to syslogd(8) begins with (RFC 3164 section 4.1.1)."""

EVERYBODY_WRITES = 0o666
"""As master(8) makes its own socket; who may come near it, its directory says."""

END = b""


class PrivateLog:
    """Listens at a socket, and writes into a file what comes in."""

    def __init__(self, place: Path, file: Path) -> None:
        """Raises OSError."""
        self._file = file
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(place))
        place.chmod(EVERYBODY_WRITES)
        self._place = str(place)
        self._thread = Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        with self._socket, self._file.open("ab", buffering=0) as file:
            while (line := self._socket.recv(LONGEST)) != END:
                file.write(PRIORITY.sub(b"", line).rstrip(b"\n\0") + b"\n")

    def end(self) -> tuple[str, ...]:
        """All lines that were sent before this."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(END, self._place)
        self._thread.join()
        return tuple(self._file.read_text("utf-8", "replace").splitlines())
