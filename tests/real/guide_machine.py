"""A machine with the guide's servers on it, to which pfwizard is applied, and its mail clients."""

import json
from dataclasses import dataclass
from typing import Any

from tests.guide import answers_with_socket
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Completed, Machine

USER = "d.mazzocchio@kernel-panic.it"
PASSWORD = "danix"
WRONG_PASSWORD = "xinad"
NAME = "mail.kernel-panic.it"
CA = "/etc/ssl/ca.crt"
STRANGER = "192.0.2.7"
"""An address of the machine that is in nobody's mynetworks (RFC 5737)."""

ANSWERS_FILE = "/root/guide.toml"


@dataclass(frozen=True)
class GuideMachine:
    """A machine on which the guide's answers are, or are about to be, applied."""

    machine: Machine

    @classmethod
    def prepare(cls, machine: Machine) -> "GuideMachine":
        """All of the guide's servers run, and the answers file is in place."""
        machine.start_postfix()
        return cls.install(machine)

    @classmethod
    def install(cls, machine: Machine, answers: str = "") -> "GuideMachine":
        """The same with Postfix stopped."""
        machine.run_outside(["ip", "address", "add", f"{STRANGER}/32", "dev", "lo"])
        machine.start_authdaemond({USER: PASSWORD})
        machine.write(ANSWERS_FILE, answers or answers_with_socket(SOCKET), 0o600)
        return cls(machine)

    def apply(self, *arguments: str, umask: int = 0o022) -> Completed:
        """Run pfwizard on the answers; where it works from outside, its operator reloads."""
        done = self.pfwizard(*arguments, umask=umask)
        if not self.machine.suite.runs_pfwizard_inside and done.returncode == 0:
            self.machine.postfix.reload()
        return done

    def pfwizard(self, *arguments: str, umask: int = 0o022) -> Completed:
        answers = ANSWERS_FILE
        if not self.machine.suite.runs_pfwizard_inside:
            answers = f"{self.machine.root}{ANSWERS_FILE}"
        return self.machine.pfwizard("--answers", answers, *arguments, umask=umask)

    def report(self, *arguments: str) -> dict[str, Any]:
        """What pfwizard says in JSON."""
        document: dict[str, Any] = json.loads(self.pfwizard("--json", *arguments).stdout)
        return document

    def main_cf(self) -> dict[str, str]:
        """The settings as ``postconf -n`` prints them."""
        lines = self.machine.run(["postconf", "-n"]).stdout.splitlines()
        return {name.strip(): value.strip() for name, _, value in (x.partition("=") for x in lines)}

    def swaks(self, *arguments: str) -> Completed:
        return self.machine.run(["swaks", "--timeout", "20", *arguments], check=False)

    def login(self, port: int, mechanism: str, password: str) -> int:
        """The server's reply code to an AUTH command, over TLS."""
        tls = "--tls-on-connect" if port == 465 else "--tls"
        done = self.swaks(
            *("--server", f"{NAME}:{port}", tls, "--tls-verify", "--tls-ca-path", CA),
            *("--auth", mechanism, "--auth-user", USER, "--auth-password", password),
            *("--quit-after", "AUTH"),
        )
        return _last_reply(done.stdout)

    def send(self, *arguments: str, to: str, server: str = STRANGER) -> int:
        """The server's reply code to RCPT TO of a client that is not in mynetworks."""
        done = self.swaks(
            *("--server", server, "--from", "somebody@example.net", "--to", to),
            *("--quit-after", "RCPT", *arguments),
        )
        return _last_reply(done.stdout)


def _last_reply(conversation: str) -> int:
    """The code of the last reply before the farewell; swaks marks replies with ``<``."""
    codes = [
        int(line[4:7])
        for line in conversation.splitlines()
        if line.startswith("<") and line[4:7].isdigit()
    ]
    assert codes, conversation
    return codes[-2] if codes[-1] == 221 else codes[-1]
