"""OpenSSH's real sshd in a machine, and sessions over it that can be cut off."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.machines.machine import Machine

ADDRESS = "127.0.0.1"
LOG = "/var/log/sshd.log"

# A key of root's with which root may log in, and no question about the host.
LET_ROOT_IN = f"""\
ssh-keygen -A
install -d -m 0700 /root/.ssh
cd /root/.ssh
test -e id_ed25519 || ssh-keygen -q -t ed25519 -N '' -f id_ed25519
cp id_ed25519.pub authorized_keys
echo "{ADDRESS} $(cat /etc/ssh/ssh_host_ed25519_key.pub)" >known_hosts
"""

# It writes its process number when it listens; the command that started it came back before that.
START = f"""\
install -d /run/sshd
/usr/sbin/sshd -E {LOG}
until test -s /run/sshd.pid; do sleep 0.01; done
"""


class SshSession:
    """A command that runs over an SSH connection, and the client at this end of it."""

    def __init__(self, argv: Sequence[str], client: subprocess.Popen[bytes]) -> None:
        self.argv = list(argv)
        self.process = client
        """The client; its three streams are pipes to the command or to the command's terminal."""

    def line(self) -> str:
        """The next line of the command's output, waited for; empty at the end of the output."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode(errors="replace").rstrip("\r\n")

    def wait(self, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """The command's status and the rest of its output; it reads the end of its input now."""
        out, err = (
            stream.decode(errors="replace") for stream in self.process.communicate(timeout=timeout)
        )
        return subprocess.CompletedProcess(self.argv, self.process.returncode, out, err)

    def cut(self) -> subprocess.CompletedProcess[str]:
        """Breaks the connection, as when the line is lost; returns when the client is gone.

        The client is killed, without a word to the server. sshd sees the connection closed and
        ends the session at once: it closes the terminal, by which the kernel hangs up on all in
        its foreground (termios(3)), or the pipes. To destroy the connection instead (`ss -K`) has
        sshd say "Connection reset by peer", and the command meets with the same.
        """
        for number in _children(self.process.pid) or [self.process.pid]:
            os.kill(number, signal.SIGKILL)
        return self.wait()


class Sshd:
    """The sshd of one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def start(self) -> None:
        """Starts it as Debian configures it, with keys; returns when it listens."""
        by_systemd = "systemctl start ssh"
        start = by_systemd if self._machine.with_systemd else START
        self._machine.run(["sh", "-ec", LET_ROOT_IN + start], timeout=90)

    def session(self, argv: Sequence[str], *, tty: bool, env: Mapping[str, str]) -> SshSession:
        """A session in which this command runs; the connection is being made when it returns."""
        settings = [f"{name}={value}" for name, value in env.items()]
        # A shell takes the command apart at the other end (ssh(1)).
        command = shlex.join(["env", *settings, *argv])
        client = ["ssh", "-o", "BatchMode=yes", "-tt" if tty else "-T", ADDRESS, command]
        return SshSession(argv, self._machine.popen(client))

    def log(self) -> str:
        """What it has logged so far; with systemd that is in the journal."""
        return self._machine.read(LOG).decode(errors="replace")


def _children(process: int) -> list[int]:
    # The client is the child of the nsenter that we started. Were nsenter killed, its child would
    # be a zombie in the machine until the host's first process finds the time (proc(5)).
    children = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in children.split()]
