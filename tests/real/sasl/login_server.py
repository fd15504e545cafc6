"""A machine whose Postfix lets users log in through some server that knows the passwords."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.machines.machine import Completed, Machine
from tests.real.sasl.login_client import AUTHENTICATED, REFUSED, Attempt, replies

DOMAIN = "kernel-panic.it"
NAME, PASSWORD, WRONG_PASSWORD = "alice", "geheim-123", "not-geheim-123"
ADDRESS = f"{NAME}@{DOMAIN}"
PORTS = (25, 465, 587)

ANSWERS_FILE = "/root/answers.toml"
PASSWORD_FILE = "/root/password"

ANSWERS = """\
format = 1
[ca.subject]
common_name = "Certificate authority"
[server]
names = ["mail.kernel-panic.it"]
[server.subject]
common_name = "mail.kernel-panic.it"
[tls]
auth_only = true
[services]
smtps = true
submission = true
[sasl]
scope = "everywhere"
"""

# Prints which of the services that let users log in are chrooted.
JAILED = """\
for service in smtp smtps submissions submission; do
    postconf -F "$service/inet/chroot" 2>/dev/null
done | sed -n 's,/inet/chroot = y$,,p'
"""


@dataclass(frozen=True)
class PasswordServer:
    """One that runs and knows the user, as pfwizard is told of it.

    ``answers`` go below ``[sasl]``. ``user`` is how she logs in, and ``offered`` are the mechanisms
    that Postfix must offer then. ``services`` are what the operator restarts where pfwizard works
    from outside, because their configuration is new.
    """

    answers: str
    user: str = ADDRESS
    offered: tuple[str, ...] = ("PLAIN", "LOGIN")
    services: tuple[str, ...] = ()


Provisioning = Callable[[Machine], PasswordServer]


@dataclass(frozen=True)
class Rehearsed:
    """What the probes of the private Postfix found, by probe and target.

    ``logins`` are those that passed, with the right password and with a wrong one.
    """

    logins: frozenset[str]
    unproven: Mapping[str, str]

    @classmethod
    def of(cls, done: Completed) -> "Rehearsed":
        found = [
            (f"{each['probe']} {each['target']}", each["verdict"], each["detail"])
            for each in json.loads(done.stdout)["verification"]
            if each["target"].startswith("rehearsal")
        ]
        return cls(
            frozenset(
                what for what, verdict, _ in found if verdict == "pass" and what.startswith("login")
            ),
            {what: detail for what, verdict, detail in found if verdict != "pass"},
        )


@dataclass(frozen=True)
class LoginServer:
    """The machine, and who checks its passwords."""

    machine: Machine
    checker: PasswordServer = field(repr=False)

    @classmethod
    def prepare(cls, machine: Machine, provisioning: Provisioning, more: str) -> "LoginServer":
        """Everything runs, and pfwizard has done nothing yet; ``more`` goes below ``[sasl]``."""
        machine.start_postfix()
        return cls.asking(machine, provisioning(machine), more)

    @classmethod
    def asking(cls, machine: Machine, checker: PasswordServer, more: str = "") -> "LoginServer":
        """The same on a machine where everything runs already."""
        machine.write(ANSWERS_FILE, f"{ANSWERS}{more}{checker.answers}", 0o600)
        machine.write(PASSWORD_FILE, f"{PASSWORD}\n", 0o600)
        return cls(machine, checker)

    def apply(self) -> Rehearsed:
        """With the user's password, so that logins are rehearsed; returns what came of that.

        Where pfwizard works from outside nothing can be rehearsed: there a newer Python inside of
        the machine does it before.
        """
        options: tuple[str, ...] = ("--rehearse", "always", "--json")
        if not self.machine.suite.runs_pfwizard_inside:
            tried = self.rehearsal()
            options = ("--json",)
        done = self.pfwizard("--answers", self._inside(ANSWERS_FILE), *options, *self._login())
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        self._do_what_is_left_to_the_operator()
        return Rehearsed.of(done if self.machine.suite.runs_pfwizard_inside else tried)

    def rehearsal(self) -> Completed:
        """What pfwizard says of a rehearsal alone, as JSON."""
        login = ("--user", self.checker.user, "--password-file", PASSWORD_FILE)
        options = ("--answers", ANSWERS_FILE, "--dry-run", "--rehearse", "always", "--json")
        return self.machine.pfwizard_inside(*options, *login)

    def finds_nothing_to_do(self) -> bool:
        done = self.pfwizard("--answers", self._inside(ANSWERS_FILE), "--dry-run", "--json")
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        return bool(document["result"] == "unchanged")

    def failed_probes(self) -> dict[str, str]:
        """What pfwizard's own verification says is wrong, having tried every login.

        Nothing where pfwizard works from outside: it cannot ask the servers of a tree.
        """
        if not self.machine.suite.runs_pfwizard_inside:
            return {}
        done = self.pfwizard("verify", "--json", *self._login())
        found = json.loads(done.stdout)["verification"]
        targets = {each["target"] for each in found if each["probe"] == "login"}
        tried = {target.rpartition(":")[2] for target in targets}  # whatever the address
        assert tried == {f"{port} {each}" for port in PORTS for each in self.checker.offered}
        return {
            f"{each['probe']} {each['target']}": each["detail"]
            for each in found
            if each["verdict"] == "fail"
        }

    def roll_back(self) -> None:
        self.pfwizard("rollback", check=True)
        self._do_what_is_left_to_the_operator()

    def _do_what_is_left_to_the_operator(self) -> None:
        """Where pfwizard works from outside, it restarts and reloads nothing."""
        if self.machine.suite.runs_pfwizard_inside:
            return
        for service in self.checker.services:
            restart(self.machine, service)
        self.machine.postfix.reload()

    def pfwizard(self, *arguments: str, check: bool = False) -> Completed:
        return self.machine.pfwizard(*arguments, check=check)

    def _login(self) -> tuple[str, ...]:
        return ("--user", self.checker.user, "--password-file", self._inside(PASSWORD_FILE))

    def _inside(self, path: str) -> str:
        """How pfwizard finds one of the machine's files."""
        return path if self.machine.suite.runs_pfwizard_inside else f"{self.machine.root}{path}"

    def logins(self) -> Mapping[Attempt, int]:
        """The replies to the right and to a wrong password, on every port by every mechanism."""
        return replies(self.machine, self.checker.user, list(self.expected_logins()))

    def expected_logins(self) -> Mapping[Attempt, int]:
        return {
            (port, mechanism, password): code
            for port in PORTS
            for mechanism in self.checker.offered
            for password, code in ((PASSWORD, AUTHENTICATED), (WRONG_PASSWORD, REFUSED))
        }

    def rehearsed_logins(self) -> frozenset[str]:
        """The probes with the right password and with a wrong one, on every port likewise."""
        return frozenset(
            f"{probe} rehearsal:{port} {mechanism}"
            for probe in ("login", "login-refused")
            for port in PORTS
            for mechanism in self.checker.offered
        )

    def jailed(self) -> tuple[str, ...]:
        """The services that let users log in and are in the chroot jail."""
        return tuple(self.machine.run(["sh", "-c", JAILED]).stdout.split())


def restart(machine: Machine, service: str) -> None:
    """As the operator does; daemons keep the streams that they are given, so they get none."""
    machine.run(["sh", "-c", 'service "$1" restart >/dev/null 2>&1', "sh", service])
