"""The mail log: where it is, and what has been written into it since a moment."""

import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Protocol

from pfwizard.apply.live.log_lines import Judgement, judge
from pfwizard.apply.live.unit_manager import Run
from pfwizard.errors import Failed

USUAL_FILES = (Path("/var/log/mail.log"), Path("/var/log/maillog"))
"""Where syslogd writes what has the facility ``mail``: Debian, and most others."""

RECENT = 262_144
"""Octets before the moment that are looked at for what had been said already."""

MOST = 4_194_304
"""Octets after it. So much is never written in these seconds but by a flood of clients."""

RECENT_ENTRIES = 1000
"""The same of systemd's journal, in entries."""

TIME_LIMIT = 3.0
"""Seconds until what was logged can be read; a syslogd may write late."""

PAUSE = 0.02
"""Seconds between two looks."""


class Record(Protocol):
    """One place where log lines go, watched since a moment."""

    def before(self) -> Sequence[str]:
        """The last lines that were written before."""

    def since(self) -> Sequence[str]:
        """Everything that was written since then."""

    def close(self) -> None:
        """Watch no longer."""


class FileRecord:
    """A log file. It stays open, so that it is known under whatever name it is rotated away."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BufferedReader | None = None
        with suppress(OSError):  # it is made with the first line
            self._file = path.open("rb")
        self._start = self._size()
        recent = self._content(max(0, self._start - RECENT), self._start)
        if self._start < RECENT:
            recent = self._tail_of_the_older_file() + recent
        self._before = _lines(recent)

    def before(self) -> Sequence[str]:
        return self._before

    def since(self) -> Sequence[str]:
        size = self._size()
        if size < self._start:  # copied away and emptied (copytruncate of logrotate(8))
            found = self._tail_of_the_older_file() + self._content(0, size)
        else:
            found = self._content(self._start, size)
        return _lines(found + self._newer_file())

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _size(self) -> int:
        return 0 if self._file is None else os.fstat(self._file.fileno()).st_size

    def _content(self, start: int, end: int) -> bytes:
        if self._file is None:
            return b""
        return os.pread(self._file.fileno(), min(end - start, MOST), start)

    def _newer_file(self) -> bytes:
        """What is under the name now, when it is not what was there before."""
        try:
            with self._path.open("rb") as newer:
                status = os.fstat(newer.fileno())
                is_same = self._file is not None and os.path.samestat(
                    status, os.fstat(self._file.fileno())
                )
                return b"" if is_same else newer.read(MOST)
        except OSError:
            return b""  # moved away, and nothing was logged since

    def _tail_of_the_older_file(self) -> bytes:
        """The end of ``mail.log.1`` or the like, whatever the rotation calls it."""
        try:
            older = [
                path
                for path in self._path.parent.iterdir()
                if path.name.startswith((f"{self._path.name}.", f"{self._path.name}-"))
                and path.suffix not in (".gz", ".xz", ".zst", ".bz2")
                and path.is_file()
            ]
            latest = max(older, key=lambda path: path.stat().st_mtime)
            with latest.open("rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - RECENT))
                return file.read(RECENT)
        except (OSError, ValueError):
            return b""  # there is none


class JournalRecord:
    """What systemd's journal has of the facility ``mail`` (journalctl(1), syslog(3))."""

    COMMAND = ("journalctl", "--quiet", "--no-pager", "--output=short", "SYSLOG_FACILITY=2")
    CURSOR = "-- cursor: "

    def __init__(self, run: Run) -> None:
        """Raises Failed where there is no journal."""
        self._run = run
        self._moment = time.time()
        lines = self._ask("--show-cursor", f"--lines={RECENT_ENTRIES}")
        self._before = [line for line in lines if not line.startswith(self.CURSOR)]
        cursors = [line for line in lines if line.startswith(self.CURSOR)]
        self._cursor = cursors[-1].removeprefix(self.CURSOR) if cursors else None

    def before(self) -> Sequence[str]:
        return self._before

    def since(self) -> Sequence[str]:
        if self._cursor is None:
            return self._ask(f"--since=@{self._moment:.0f}")
        return self._ask(f"--after-cursor={self._cursor}")

    def close(self) -> None:
        return None

    def _ask(self, *options: str) -> list[str]:
        done = self._run([*self.COMMAND, *options])
        if done.status != 0:
            raise Failed(f"journalctl: {' / '.join(done.complaints) or done.status}")
        return list(done.stdout.splitlines())


