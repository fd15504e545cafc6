"""A booted machine's namespaces: opened, entered, and gone with their owner."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from tests.machines import cache
from tests.machines.boot import Blueprint
from tests.machines.mmdebstrap import owning_roots

BOOT = Path(__file__).with_name("boot.py")
SECONDS_TO_END = 20

# systemd as the first process cannot watch our pipe, as boot.py does, so a shell outside does it.
UNTIL_THE_PIPE_ENDS = """\
"$@" </dev/null &
exec >/dev/null 2>&1
read -r nothing
kill -KILL $!
wait
"""

_OUTSIDE_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C",
    "HOME": "/root",
}


class Namespaces:
    """The mount, process, network and host-name namespaces of one machine."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self._end: int | None = None  # a pidfd_open(2) file descriptor of the first process
        self._boot()

    def _boot(self) -> None:
        argv = [
            "unshare", "--mount", "--net", "--pid", "--uts", "--fork", "--kill-child",
            sys.executable, "-I", str(BOOT), self.blueprint.to_json(),
        ]  # fmt: skip
        if self.blueprint.cgroup:
            argv = ["sh", "-c", UNTIL_THE_PIPE_ENDS, "sh", *argv]
        try:
            # Only this process holds the writing end: Popen closes it in every other child.
            self._process = subprocess.Popen(
                [*owning_roots(), *argv],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_OUTSIDE_ENVIRONMENT,
            )
        except OSError as error:
            raise cache.MachinesUnavailable(f"a machine did not boot: {error}") from error
        self.first_process = self._await_boot()
        """Process number, on the host, of the machine's process 1."""
        self._end = os.pidfd_open(self.first_process)

    def _await_boot(self) -> int:
        assert self._process.stdout is not None
        number = self._process.stdout.readline().decode().strip()
        if not number:
            reason = self._process.communicate()[1].decode(errors="replace").strip()
            raise cache.MachinesUnavailable(f"a machine did not boot: {reason}")
        return int(number)

    def entering(self, argv: list[str]) -> list[str]:
        """A command line that runs `argv` in the namespaces, with the host's files in view."""
        enter = ["nsenter", f"--target={self.first_process}"]
        enter += ["--user"] if os.geteuid() != 0 else []
        enter += ["--cgroup"] if self.blueprint.cgroup else []
        enter += ["--mount", "--net", "--pid", "--uts"]
        # nsenter waits for a child in the process namespace, which must not outlive it.
        return [*enter, "setpriv", "--pdeathsig", "KILL", *argv]

    def entering_root(self, argv: list[str]) -> list[str]:
        """A command line that runs `argv` in the machine proper."""
        return self.entering(["chroot", str(self.blueprint.root), *argv])

    def reboot(self) -> None:
        """Kills every process of the machine at once, then boots it again in new namespaces."""
        mounts = _mount_namespace(self.first_process)
        self.close()
        # What we started in it was waited for by a process of the host's, inside its mounts. The
        # same disk must not be mounted a second time before they are gone.
        for end in _ends_of_processes_in(mounts):
            _await_end(end)
        self._boot()

    def close(self) -> None:
        """Ends the machine and waits until nothing of it is left; harmless if it has ended."""
        if self._end is None:
            return
        try:
            # Closes the pipe; the first process's end kills all others before it is reported.
            self._process.communicate(timeout=SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            signal.pidfd_send_signal(self._end, signal.SIGKILL)
            self._process.communicate()
        end, self._end = self._end, None
        _await_end(end)

    def __enter__(self) -> "Namespaces":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _mount_namespace(process: int) -> str:
    return str(Path(f"/proc/{process}/ns/mnt").readlink())


def _ends_of_processes_in(mounts: str) -> Iterator[int]:
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            if _mount_namespace(int(directory.name)) == mounts:
                yield os.pidfd_open(int(directory.name))
        except OSError:
            continue  # it has ended, or is not ours


def _await_end(process: int) -> None:
    """Waits for the end of a process, given as a pidfd_open(2) descriptor, and closes that."""
    try:
        if not select.select([process], [], [], SECONDS_TO_END)[0]:
            raise TimeoutError("a process of a machine that was ended is still there")
    finally:
        os.close(process)
