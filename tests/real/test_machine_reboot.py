"""Reboots of a disposable machine: what they leave, what they take, and what stays behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machines import cache
from tests.machines.boot import BOOT_ID
from tests.machines.machine import Machine
from tests.machines.runtime import CHECKOUT
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine

pytestmark = pytest.mark.machine

OWNER = """\
import sys
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
with Machine(SUITES["bookworm"], survives_reboot=True) as machine:
    print(machine.namespaces.blueprint.disk, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def machine(open_machine: OpenMachine) -> Machine:
    """A machine that can be rebooted."""
    return open_machine(Machine(SUITES["bookworm"], survives_reboot=True))


def boot_id(machine: Machine) -> str:
    return machine.read(f"/{BOOT_ID}").decode()


def test_files_survive_with_their_owner_and_attributes(machine: Machine) -> None:
    machine.write("/etc/postfix/written", "by a test", mode=0o640)
    machine.run(["chown", "postfix:courier", "/etc/postfix/written"])
    machine.run(["setfattr", "-n", "user.note", "-v", "kept", "/etc/postfix/written"])
    machine.run(["rm", "/etc/postfix/master.cf"])
    machine.write("/tmp/written", "by a test")
    before = machine.snapshot(["/etc/postfix", "/tmp"])
    machine.reboot()

    assert machine.snapshot(["/etc/postfix", "/tmp"]) == before
    assert "kept" in machine.run(["getfattr", "-d", "/etc/postfix/written"]).stdout


def test_run_is_empty_again(machine: Machine) -> None:
    machine.write("/run/written", "by a test")
    machine.reboot()

    assert machine.run(["ls", "-A", "/run"]).stdout == ""


def test_every_process_is_gone(machine: Machine) -> None:
    machine.start_postfix()
    stubborn = ["sh", "-c", "trap '' HUP INT TERM; echo ready; sleep 987"]
    with machine.popen(stubborn) as sleeper:
        assert sleeper.stdout is not None
        assert sleeper.stdout.readline() == b"ready\n"
        machine.reboot()

    assert sleeper.returncode == -signal.SIGKILL
    assert machine.run(["pgrep", "-x", "master|smtpd|sleep"], check=False).stdout == ""


def test_postfix_starts_again_on_what_the_killed_one_left(machine: Machine) -> None:
    machine.start_postfix()
    machine.reboot()
    machine.start_postfix()

    assert machine.mail_log().count("daemon started -- version") == 2


def test_a_boot_has_an_identity_of_its_own(machine: Machine) -> None:
    first = boot_id(machine)
    assert boot_id(machine) == first
    machine.reboot()

    assert boot_id(machine) != first
    assert first != (Path("/") / BOOT_ID).read_text()
    assert machine.run_outside(["cat", f"/{BOOT_ID}"]).stdout == boot_id(machine)


def test_machines_without_a_disk_have_boots_of_their_own_too(open_machine: OpenMachine) -> None:
    first, second = (open_machine(Machine(SUITES["bookworm"])) for _ in range(2))

    assert len({boot_id(first), boot_id(second), (Path("/") / BOOT_ID).read_text()}) == 3


def test_a_machine_reboots_more_than_once(machine: Machine) -> None:
    for _ in range(3):
        machine.run(["sh", "-c", "echo booted >>/root/boots"])
        machine.reboot()

    assert machine.read("/root/boots") == b"booted\n" * 3


def test_a_machine_without_a_disk_refuses_to_reboot(open_machine: OpenMachine) -> None:
    machine = open_machine(Machine(SUITES["bookworm"]))

    with pytest.raises(ValueError, match="survives_reboot"):
        machine.reboot()


def test_the_disk_is_on_a_real_file_system_and_removed_at_the_end() -> None:
    with Machine(SUITES["bookworm"], survives_reboot=True) as machine:
        machine.write("/root/written", "by a test")
        disk = machine.namespaces.blueprint.disk
        assert disk is not None
        assert (Path(disk) / "upper/root/written").read_text() == "by a test"

    assert not Path(disk).exists()


def test_the_disk_of_a_killed_owner_is_removed_by_the_next_machine(
    open_machine: OpenMachine,
) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with owner:
        assert owner.stdout is not None
        disk = Path(owner.stdout.readline().decode().strip())
        open_machine(Machine(SUITES["bookworm"], survives_reboot=True))
        assert disk.is_dir()  # its owner lives
        owner.kill()
        owner.wait()
    assert disk.is_dir()
    open_machine(Machine(SUITES["bookworm"], survives_reboot=True))

    assert disk.parent == cache.home() / "disks"
    assert not disk.exists()
