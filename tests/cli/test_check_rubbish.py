"""``pfwizard check`` on trees in which something stands that is no file: it never hangs."""

import os

import pytest

from tests.cli.program import Machine, pfwizard_process

ENDED_WITHOUT_LOOKING = 3

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
