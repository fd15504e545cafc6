"""The state of the machine that a fault must not mix up, and putting it back. Runs in there."""

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.machines.snapshot import Entry, look_at

SASL = ("sasl2", "sasldb2")
PLACES = (Path("/etc/postfix"), Path("/etc/ssl"), *(Path("/etc") / name for name in SASL))
STATE_DIRECTORY = Path("/var/lib/pfwizard")
GROUPS = (Path("/etc/group"), Path("/etc/gshadow"))

LOCKS = (Path("/etc/postfix/main.cf.tmp"), Path("/etc/postfix/master.cf.tmp"))
"""Postfix's own locks: whoever is killed with one leaves it, as postconf(1) does."""

SMTPS = 465
"""The port on which Postfix listens with the new configuration alone."""

TIME_LIMIT = 10.0
PAUSE = 0.005

LISTENING = "0A"  # proc(5)

Trace = tuple[Entry, tuple[tuple[str, str], ...]]
"""Kind, mode, owner and content, and the extended attributes, access lists among them."""

State = dict[str, Trace | str]
"""By path; and the members of every group by ``group NAME`` and ``gshadow NAME``."""


def traces(*places: Path) -> dict[Path, Trace]:
    """Everything at and below the places, but for empty locks."""
    found: dict[Path, Trace] = {}
    pending = list(places)
    while pending:
        path = pending.pop()
        if path.is_symlink() or path.exists():
            found[path] = (look_at(path), _attributes(path))
            if path.is_dir() and not path.is_symlink():
                pending += path.iterdir()
    return {path: trace for path, trace in found.items() if not _is_free_lock(path)}


def state() -> State:
    """What must be exactly the old state or the new one."""
    files: State = {str(path): trace for path, trace in traces(*PLACES).items()}
    return files | _members()


def difference(one: State, other: State) -> list[str]:
    """In a line for each path."""
    return [
        f"{key}: {one.get(key, 'not there')} and {other.get(key, 'not there')}"
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    ]


@dataclass(frozen=True)
class Saved:
    """A copy of everything that pfwizard changes, from which it can be put back again and again."""

    place: Path

    @classmethod
    def under(cls, place: Path) -> "Saved":
        """Save what is there now."""
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for subject in (*PLACES, *GROUPS, STATE_DIRECTORY):
            if subject.exists():
                _copy(subject, place / subject.name)
        return cls(place)

    def put_back(self) -> None:
        """Only what differs is touched: Postfix is running on it."""
        for subject in (*PLACES, *GROUPS, STATE_DIRECTORY):
            self._put_back(subject)
        for leftover in Path("/tmp").glob("pfwizard-*"):
            shutil.rmtree(leftover)
        for lock in LOCKS:
            lock.unlink(missing_ok=True)

    def _put_back(self, subject: Path) -> None:
        kept = self.place / subject.name
        wanted = {subject / path.relative_to(kept): trace for path, trace in traces(kept).items()}
        found = traces(subject)
        wrong = [path for path in found if found[path] != wanted.get(path)]
        for path in sorted(wrong, reverse=True):
            if path.is_dir() and not path.is_symlink() and path in wanted:
                shutil.copystat(kept / path.relative_to(subject), path)
                os.chown(path, wanted[path][0].uid, wanted[path][0].gid)
            elif path not in wanted:
                _remove(path)
        for path in sorted(wanted):
            if found.get(path) != wanted[path] and not (path.is_dir() and path in found):
                _put_in_place(kept / path.relative_to(subject), path)
                found |= traces(path)


def listens(port: int) -> bool:
    """Whether somebody listens on this port of the machine."""
    tables = (Path(f"/proc/net/{name}").read_text("ascii") for name in ("tcp", "tcp6"))
    rows = (line.split() for table in tables for line in table.splitlines()[1:])
    return any(row[1].endswith(f":{port:04X}") and row[3] == LISTENING for row in rows)


def comes_to_listen(port: int, *, wanted: bool) -> bool:
    """Wait for the port to be open, or to be closed; false when it does not come to that."""
    deadline = time.monotonic() + TIME_LIMIT
    while listens(port) != wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True


def greeting() -> str:
    """What is wrong with what a client hears on port 25; empty for a greeting."""
    try:
        with socket.create_connection(("127.0.0.1", 25), TIME_LIMIT) as connection:
            line = connection.makefile("rb").readline().decode(errors="replace")
            connection.sendall(b"QUIT\r\n")
    except OSError as error:
        return f"port 25: {error}"
    return "" if line.startswith("220 ") else f"port 25 greets with {line!r}"


def complaints() -> str:
    """What postconf says on standard error when it reads the two files."""
    done = [
        subprocess.run(["postconf", mode], capture_output=True, text=True) for mode in ("-n", "-M")
    ]
    return "".join(each.stderr or ("" if each.returncode == 0 else "failed") for each in done)


def _members() -> State:
    found: State = {}
    for table in GROUPS:
        for line in table.read_text().splitlines():
            fields = line.split(":")
            found[f"{table.name} {fields[0]}"] = ",".join(sorted(fields[3].split(",")))
    return found


def _attributes(path: Path) -> tuple[tuple[str, str], ...]:
    names = sorted(os.listxattr(path, follow_symlinks=False))
    return tuple((name, os.getxattr(path, name, follow_symlinks=False).hex()) for name in names)


def _is_free_lock(path: Path) -> bool:
    return path in LOCKS and path.lstat().st_size == 0


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _put_in_place(source: Path, target: Path) -> None:
    """In one step: one of Postfix's programs that starts at this moment dies without a main.cf."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    beside = target.with_name(f".{target.name}.put-back")
    _copy(source, beside)
    beside.rename(target)


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", "-T", str(source), str(target)], check=True)
