"""The first process of a machine: puts its file system together, then waits for its owner to end.

It runs with the host's Python in fresh mount, process, network and host-name namespaces. Its
standard input is a pipe whose other end only the owner holds: when the owner closes it, or is
killed, the read ends, this process ends, and the kernel takes everything in the machine with it.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

FILE_DESCRIPTOR_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "fd/0",
    "stdout": "fd/1",
    "stderr": "fd/2",
    "ptmx": "pts/ptmx",
}


@dataclass(frozen=True)
class Blueprint:
    """What a machine is put together from; all paths are the host's unless said otherwise."""

    lower: str
    """The cached root, never written to."""
    base: str
    """An empty directory: here the machine's own tmpfs is mounted."""
    hostname: str
    shown: dict[str, str]
    """Directories of the host by the path at which the machine shows them, read-only."""

    @property
    def root(self) -> Path:
        """The machine's root file system, seen from inside its mount namespace."""
        return Path(self.base) / "root"

    @property
    def scratch(self) -> Path:
        """For temporary files of programs that run outside the root, on the machine's tmpfs."""
        return Path(self.base) / "scratch"

    def to_json(self) -> str:
        """The blueprint as the argument of this script."""
        return json.dumps(asdict(self))


def main(blueprint: Blueprint) -> None:
    """Boots, reports its process number as the host sees it, and waits."""
    number_on_host = Path("/proc/self").readlink()  # the host's procfs is still mounted there
    os.umask(0o022)
    mount_root(blueprint)
    mount_devices(blueprint.root / "dev")
    run("mount", "-t", "proc", "proc", blueprint.root / "proc")
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "run", blueprint.root / "run")
    for place, source in blueprint.shown.items():
        show(Path(source), blueprint.root / place.lstrip("/"))
    # Whatever runs outside the root (`pfwizard --root`) can look at the host but not touch it.
    run("mount", "-o", "remount,bind,ro", "/")
    run("ip", "link", "set", "lo", "up")
    socket.sethostname(blueprint.hostname)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the daemons left to us
    print(number_on_host, flush=True)
    os.read(0, 1)


def mount_root(blueprint: Blueprint) -> None:
    """An overlay: reads come from the cached root, writes stay in this machine's memory."""
    base = Path(blueprint.base)
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "machine", base)
    upper, work = base / "upper", base / "work"
    for directory in (upper, work, blueprint.root, blueprint.scratch):
        directory.mkdir()
    layers = f"lowerdir={blueprint.lower},upperdir={upper},workdir={work}"
    run("mount", "-t", "overlay", "-o", layers, "overlay", blueprint.root)


def mount_devices(dev: Path) -> None:
    """A /dev of its own, so that no /dev/log or terminal of the host is in reach."""
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "dev", dev)
    for name in DEVICES:
        (dev / name).touch()
        run("mount", "--bind", Path("/dev") / name, dev / name)
    for name, mode in (("pts", "mode=0620,ptmxmode=0666,newinstance"), ("shm", "mode=1777")):
        (dev / name).mkdir()
        kind = "devpts" if name == "pts" else "tmpfs"
        run("mount", "-t", kind, "-o", mode, name, dev / name)
    for name, target in FILE_DESCRIPTOR_LINKS.items():
        (dev / name).symlink_to(target)


def show(source: Path, place: Path) -> None:
    """Shows one of the host's directories in the machine, read-only."""
    place.mkdir(parents=True)
    run("mount", "--bind", source, place)
    run("mount", "-o", "remount,bind,ro", place)


def run(*argv: str | Path) -> None:
    """Runs one command of the boot; should it fail, the machine does not come up."""
    subprocess.run([str(argument) for argument in argv], check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    main(Blueprint(**json.loads(sys.argv[1])))
