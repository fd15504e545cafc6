"""Courier's real authdaemond in a machine, with made-up users in a userdb."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.machines.machine import Machine

SOCKET = "/run/courier/authdaemon/socket"
CONFIGURATION = "/etc/courier/authdaemonrc"

# The directories of the package's tmpfiles.d, as its init script makes them (on sid
# systemd-tmpfiles does): type, path, mode, user, group. The socket's is 0750 courier:courier.
MAKE_DIRECTORIES = """\
while read -r type path mode user group rest; do
    case $type in d|D) install -d -m "$mode" -o "$user" -g "$group" "$path" ;; esac
done </usr/lib/tmpfiles.d/courier-authdaemon.conf
"""

# `authdaemond start` comes back before its child has bound the socket. The answer is ended by a
# line with a dot (yes) or FAIL (no), after which the daemon closes.
ASK = """\
import socket, sys, time
path, login, password = sys.argv[1:]
fields = "\\n".join(["smtp", "login", login, password, ""])
deadline = time.monotonic() + 90
while True:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(path)
        break
    except (FileNotFoundError, ConnectionRefusedError):
        if time.monotonic() > deadline:
            raise
        time.sleep(0.01)
connection.sendall(f"AUTH {len(fields)}\\n{fields}".encode())
print(connection.makefile().read(), end="")
"""


class Authdaemond:
    """The authdaemond of one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def start(self, users: Mapping[str, str]) -> None:
        """Starts it with these logins and passwords; returns when it answers."""
        self._write_users(users)
        if self._machine.with_systemd:
            self._machine.run(["systemctl", "restart", "courier-authdaemon"])
        else:
            self._machine.run(["sh", "-ec", MAKE_DIRECTORIES])
            # ExecStart of the package's unit.
            self._machine.run(["authdaemond", "start"])
        self.ask("nobody@example.invalid", "waiting for the first answer")

    def stop(self) -> None:
        """Stops it; the socket file stays behind, as it does on a real machine."""
        by_hand, by_systemd = ["authdaemond", "stop"], ["systemctl", "stop", "courier-authdaemon"]
        self._machine.run(by_systemd if self._machine.with_systemd else by_hand)

    def ask(self, login: str, password: str) -> str:
        """Asks it, the way Cyrus SASL does, and returns its whole answer."""
        return self._machine.run(["python3", "-c", ASK, SOCKET, login, password]).stdout

    def _write_users(self, users: Mapping[str, str]) -> None:
        lines = []
        for login, password in users.items():
            hashed = self._machine.run(
                ["openssl", "passwd", "-6", "-stdin"], input=f"{password}\n"
            ).stdout.strip()
            fields = f"uid=65534|gid=65534|home=/nonexistent|shell=/bin/false|systempw={hashed}"
            lines.append(f"{login}\t{fields}\n")
        self._machine.write("/etc/courier/userdb", "".join(lines), mode=0o600)
        self._machine.run(["makeuserdb"])
        use_userdb = 's/^authmodulelist=.*/authmodulelist="authuserdb"/'
        self._machine.run(["sed", "-i", use_userdb, CONFIGURATION])