@dataclass
class MailLog:
    """The log of one instance, watched since a moment.

    Which of the ``records`` it is turns out when a line of our own arrives in one of them: the
    file of the usual name may be what another syslogd left behind years ago.
    """

    config_directory: PurePosixPath
    syslog_name: str
    records: Sequence[Record]
    run: Run

    def judged(self) -> Judgement | None:
        """What has been logged since the moment; None when it cannot be found."""
        lines = self._since()
        return None if lines is None else self._judge(lines)

    def lines(self) -> tuple[str, ...]:
        """What has been logged since the moment, as far as it can be found."""
        return tuple(self._since() or ())

    def _since(self) -> Sequence[str] | None:
        mark = f"pfwizard has read the log up to here, {uuid.uuid4().hex}"
        if not self._can_log(mark):
            return self._elsewhere(None) if self.records else None
        deadline = time.monotonic() + TIME_LIMIT
        while True:
            for record in self.records:
                lines = _up_to(mark, record.since())
                if lines is not None:
                    return [*lines, *self._elsewhere(record)]
            if not self.records or time.monotonic() > deadline:
                return None
            time.sleep(PAUSE)

    def knows_of_a_fault(self) -> bool:
        """Whether there is a line already that decides."""
        return self._judge(self._elsewhere(None)).decisive is not None

    def _judge(self, since: Sequence[str]) -> Judgement:
        before = [line for record in self.records for line in record.before()]
        return judge(before, since, self.syslog_name)

    def _elsewhere(self, known: Record | None) -> list[str]:
        """Until it has read maillog_file, each program logs by syslog(3)."""
        others = [record for record in self.records if record is not known]
        return [line for record in others for line in record.since()]

    def _can_log(self, mark: str) -> bool:
        """postlog(1) gives up on the same main.cf as every other program of Postfix."""
        command = ["postlog", "-c", str(self.config_directory), mark]
        try:
            return self.run(command, time_limit=TIME_LIMIT).status == 0
        except Failed:
            return False


@contextmanager
def watched(config_directory: PurePosixPath, run: Run) -> Iterator[MailLog]:
    """The log of the instance with this configuration, from now on."""
    maillog_file, syslog_name = _settings(config_directory, run)
    records = _records(maillog_file, run)
    try:
        yield MailLog(config_directory, syslog_name, records, run)
    finally:
        for record in records:
            record.close()


def _settings(config_directory: PurePosixPath, run: Run) -> tuple[str, str]:
    names = ["maillog_file", "syslog_name"]
    done = run(["postconf", "-c", str(config_directory), "-x", *names])
    pairs = (line.partition("=") for line in done.stdout.splitlines())
    found = {name.strip(): value.strip() for name, _, value in pairs}
    return found.get("maillog_file", ""), found.get("syslog_name") or "postfix"


def _records(maillog_file: str, run: Run) -> list[Record]:
    """maillog_file is where postlogd(8) writes; without it syslogd or systemd has the lines."""
    own = [Path(maillog_file)] if maillog_file and _can_be_read(Path(maillog_file)) else []
    usual = [path for path in USUAL_FILES if path.is_file()]
    records: list[Record] = [FileRecord(path) for path in dict.fromkeys([*own, *usual])]
    with suppress(Failed):
        records.append(JournalRecord(run))
    return records


def _can_be_read(path: Path) -> bool:
    """In a container it may be /dev/stdout, from which nothing can be read back."""
    return path.is_file() or not path.exists()


def _up_to(mark: str, lines: Sequence[str]) -> Sequence[str] | None:
    """The lines before the one that ends in our mark, or None when it is not there yet."""
    for number, line in enumerate(lines):
        if line.endswith(mark):
            return lines[:number]
    return None


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines()
