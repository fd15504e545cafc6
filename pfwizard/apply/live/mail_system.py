"""The Postfix that a change goes live on."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Protocol

from pfwizard.apply.disk.files import write_new
from pfwizard.apply.live.answering import Patience
from pfwizard.apply.live.daemons import (
    is_running,
    release_daemon,
    restart_daemon,
    stop_daemon,
)
from pfwizard.apply.live.going_live import (
    ASK_THE_LOG,
    explained_by,
    first_problem,
    require_that_it_works,
)
from pfwizard.apply.live.instance import Instance
from pfwizard.apply.live.mail_log import watched
from pfwizard.apply.live.membership import join_group, leave_group
from pfwizard.apply.live.ports import ports_in_place
from pfwizard.apply.live.servers import servers_of, wait_until_gone
from pfwizard.apply.live.unit_manager import Run, ask, can_reload
from pfwizard.errors import Failed
from pfwizard.machine import programs
from pfwizard.plan.plan import SmtpPort

TIME_LIMIT = 60.0
"""Seconds; ``postfix stop`` gives its processes five before it kills them (conf/postfix-script)."""

PATIENCE = Patience(seconds=5.0)
"""That a server has to greet when nobody knows yet whether a reload was enough."""


class MailSystem(Protocol):
    """What a transaction asks of the mail system around it."""

    def rejects(self, main_cf: bytes, master_cf: bytes) -> Sequence[str]:
        """What Postfix says against these two files, which are not in place yet."""

    def complaints(self) -> Sequence[str]:
        """What Postfix says against its configuration in place."""

    def join_group(self, user: str, group: str) -> None:
        """Make the user a member of the group; raises Failed."""

    def leave_group(self, user: str, group: str) -> None:
        """Take that back, if it was ever done; raises Failed."""

    def daemon_is_running(self, service: str) -> bool:
        """Whether a daemon that checks passwords runs, as far as that can be told."""

    def release_daemon(self, service: str) -> None:
        """Before its files change: see to it that it can be restarted, or stopped, afterwards.

        Where only the files say which process it is, it is stopped. Raises Failed.
        """

    def restart_daemon(self, service: str, socket: PurePosixPath | None) -> None:
        """Restart it, and wait for its socket; raises Failed."""

    def stop_daemon(self, service: str) -> None:
        """Stop it, if it runs; raises Failed."""

    def reload(self, ports: Sequence[SmtpPort]) -> None:
        """Make the new configuration live; raises Failed when the mail system does not survive."""

    def restart(self, ports: Sequence[SmtpPort]) -> None:
        """The same by stopping and starting it."""

    def revive(self) -> None:
        """Make the configuration that is in place again live; raises Failed."""


def mail_system_of(instance: Instance, announce: Callable[[str], None]) -> MailSystem:
    """The mail system of an instance, from whatever process; ``announce`` is told what it is asked.

    ``announce`` may raise to stop the run, in which case what has been asked for is under way.
    """
    if instance.is_of_this_machine:
        return LivePostfix(instance, announce)
    return ResultingTree(instance.root)


class LivePostfix:
    """The Postfix of this machine, running or stopped."""

    def __init__(
        self,
        instance: Instance,
        announce: Callable[[str], None],
        run: Run = programs.run,
    ) -> None:
        self._instance = instance
        self._announce = announce
        self._run = run

    def rejects(self, main_cf: bytes, master_cf: bytes) -> Sequence[str]:
        self._announce("Asking Postfix to read the new files")
        with TemporaryDirectory(prefix="pfwizard-") as scratch:
            for name, content in (("main.cf", main_cf), ("master.cf", master_cf)):
                write_new(Path(scratch) / name, content)
            done = [self._run(["postconf", "-c", scratch, mode]) for mode in ("-n", "-M")]
        return [
            line.replace(f"{scratch}/", "")
            for program in done
            if program.status != 0
            for line in program.complaints
        ]

    def complaints(self) -> Sequence[str]:
        self._announce("Letting Postfix check its configuration")
        done = self._run([*self._postfix, "check"])
        if done.status != 0 and not done.complaints:
            return [f"postfix check: exit status {done.status}"]
        return done.complaints

    def join_group(self, user: str, group: str) -> None:
        join_group(self._instance.root, user, group)

    def leave_group(self, user: str, group: str) -> None:
        leave_group(self._instance.root, user, group)

    def daemon_is_running(self, service: str) -> bool:
        return is_running(service, self._run)

    def release_daemon(self, service: str) -> None:
        release_daemon(service, self._run)

    def stop_daemon(self, service: str) -> None:
        self._announce(f"Stopping {service}")
        stop_daemon(service, self._run)

    def restart_daemon(self, service: str, socket: PurePosixPath | None) -> None:
        self._announce(f"Restarting {service}")
        restart_daemon(service, None if socket is None else Path(socket), self._run)

    def reload(self, ports: Sequence[SmtpPort]) -> None:
        master = self._instance.master
        if master is None:
            return
        self._announce("Reloading Postfix and waiting for its services")
        with watched(self._instance.config_directory, self._run) as log:
            with explained_by(log):
                self._ask_to_reload(master)
            require_that_it_works(self._instance, master, ports, log, self._announce)

    def restart(self, ports: Sequence[SmtpPort]) -> None:
        old = self._instance.master
        if old is None:
            return
        self._announce("Stopping and starting Postfix and waiting for its services")
        with watched(self._instance.config_directory, self._run) as log:
            with explained_by(log):
                self._ask_to_restart()
            new = self._instance.master
            if new == old:
                raise Failed("Postfix was to be stopped, and its old master is still at work")
            require_that_it_works(self._instance, new, ports, log, self._announce)

    def revive(self) -> None:
        """Raises Failed when Postfix does not run afterwards, though it did before.

        It is started once more where a reload would not do: where the master was started in the
        meantime, and has read for good what was in place then; and where a service that has died
        is not served for a minute yet (service_throttle_time of postconf(5)). A server in a long
        conversation is not waited for.
        """
        master = self._instance.master
        if master is not None and self._is_enough_to_reload(master):
            return
        if self._instance.master is not None:
            self._ask_to_restart()
        elif self._instance.was_running:
            self._ask_to_start()
        if self._instance.was_running and self._instance.master is None:
            raise Failed("Postfix does not run", ASK_THE_LOG)

    def _is_enough_to_reload(self, master: int) -> bool:
        if self._instance.was_started_anew:
            return False
        try:
            self._ask_to_reload(master)
        except Failed:
            return False
        return not first_problem(ports_in_place(self._instance), master, PATIENCE)

    @property
    def _postfix(self) -> list[str]:
        return ["postfix", "-c", str(self._instance.config_directory)]

    def _ask_to_reload(self, master: int) -> None:
        """Returns when no client meets a server of before any more, but for busy ones."""
        before = servers_of(master)
        unit = self._instance.unit
        if unit is not None and can_reload(unit, self._run):
            ask("reload", unit, self._run)
        else:
            self._ask("reload")
        wait_until_gone(before)

    def _ask_to_restart(self) -> None:
        if self._instance.unit is not None:
            ask("restart", self._instance.unit, self._run)
            return
        self._ask("stop")
        self._ask("start")

    def _ask_to_start(self) -> None:
        """A unit may count as started although its master is gone, so it is restarted."""
        if self._instance.unit is not None:
            ask("restart", self._instance.unit, self._run)
        else:
            self._ask("start")

    def _ask(self, verb: str) -> None:
        command = [*self._postfix, verb]
        done = self._run(command, time_limit=TIME_LIMIT)
        if done.status != 0:
            words = " / ".join(done.complaints) or f"exit status {done.status}"
            raise Failed(f"{' '.join(command)}: {words}")


class ResultingTree:
    """A tree under ``--root``: nothing runs in it, and nothing of it is run."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def rejects(self, main_cf: bytes, master_cf: bytes) -> Sequence[str]:
        return ()

    def complaints(self) -> Sequence[str]:
        return ()

    def join_group(self, user: str, group: str) -> None:
        join_group(self._root, user, group)

    def leave_group(self, user: str, group: str) -> None:
        leave_group(self._root, user, group)

    def daemon_is_running(self, service: str) -> bool:
        return False

    def release_daemon(self, service: str) -> None:
        return None

    def restart_daemon(self, service: str, socket: PurePosixPath | None) -> None:
        return None

    def stop_daemon(self, service: str) -> None:
        return None

    def reload(self, ports: Sequence[SmtpPort]) -> None:
        return None

    def restart(self, ports: Sequence[SmtpPort]) -> None:
        return None

    def revive(self) -> None:
        return None
