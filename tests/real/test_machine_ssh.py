"""SSH to a disposable machine, and what a command there meets with when the line is cut."""

import pytest

from tests.machines.machine import Machine

# A command whose connection is lost can tell nobody; a FIFO holds it until somebody reads.
TOLD = "/root/told"

TELL_OF_A_HANGUP = f"""\
import signal
def tell(number, frame):
    with open("{TOLD}", "w") as fifo:
        fifo.write(signal.Signals(number).name)
signal.signal(signal.SIGHUP, tell)
print("ready", flush=True)
signal.pause()
"""

TELL_OF_CLOSED_PIPES = f"""\
import os, sys
print("ready", flush=True)
told = f"read {{sys.stdin.read()!r}}"
try:
    while True:
        print("still here", flush=True)
except BrokenPipeError as error:
    told += f", then {{error.strerror}}"
with open("{TOLD}", "w") as fifo:
    fifo.write(told)
os._exit(0)
"""


@pytest.fixture
def host(machine: Machine) -> Machine:
    """A machine of each suite in turn that lets one in."""
    machine.start_sshd()
    return machine


@pytest.mark.parametrize("tty", [True, False], ids=["terminal", "pipes"])
def test_a_command_gets_its_words_and_gives_back_its_status(host: Machine, tty: bool) -> None:
    argv = ["sh", "-c", 'printf %s "$0, $WORDS"; exit 7', "it's one; word"]
    done = host.ssh(argv, tty=tty, env={"WORDS": "and $so is this"}).wait()

    assert (done.stdout, done.returncode) == ("it's one; word, and $so is this", 7), done.stderr


def test_only_a_session_with_a_terminal_has_one(host: Machine) -> None:
    with_one = host.ssh(["tty"], tty=True).wait()
    without = host.ssh(["tty"], tty=False).wait()

    assert with_one.stdout.startswith("/dev/pts/")
    assert without.stdout == "not a tty\n"


def test_a_cut_line_hangs_up_the_terminal(host: Machine) -> None:
    host.run(["mkfifo", TOLD])
    session = host.ssh(["python3", "-c", TELL_OF_A_HANGUP], tty=True)
    assert session.line() == "ready"
    session.cut()

    assert host.run(["timeout", "90", "cat", TOLD]).stdout == "SIGHUP"


def test_a_cut_line_without_a_terminal_closes_the_pipes(host: Machine) -> None:
    host.run(["mkfifo", TOLD])
    session = host.ssh(["python3", "-c", TELL_OF_CLOSED_PIPES], tty=False)
    assert session.line() == "ready"
    session.cut()

    assert host.run(["timeout", "90", "cat", TOLD]).stdout == "read '', then Broken pipe"


def test_sshd_is_not_told_of_the_end(host: Machine) -> None:
    session = host.ssh(["sh", "-c", "echo ready; cat"], tty=False)
    assert session.line() == "ready"
    session.cut()
    host.run(["timeout", "90", "sh", "-c", "while pgrep -f '[s]shd.*: root@'; do :; done"])

    assert "disconnected by user" not in host.sshd.log()
