"""The log of the private Postfix, as its socket takes it."""

import socket
from pathlib import Path

from pfwizard.prove.rehearsing.private_log import PrivateLog


def test_every_line_that_was_sent_is_there_at_the_end(tmp_path: Path) -> None:
    place = tmp_path / "socket"
    log = PrivateLog(place, tmp_path / "log")

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.connect(str(place))
        for number in range(2000):
            daemon.send(f"line {number}".encode())

    assert log.end() == tuple(f"line {number}" for number in range(2000))


def test_everybody_may_write_to_it(tmp_path: Path) -> None:
    log = PrivateLog(tmp_path / "socket", tmp_path / "log")
    log.end()

    assert (tmp_path / "socket").stat().st_mode & 0o777 == 0o666
