"""saslauthd with users of the system, through PAM or in /etc/shadow, and with an IMAP server."""

from tests.machines.machine import Machine
from tests.real.sasl import dovecot
from tests.real.sasl.login_server import NAME, PASSWORD, PasswordServer, restart

BACKEND = 'backend = "saslauthd"\n'

# What pfwizard leaves alone it does not start either: without systemd that takes START=yes.
START = """\
sed -i '/^START=/d' /etc/default/saslauthd
echo 'START=yes' >>/etc/default/saslauthd
"""

# pam_unix makes whoever gives a wrong password wait for two seconds.
USER_OF_THE_SYSTEM = """\
useradd --create-home "$1"
echo "$1:$2" | chpasswd
sed -i 's/pam_unix.so nullok/& nodelay/' /etc/pam.d/common-auth
"""


def with_pam(machine: Machine) -> PasswordServer:
    """As its package is configured, which pfwizard leaves alone."""
    _start(machine)
    return _of_the_system(machine, BACKEND)


def with_pam_moved(machine: Machine) -> PasswordServer:
    """It is pfwizard that moves its socket, and has it started at all."""
    return _of_the_system(machine, BACKEND)


def with_shadow(machine: Machine) -> PasswordServer:
    """It is pfwizard that has it look into /etc/shadow."""
    return _of_the_system(machine, f'{BACKEND}[sasl.saslauthd]\nmechanism = "shadow"\n')


def with_imap(machine: Machine) -> PasswordServer:
    """It is pfwizard that has it try the passwords on Dovecot, whose users have a domain."""
    dovecot.write_settings(machine, ("PLAIN",))
    restart(machine, "dovecot")
    return PasswordServer(
        f'{BACKEND}[sasl.saslauthd]\nmechanism = "rimap"\nrimap_host = "127.0.0.1"\n'
        'login_names = "user@domain"\n',
        services=("saslauthd",),
    )


def _start(machine: Machine) -> None:
    machine.run(["sh", "-ec", START])
    restart(machine, "saslauthd")


def _of_the_system(machine: Machine, answers: str) -> PasswordServer:
    machine.run(["sh", "-ec", USER_OF_THE_SYSTEM, "sh", NAME, PASSWORD])
    return PasswordServer(answers, user=NAME, services=("saslauthd",))
