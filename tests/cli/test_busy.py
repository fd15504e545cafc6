"""Only one run at a time works on a machine; the other is told by whom it is kept."""

import fcntl
import os
from collections.abc import Iterator

import pytest

from tests.cli.program import Machine, contents, the_object_in


@pytest.fixture
def another_run(machine: Machine) -> Iterator[int]:
    """This process holds the lock; its number."""
    machine.state.mkdir(parents=True)
    with (machine.state / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield os.getpid()


def test_a_second_run_is_told_which_process_is_at_work(machine: Machine, another_run: int) -> None:
    before = contents(machine.root)
    done = machine.pfwizard()
    assert done.returncode == 6
    assert f"process {another_run}" in done.stderr
    assert contents(machine.root) == before


def test_programs_are_told_too(machine: Machine, another_run: int) -> None:
    document = the_object_in(machine.pfwizard("--json"))
    assert (document["result"], document["changed"]) == ("refused", False)
    assert document["findings"][-1]["id"] == "busy"
    assert f"process {another_run}" in document["findings"][-1]["message"]


def test_a_dry_run_does_not_have_to_wait(machine: Machine, another_run: int) -> None:
    assert machine.pfwizard("--dry-run").returncode == 3


def test_a_lock_that_nobody_holds_any_more_does_not_matter(machine: Machine) -> None:
    machine.state.mkdir(parents=True)
    (machine.state / "lock").write_text("1\n")
    assert machine.pfwizard().returncode == 0
