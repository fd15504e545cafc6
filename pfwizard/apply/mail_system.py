"""The Postfix that a change goes live on."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Protocol

from pfwizard.apply.files import PRIVATE, write_new
from pfwizard.apply.listening import greeting_problem, wait_until_listening
from pfwizard.apply.servers import servers_of, wait_until_gone
from pfwizard.errors import Failed
from pfwizard.machine import programs
from pfwizard.machine.postfix import master_process
from pfwizard.plan.plan import SmtpPort

ASK_THE_LOG = "The mail log of this minute says why."


class MailSystem(Protocol):
    """What a transaction asks of the mail system around it."""

    def rejects(self, main_cf: bytes, master_cf: bytes) -> Sequence[str]:
        """What Postfix says against these two files, which are not in place yet."""

    def complaints(self) -> Sequence[str]:
        """What Postfix says against its configuration in place."""

    def join_group(self, user: str, group: str) -> None:
        """Make the user a member of the group; raises Failed."""

    def leave_group(self, user: str, group: str) -> None:
        """Take that back; raises Failed."""

    def reload(self, ports: Sequence[SmtpPort]) -> None:
        """Make the new configuration live; raises Failed when the mail system does not survive."""

    def revive(self) -> None:
        """Make the configuration that is in place again live; raises Failed."""


class LivePostfix:
    """The Postfix of this machine, running or stopped; ``announce`` is told what it is asked."""

    def __init__(
        self,
        config_directory: PurePosixPath,
        queue_directory: PurePosixPath,
        announce: Callable[[str], None],
    ) -> None:
        self._config_directory = config_directory
        self._announce = announce
        self._pid_file = Path(queue_directory) / "pid" / "master.pid"
        self._was_running = self._master() is not None

    def rejects(self, main_cf: bytes, master_cf: bytes) -> Sequence[str]:
        self._announce("Asking Postfix to read the new files")
        with TemporaryDirectory(prefix="pfwizard-") as scratch:
            for name, content in (("main.cf", main_cf), ("master.cf", master_cf)):
                write_new(Path(scratch) / name, content, PRIVATE)
            done = [programs.run(["postconf", "-c", scratch, mode]) for mode in ("-n", "-M")]
        return [
            line.replace(f"{scratch}/", "")
            for program in done
            if program.status != 0
            for line in program.complaints
        ]

    def complaints(self) -> Sequence[str]:
        self._announce("Letting Postfix check its configuration")
        done = programs.run(["postfix", "-c", str(self._config_directory), "check"])
        if done.status != 0 and not done.complaints:
            return [f"postfix check: exit status {done.status}"]
        return done.complaints

    def join_group(self, user: str, group: str) -> None:
        _join(["usermod"], user, group)

    def leave_group(self, user: str, group: str) -> None:
        programs.run_successfully(["gpasswd", "-d", user, group])

    def reload(self, ports: Sequence[SmtpPort]) -> None:
        master = self._master()
        if master is None:
            return
        self._announce("Reloading Postfix and waiting for its services")
        before = servers_of(master)
        self._postfix("reload")
        wait_until_gone(before)
        missing = wait_until_listening(ports, master)
        if self._master() != master:
            raise Failed("Postfix stopped when it read the new configuration", ASK_THE_LOG)
        if missing:
            raise Failed(f"after the reload nothing listens on port {missing[0].port}", ASK_THE_LOG)
        for smtp_port in ports:
            problem = greeting_problem(smtp_port, master)
            if problem:
                raise Failed(
                    f"after the reload port {smtp_port.port} does not answer: {problem}",
                    ASK_THE_LOG,
                )

    def _master(self) -> int | None:
        return master_process(self._pid_file)

    def revive(self) -> None:
        if self._was_running:
            is_running = self._master() is not None
            self._postfix("reload" if is_running else "start")

    def _postfix(self, command: str) -> None:
        programs.run_successfully(["postfix", "-c", str(self._config_directory), command])


class ResultingTree:
    """A tree under ``--root``: nothing runs in it, and nothing of it is run."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def rejects(self, main_cf: bytes, master_cf: bytes) -> Sequence[str]:
        return ()

    def complaints(self) -> Sequence[str]:
        return ()

    def join_group(self, user: str, group: str) -> None:
        _join(["usermod", "--prefix", str(self._root)], user, group)

    def leave_group(self, user: str, group: str) -> None:
        programs.run_successfully(["usermod", "--prefix", str(self._root), "-r", "-G", group, user])

    def reload(self, ports: Sequence[SmtpPort]) -> None:
        return None

    def revive(self) -> None:
        return None


def _join(usermod: Sequence[str], user: str, group: str) -> None:
    try:
        programs.run_successfully([*usermod, "-a", "-G", group, user])
    except programs.ProgramMissing as error:
        raise Failed(
            error.message,
            f"Install it (Debian's package is passwd), or make {user} a member of {group} by hand.",
        ) from error
