"""Dovecot 2.3 and 2.4, with a file of passwords in clear."""

from collections.abc import Sequence

from tests.machines.machine import Machine
from tests.real.sasl.login_server import ADDRESS, PASSWORD, PasswordServer, restart
from tests.real.sasl.stores import challenges

USERS = "/etc/dovecot/users"

# A wrong password makes everybody from that address wait, longer each time, unless anvil's socket
# for it is closed; and whoever gave it waits for two seconds.
IMPATIENT = """\
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
"""

SETTINGS_2_3 = f"""\
{IMPATIENT}
passdb {{
  driver = passwd-file
  args = {USERS}
}}
"""

SETTINGS_2_4 = f"""\
{IMPATIENT}
passdb passwd-file {{
  passwd_file_path = {USERS}
}}
"""

WITHOUT_USERS_OF_THE_SYSTEM = "s/^!include auth-system/#&/"

UNKNOWN_TO_DOVECOT = "SCRAM-SHA-512"


def dovecot(machine: Machine) -> PasswordServer:
    offered = offers(machine)
    write_settings(machine, offered)
    restart(machine, "dovecot")
    names = ", ".join(f'"{each}"' for each in offered)
    return PasswordServer(
        f'backend = "dovecot"\nmechanisms = [{names}]\n', offered=offered, services=("dovecot",)
    )


def offers(machine: Machine) -> tuple[str, ...]:
    """As far as the client can try them: on bullseye it has no SCRAM, though Dovecot has."""
    known = (each for each in challenges(machine) if each != UNKNOWN_TO_DOVECOT)
    return ("PLAIN", "LOGIN", *known)


def write_settings(machine: Machine, mechanisms: Sequence[str]) -> None:
    is_old = machine.run(["dovecot", "--version"]).stdout.startswith("2.3")
    settings = SETTINGS_2_3 if is_old else SETTINGS_2_4
    names = " ".join(mechanisms).lower()
    machine.write("/etc/dovecot/conf.d/98-users.conf", f"{settings}auth_mechanisms = {names}\n")
    machine.write(USERS, f"{ADDRESS}:{{PLAIN}}{PASSWORD}\n")
    machine.run(["sed", "-i", WITHOUT_USERS_OF_THE_SYSTEM, "/etc/dovecot/conf.d/10-auth.conf"])
