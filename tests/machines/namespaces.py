"""A booted machine's namespaces: opened, entered, and gone with their owner."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.machines import cache
from tests.machines.boot import Blueprint
from tests.machines.mmdebstrap import owning_roots

BOOT = Path(__file__).with_name("boot.py")
SECONDS_TO_END = 20

_OUTSIDE_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C",
    "HOME": "/root",
}


class Namespaces:
    """The mount, process, network and host-name namespaces of one machine."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        argv = [
            *owning_roots(), "unshare", "--mount", "--net", "--pid", "--uts", "--fork",
            "--kill-child", sys.executable, "-I", str(BOOT), blueprint.to_json(),
        ]  # fmt: skip
        try:
            # Only this process holds the writing end: Popen closes it in every other child.
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_OUTSIDE_ENVIRONMENT,
            )
        except OSError as error:
            raise cache.MachinesUnavailable(f"a machine did not boot: {error}") from error
        self.first_process = self._await_boot()
        """Process number, on the host, of the machine's process 1."""

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
        enter += ["--mount", "--net", "--pid", "--uts"]
        # nsenter waits for a child in the process namespace, which must not outlive it.
        return [*enter, "setpriv", "--pdeathsig", "KILL", *argv]

    def entering_root(self, argv: list[str]) -> list[str]:
        """A command line that runs `argv` in the machine proper."""
        return self.entering(["chroot", str(self.blueprint.root), *argv])

    def close(self) -> None:
        """Ends the machine and waits until nothing of it is left."""
        try:
            # Closes the pipe; the first process's end kills all others before it is reported.
            self._process.communicate(timeout=SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.kill(self.first_process, signal.SIGKILL)
            self._process.communicate()

    def __enter__(self) -> "Namespaces":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
