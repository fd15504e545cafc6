"""Courier's authdaemond, with its users in a userdb."""

from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Machine
from tests.real.sasl.login_server import ADDRESS, PASSWORD, PasswordServer


def authdaemond(machine: Machine) -> PasswordServer:
    machine.start_authdaemond({ADDRESS: PASSWORD})
    return PasswordServer(f'backend = "authdaemond"\nsocket = "{SOCKET}"\n')
