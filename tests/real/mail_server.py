"""What clients and the operator see of a mail server: what must be as it was after a way back."""

import json
from dataclasses import dataclass

from tests.machines.machine import Machine
from tests.machines.snapshot import Snapshot

BACKUPS = ("/etc/group-", "/etc/gshadow-")
"""The copies of before that usermod(8) and gpasswd(1) leave."""

# Prints a JSON object: the reply to EHLO without the name, and the certificate after STARTTLS.
ASK = """\
import hashlib, json, smtplib, ssl
anybody = ssl.create_default_context()
anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
with smtplib.SMTP("127.0.0.1", 25, timeout=20) as client:
    offers = client.ehlo()[1].decode().split("\\n")[1:]
    client.starttls(context=anybody)
    certificate = client.sock.getpeercert(binary_form=True)
print(json.dumps([offers, hashlib.sha256(certificate).hexdigest()]))
"""

# Prints which of the ports take connections.
OPEN_PORTS = """\
import socket
for port in (25, 465, 587):
    with socket.socket() as client:
        if client.connect_ex(("127.0.0.1", port)) == 0:
            print(port)
"""

# The name is in the search path that each of them is given, and in the arguments of process 1.
UNTIL_NO_PROCESS_IS_LEFT = "while pgrep -f '[p]fwizard' | grep -qvx 1; do sleep 0.05; done"


def configuration(machine: Machine) -> Snapshot:
    """Every file and directory below /etc."""
    found = machine.snapshot(["/etc"])
    return {path: entry for path, entry in found.items() if path not in BACKUPS}


@dataclass(frozen=True)
class MailServer:
    """A running mail server, to be compared with what it was."""

    configuration: Snapshot
    groups: str
    open_ports: tuple[str, ...]
    offers: tuple[str, ...]
    """What it says to EHLO on port 25."""
    certificate: str
    """SHA-256 of what it shows after STARTTLS on port 25."""

    @classmethod
    def of(cls, machine: Machine) -> "MailServer":
        """Fails when it does not answer."""
        offers, certificate = json.loads(machine.run(["python3", "-c", ASK]).stdout)
        return cls(
            configuration=configuration(machine),
            groups=machine.run(["id", "-nG", "postfix"]).stdout,
            open_ports=tuple(machine.run(["python3", "-c", OPEN_PORTS]).stdout.split()),
            offers=tuple(offers),
            certificate=certificate,
        )


def wait_until_no_process_is_left(machine: Machine, limit: int = 60) -> None:
    """Returns when no process of pfwizard is in the machine; fails after so many seconds."""
    machine.run(["timeout", str(limit), "sh", "-c", UNTIL_NO_PROCESS_IS_LEFT], timeout=limit + 10)


def history(machine: Machine) -> str:
    """The last line of the history."""
    return machine.pfwizard("history", check=True).stdout.splitlines()[-1]
