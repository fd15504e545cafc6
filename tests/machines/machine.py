"""One disposable machine: its files, commands run in it, and its life from boot to nothing."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from tests.machines import cache, newer_python, roots, runtime, snapshot, systemd
from tests.machines.authdaemond import Authdaemond
from tests.machines.boot import Blueprint
from tests.machines.cgroups import fresh_cgroup
from tests.machines.disks import fresh_disk
from tests.machines.namespaces import Namespaces
from tests.machines.postfix import Postfix
from tests.machines.sshd import Sshd, SshSession
from tests.machines.suites import HOSTNAME, Suite

SOURCE_PLACE = "/opt/pfwizard-src"
RUNTIME_PLACE = "/opt/pfwizard-runtime"
BYTECODE_PLACE = "/opt/pfwizard-bytecode"

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C",
    "HOME": "/root",
}

Completed = subprocess.CompletedProcess[str]


class CommandFailed(Exception):
    """A command in a machine ended with a status that the test did not ask for."""

    def __init__(self, completed: Completed) -> None:
        self.completed = completed
        super().__init__(
            f"{shlex.join(completed.args)} ended with status {completed.returncode}\n"
            f"stdout: {completed.stdout}\nstderr: {completed.stderr}"
        )


class Machine:
    """A Debian of the given suite with a network of its own, in memory over its cached root.

    main.cf gets one line when the machine boots, before anyone looks at it: maillog_file, because
    nothing listens on /dev/log here. With `log_to_file=False` it stays as the package wrote it.
    With `survives_reboot=True` its files are on a disk of the host, and it can be rebooted.
    With `with_systemd=True` systemd is its first process and has started the packages' units when
    the machine is up; Postfix logs to the journal, and main.cf stays as the package wrote it.
    """

    def __init__(
        self,
        suite: Suite,
        *,
        hostname: str = HOSTNAME,
        log_to_file: bool = True,
        survives_reboot: bool = False,
        with_systemd: bool = False,
    ) -> None:
        self.suite = suite
        self.hostname = hostname
        self.survives_reboot = survives_reboot
        self.with_systemd = with_systemd
        self._log_to_file = log_to_file and not with_systemd
        self._life = ExitStack()
        self.postfix = Postfix(self)
        self.authdaemond = Authdaemond(self)
        self.sshd = Sshd(self)

    # Life

    def __enter__(self) -> "Machine":
        place = roots.root(self.suite, with_systemd=self.with_systemd)
        shown = {SOURCE_PLACE: str(runtime.CHECKOUT)}
        if self.suite.runs_pfwizard_inside:
            shown[RUNTIME_PLACE] = str(runtime.packages(self.suite))
        else:
            shown |= newer_python.shown()
        shared = {BYTECODE_PLACE: str(runtime.bytecode(self.suite))}
        base = cache.home() / "base"  # one for all: each mounts its own tmpfs there, unseen
        base.mkdir(exist_ok=True)
        with ExitStack() as life:
            life.enter_context(cache.in_use(place))
            if not self.suite.runs_pfwizard_inside:
                life.enter_context(cache.in_use(roots.root(newer_python.SUITE)))
            disk = str(life.enter_context(fresh_disk())) if self.survives_reboot else None
            cgroup = str(life.enter_context(fresh_cgroup())) if self.with_systemd else None
            root = str(place / "root")
            blueprint = Blueprint(root, str(base), self.hostname, shown, shared, disk, cgroup)
            self.namespaces = life.enter_context(Namespaces(blueprint))
            self._await_units()
            self._name_itself()
            if not self.suite.runs_pfwizard_inside:
                self.run(["sh", "-ec", newer_python.INSTALL])
            if self._log_to_file:
                self.postfix.log_to_file()
            self._life = life.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._life.close()

    def reboot(self) -> None:
        """The power fails and comes back: returns when the machine is up again.

        Every process is killed at once. What is below / stays, but /run, /dev and the network are
        new, and so is the boot_id; services are started by systemd only. The kernel is still the
        host's: what was written is there even without an fsync, and CLOCK_BOOTTIME goes on.
        """
        if not self.survives_reboot:
            raise ValueError("only a Machine(..., survives_reboot=True) can be rebooted")
        self.namespaces.reboot()
        self._await_units()

    def _await_units(self) -> None:
        if self.with_systemd:
            self.run(["sh", "-c", systemd.AWAIT_UNITS])

    def _name_itself(self) -> None:
        if self.hostname == HOSTNAME:
            return  # the root was built with it
        short = self.hostname.partition(".")[0]
        self.write("/etc/hostname", f"{self.hostname}\n")
        self.write("/etc/mailname", f"{self.hostname}\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost\n127.0.1.1 {self.hostname} {short}\n")
        self.run(["postconf", "-e", f"myhostname={self.hostname}"])

    # Commands

    def run(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        timeout: float = 120,
        check: bool = True,
        env: Mapping[str, str] | None = None,
        umask: int = 0o022,
    ) -> Completed:
        """Runs a command in the machine, as root, with a clean environment plus `env`."""
        command = self.namespaces.entering_root(list(argv))
        return _run(argv, command, input, timeout, check, {**ENVIRONMENT, **(env or {})}, umask)

    def run_outside(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        timeout: float = 120,
        check: bool = True,
        env: Mapping[str, str] | None = None,
        umask: int = 0o022,
    ) -> Completed:
        """Runs one of the host's programs in the machine's namespaces; it finds `root` there.

        The host's files are visible but read-only; temporary files go to the machine's memory.
        """
        scratch = {"TMPDIR": str(self.namespaces.blueprint.scratch)}
        environment = {**ENVIRONMENT, **scratch, **(env or {})}
        command = self.namespaces.entering(list(argv))
        return _run(argv, command, input, timeout, check, environment, umask)

    def popen(
        self, argv: Sequence[str], *, env: Mapping[str, str] | None = None, umask: int = 0o022
    ) -> subprocess.Popen[bytes]:
        """Starts a command in the machine with pipes for all three streams."""
        return subprocess.Popen(
            self.namespaces.entering_root(list(argv)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**ENVIRONMENT, **(env or {})},
            umask=umask,
        )

    def shell(self) -> int:
        """An interactive shell in the machine, on the terminal of the caller."""
        terminal = {"TERM": os.environ.get("TERM", "dumb")}
        environment = {**ENVIRONMENT, **self.python_paths(), **terminal}
        command = self.namespaces.entering_root(["bash", "-l"])
        return subprocess.run(command, env=environment).returncode

    def pfwizard(
        self,
        *arguments: str,
        input: str | None = None,
        timeout: float = 120,
        check: bool = False,
        env: Mapping[str, str] | None = None,
        umask: int = 0o022,
    ) -> Completed:
        """Runs this checkout's pfwizard: in the machine, or on its root where Python is too old.

        An exit status is a result here, so `check` is off unless asked for.
        """
        if self.suite.runs_pfwizard_inside:
            run, argv = self.run, ["python3", "-m", "pfwizard", *arguments]
        else:
            root = f"--root={self.root}"
            run, argv = self.run_outside, [sys.executable, "-m", "pfwizard", root, *arguments]
        environment = {**self.python_paths(), **(env or {})}
        return run(argv, input=input, timeout=timeout, check=check, env=environment, umask=umask)

    def pfwizard_inside(self, *arguments: str, timeout: float = 120) -> Completed:
        """Runs it in the machine in any case, if need be with a newer Python beside its own."""
        is_new = self.suite.runs_pfwizard_inside
        python = "python3" if is_new else newer_python.PROGRAM
        packages = RUNTIME_PLACE if is_new else newer_python.PACKAGES_PLACE
        path = f"{SOURCE_PLACE}:{packages}"
        environment = {"PYTHONPATH": path, "PYTHONPYCACHEPREFIX": BYTECODE_PLACE}
        argv = [python, "-m", "pfwizard", *arguments]
        return self.run(argv, timeout=timeout, check=False, env=environment)

    def python_paths(self) -> dict[str, str]:
        """Environment with which the Python that runs pfwizard here finds it and its packages."""
        if not self.suite.runs_pfwizard_inside:
            return {"PYTHONPATH": str(runtime.CHECKOUT)}
        path = f"{SOURCE_PLACE}:{RUNTIME_PLACE}"
        return {"PYTHONPATH": path, "PYTHONPYCACHEPREFIX": BYTECODE_PLACE}

    # Files

    @property
    def root(self) -> Path:
        """The machine's root directory as `run_outside` sees it; no use in the test process."""
        return self.namespaces.blueprint.root

    def write(self, path: str, content: str | bytes, mode: int = 0o644) -> None:
        """Writes a file, making its directory; an existing one keeps its owner."""
        data = content.encode() if isinstance(content, str) else content
        script = 'umask 077; mkdir -p -m 0755 "${1%/*}" && cat >"$1" && chmod "$2" "$1"'
        self._bytes(["sh", "-c", script, "sh", path, f"{mode:o}"], data)

    def read(self, path: str) -> bytes:
        """The content of a file."""
        return self._bytes(["cat", "--", path], b"")

    def snapshot(self, paths: Sequence[str]) -> snapshot.Snapshot:
        """What is at and below `paths`, to be compared with another snapshot."""
        script = Path(snapshot.__file__).read_text()
        taken = self.run(["python3", "-I", "-", *paths], input=script)
        return snapshot.from_json(taken.stdout)

    def _bytes(self, argv: list[str], data: bytes) -> bytes:
        command = self.namespaces.entering_root(argv)
        done = subprocess.run(command, input=data, capture_output=True, env=ENVIRONMENT)
        if done.returncode != 0:
            out, err = (stream.decode(errors="replace") for stream in (done.stdout, done.stderr))
            raise CommandFailed(subprocess.CompletedProcess(argv, done.returncode, out, err))
        return done.stdout

    # Services

    def start_postfix(self) -> None:
        """Starts Postfix; returns when port 25 greets."""
        self.postfix.start()

    def master_pid(self) -> int:
        """Process number, in the machine, of Postfix's master."""
        return self.postfix.master_pid()

    def mail_log(self) -> str:
        """What Postfix has logged so far."""
        return self.postfix.log()

    def start_authdaemond(self, users: Mapping[str, str]) -> None:
        """Starts Courier's authdaemond with these logins and passwords."""
        self.authdaemond.start(users)

    def start_sshd(self) -> None:
        """Starts OpenSSH's sshd, to which root of this machine can log in with a key."""
        self.sshd.start()

    def ssh(
        self, argv: Sequence[str], *, tty: bool, env: Mapping[str, str] | None = None
    ) -> SshSession:
        """Runs a command over an SSH connection from the machine to itself, as root.

        With `tty` it has a terminal of its own, as the leader of a session; without, pipes. Its
        environment is the one sshd makes, plus `env`.
        """
        return self.sshd.session(argv, tty=tty, env=env or {})


def _run(
    argv: Sequence[str],
    command: list[str],
    input: str | None,
    timeout: float,
    check: bool,
    environment: Mapping[str, str],
    umask: int,
) -> Completed:
    done = subprocess.run(
        command,
        input=input or "",
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        env=environment,
        umask=umask,
    )
    completed = Completed(list(argv), done.returncode, done.stdout, done.stderr)
    if check and completed.returncode != 0:
        raise CommandFailed(completed)
    return completed
