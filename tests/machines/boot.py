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
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NoReturn

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

BOOT_ID = "proc/sys/kernel/random/boot_id"

DATAGRAM_QUEUE = "proc/sys/net/unix/max_dgram_qlen"

DATAGRAMS_WAITING = 512
"""What systemd sets on Debian. With the kernel's 10, and a main.cf that many programs warn of,
postlogd(8) can wait for ever for room in its own queue: then nothing greets or logs."""

DROPPED = "-sys_module,-sys_time,-sys_rawio,-syslog"
"""Capabilities (capabilities(7)) over what there is one of, and that is the host's."""

SYSTEMD = f"""\
mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
exec setpriv --bounding-set={DROPPED} chroot "$1" /lib/systemd/systemd </dev/null
"""

IN_CONTAINER = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "container": "other",  # systemd.io/CONTAINER_INTERFACE
}

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
    shared: dict[str, str]
    """Those that it may write to, likewise."""
    disk: str | None = None
    """A directory that keeps what the machine writes for its next boot; without one, its memory."""
    cgroup: str | None = None
    """An empty cgroup (version 2) for systemd, which becomes the first process; without one, us."""

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
    name_this_boot(blueprint)
    for place, source in blueprint.shown.items():
        show(Path(source), blueprint.root / place.lstrip("/"))
    for place, source in blueprint.shared.items():
        share(Path(source), blueprint.root / place.lstrip("/"))
    # Whatever runs outside the root (`pfwizard --root`) can look at the host but not touch it.
    run("mount", "-o", "remount,bind,ro", "/")
    run("ip", "link", "set", "lo", "up")
    (blueprint.root / DATAGRAM_QUEUE).write_text(f"{DATAGRAMS_WAITING}\n")
    socket.sethostname(blueprint.hostname)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the daemons left to us
    print(number_on_host, flush=True)
    if blueprint.cgroup:
        become_systemd(blueprint.root, Path(blueprint.cgroup))
    os.read(0, 1)
    os._exit(0)  # at once: nothing in the machine goes on while Python would tidy up


def mount_root(blueprint: Blueprint) -> None:
    """An overlay: reads come from the cached root, writes go to the disk or stay in memory."""
    base = Path(blueprint.base)
    run("mount", "-t", "tmpfs", "-o", "mode=0755", "machine", base)
    disk = Path(blueprint.disk) if blueprint.disk else base
    upper, work = disk / "upper", disk / "work"
    for directory in (upper, work, blueprint.root, blueprint.scratch):
        directory.mkdir(exist_ok=True)
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


def name_this_boot(blueprint: Blueprint) -> None:
    """A boot_id of its own (random(4)): the kernel's would be the same after every reboot."""
    boot_id = Path(blueprint.base) / "boot_id"
    boot_id.write_text(f"{uuid.uuid4()}\n")
    boot_id.chmod(0o444)
    for root in (blueprint.root, Path("/")):  # for programs inside, and for those outside of it
        run("mount", "--bind", boot_id, root / BOOT_ID)


def become_systemd(root: Path, cgroup: Path) -> NoReturn:
    """Goes on as systemd; it believes itself in a container and so leaves the kernel alone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    run("mount", "-t", "sysfs", "-o", "ro", "sysfs", root / "sys")
    # The kernel's parameters are the host's: systemd-sysctl.service sees that and does not start.
    run("mount", "--rbind", root / "proc/sys", root / "proc/sys")
    run("mount", "-o", "remount,bind,ro", root / "proc/sys")
    run("mount", "--make-rshared", root)
    (cgroup / "cgroup.procs").write_text("0")  # this process; the cgroup is what it takes for /
    argv = ["unshare", "--cgroup", "sh", "-ec", SYSTEMD, "sh", str(root)]
    os.execvpe(argv[0], argv, IN_CONTAINER)  # noqa: S606 - a list of arguments, as everywhere


def show(source: Path, place: Path) -> None:
    """Shows one of the host's directories in the machine, read-only."""
    share(source, place)
    run("mount", "-o", "remount,bind,ro", place)


def share(source: Path, place: Path) -> None:
    """Shows it, and lets the machine write to it."""
    place.mkdir(parents=True, exist_ok=True)
    run("mount", "--bind", source, place)


def run(*argv: str | Path) -> None:
    """Runs one command of the boot; should it fail, the machine does not come up."""
    subprocess.run([str(argument) for argument in argv], check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    main(Blueprint(**json.loads(sys.argv[1])))
