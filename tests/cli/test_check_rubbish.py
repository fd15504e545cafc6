"""``pfwizard check`` on trees in which something stands that is no file: it never hangs."""

import os

import pytest

from tests.cli.program import Machine, pfwizard_process

FAILED, WARNINGS, ENDED_WITHOUT_LOOKING = 1, 1, 3

DOUBLING = "".join(f"v{depth} = $v{depth + 1} $v{depth + 1}\n" for depth in range(40))
USED = "v40 = x\nsmtpd_banner = $v0\nmynetworks = $v0\n"

PASSED_BY = ("etc/group", "etc/os-release", "etc/passwd", "etc/sasldb2")


def with_fifo(machine: Machine, place: str) -> None:
    path = machine.root / place
    path.unlink(missing_ok=True)
    os.mkfifo(path)


@pytest.mark.parametrize("place", ["etc/postfix/main.cf", "etc/postfix/master.cf"])
def test_a_fifo_in_place_of_the_configuration_is_named(machine: Machine, place: str) -> None:
    with_fifo(machine, place)

    done = pfwizard_process("check", "--root", machine.root)

    assert done.returncode == ENDED_WITHOUT_LOOKING
    assert f"{place}: is not a file" in done.stderr


@pytest.mark.parametrize("place", PASSED_BY)
def test_a_fifo_in_place_of_another_file_is_passed_by(machine: Machine, place: str) -> None:
    with_fifo(machine, place)

    done = pfwizard_process("check", "--root", machine.root)

    assert done.returncode < ENDED_WITHOUT_LOOKING
    assert "internal error" not in done.stderr


def with_values_that_double(machine: Machine) -> None:
    path = machine.root / "etc/postfix/main.cf"
    path.write_text(path.read_text() + DOUBLING + USED)


def test_a_value_that_doubles_without_end_is_found(machine: Machine) -> None:
    with_values_that_double(machine)

    done = pfwizard_process("check", "--root", machine.root)

    assert done.returncode == WARNINGS
    assert "unreasonable length" in done.stdout


def test_a_plan_for_a_value_that_doubles_without_end_fails(machine: Machine) -> None:
    with_values_that_double(machine)

    done = machine.pfwizard("--dry-run")

    assert done.returncode == FAILED
    assert "mynetworks: unreasonable length" in done.stderr
