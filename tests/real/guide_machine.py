"""A machine with the guide's servers on it, to which pfwizard is applied, and its mail clients."""

import json
from dataclasses import dataclass
from typing import Any

from tests.guide import answers_with_socket
from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Completed, Machine
from tests.machines.postfix import LOG

USER = "d.mazzocchio@kernel-panic.it"
PASSWORD = "danix"
WRONG_PASSWORD = "xinad"
NAME = "mail.kernel-panic.it"
CA = "/etc/ssl/ca.crt"
STRANGER = "192.0.2.7"
"""An address of the machine that is in nobody's mynetworks (RFC 5737)."""

ANSWERS_FILE = "/root/guide.toml"

FOREIGN = "somebody@example.com"

# Prints the codes of the replies to AUTH (if there is a password), MAIL, RCPT and DATA in turn,
# each on a line with its text, and stops at the first that is not a yes.
DELIVER = """\
import smtplib, ssl, sys
name, port, ca, stranger, user, password, recipient = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca)
options = {"timeout": 20, "source_address": (stranger, 0)}
if port == "465":
    client = smtplib.SMTP_SSL(name, 465, context=trust, **options)
else:
    client = smtplib.SMTP(name, int(port), **options)
    client.starttls(context=trust)
def commands():
    if password:
        try:
            yield client.login(user, password)
        except smtplib.SMTPAuthenticationError as refusal:
            yield refusal.smtp_code, refusal.smtp_error
    yield client.mail(user)
    yield client.rcpt(recipient)
    yield client.data("Subject: a test\\r\\n\\r\\nThat it arrives.\\r\\n")
with client:
    client.ehlo()
    for code, text in commands():
        print(code, text.decode())
        if code >= 400:
            break
"""


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
        """Run pfwizard, which must succeed; where it works from outside, its operator reloads.

        A test that wants to see it fail calls `pfwizard`.
        """
        done = self.pfwizard(*arguments, umask=umask)
        assert done.returncode == 0, done.stderr
        if not self.machine.suite.runs_pfwizard_inside:
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

    def deliver(self, port: int, password: str = "", to: str = FOREIGN) -> list[tuple[int, str]]:
        """The replies to smtplib's AUTH (with a password), MAIL, RCPT and the mail itself.

        The client is not in mynetworks, and verifies the server as Python does by default.
        """
        words = [NAME, str(port), CA, STRANGER, USER, password, to]
        done = self.machine.run(["python3", "-c", DELIVER, *words])
        replies = [line.partition(" ") for line in done.stdout.splitlines()]
        return [(int(code), text) for code, _, text in replies if code.isdigit()]

    def wait_for_log(self, words: str) -> str:
        """The first line of the mail log that matches; the log is written a little later."""
        look = f'until grep -m 1 -E -e "$1" {LOG}; do sleep 0.02; done'
        return self.machine.run(["timeout", "90", "sh", "-c", look, "sh", words]).stdout


def _last_reply(conversation: str) -> int:
    """The code of the last reply before the farewell; swaks marks replies with ``<``."""
    codes = [
        int(line[4:7])
        for line in conversation.splitlines()
        if line.startswith("<") and line[4:7].isdigit()
    ]
    assert codes, conversation
    return codes[-2] if codes[-1] == 221 else codes[-1]
