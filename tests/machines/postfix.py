"""Starting and stopping the real Postfix of a machine, with and without systemd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.machines.machine import Machine

LOG = "/var/log/mail.log"

LOG_TO_FILE = f"""\
touch -r /etc/postfix/main.cf /tmp/main.cf.time
echo 'maillog_file = {LOG}' >>/etc/postfix/main.cf
touch -r /tmp/main.cf.time /etc/postfix/main.cf
rm /tmp/main.cf.time
"""

# The command returns when the master has got its signal; it says in the log when it has read its
# files. Clients are served by the processes it had before until those notice, so they must be gone.
RELOAD = """\
reloads() { sh -c "$2" 2>/dev/null | grep -c ' reload -- version' || true; }
before=$(reloads "$@")
old=$(pgrep -x smtpd || true)
sh -c "$1"
while [ "$(reloads "$@")" = "$before" ]; do sleep 0.01; done
for process in $old; do
    while kill -0 "$process" 2>/dev/null; do sleep 0.01; done
done
"""


@dataclass(frozen=True)
class Keeper:
    """Who starts and stops it, and keeps its log, as commands of the shell."""

    start: str
    stop: str
    reload: str
    log: str


BY_HAND = Keeper("postfix start", "postfix stop", "postfix reload", f"cat {LOG}")
BY_SYSTEMD = Keeper(
    "systemctl start postfix",
    "systemctl stop postfix",
    "systemctl reload postfix",
    "journalctl --sync && journalctl --quiet SYSLOG_FACILITY=2",  # LOG_MAIL, as syslog(3) has it
)

GREETING = """\
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=90) as connection:
    print(connection.makefile().readline())
"""


class Postfix:
    """The Postfix of one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._keeper = BY_SYSTEMD if machine.with_systemd else BY_HAND

    def log_to_file(self) -> None:
        """Makes Postfix log to a file.

        The line is appended by hand, so that postconf rewrites nothing. And main.cf keeps its old
        time: Postfix's programs wait up to two seconds for a main.cf that has just been changed.
        """
        self._machine.run(["sh", "-ec", LOG_TO_FILE])

    def start(self) -> None:
        """Starts it as Debian does; returns when port 25 greets."""
        if self._machine.suite.before_postfix_start and not self._machine.with_systemd:
            self._machine.run(self._machine.suite.before_postfix_start)
        # Comes back when the master listens, so the connection below is not refused.
        self._machine.run(["sh", "-c", self._keeper.start])
        self.greeting()

    def stop(self) -> None:
        """Stops it; returns when the master is gone."""
        self._machine.run(["sh", "-c", self._keeper.stop])

    def reload(self) -> None:
        """Reloads it; returns when the master has read its files again and no old smtpd is left.

        It needs the log to know.
        """
        words = (self._keeper.reload, self._keeper.log)
        self._machine.run(["sh", "-ec", RELOAD, "sh", *words], timeout=90)

    def greeting(self, port: int = 25) -> str:
        """What a client is greeted with on `port`, in clear text."""
        line = self._machine.run(["python3", "-c", GREETING, str(port)]).stdout.strip()
        if not line.startswith("220 "):
            raise AssertionError(f"port {port} greets with {line!r}\n{self.log()}")
        return line

    def master_pid(self) -> int:
        """Process number, in the machine, of the master."""
        return int(self._machine.read("/var/spool/postfix/pid/master.pid"))

    def log(self) -> str:
        """What it has logged so far."""
        return self._machine.run(["sh", "-c", self._keeper.log], check=False).stdout
