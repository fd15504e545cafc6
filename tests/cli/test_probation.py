"""A change on probation, with real processes: it stays when it is confirmed, and only then.

These runs work on a tree, so that nothing is reloaded; with real servers it is tests/real.
"""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.program import (
    ENVIRONMENT,
    TIMEOUT,
    Machine,
    contents,
    pfwizard_process,
    the_object_in,
)
from tests.waiting import wait_until

LONG, SHORT = "600", "1"

ANY_TIME = """
import sys
from pfwizard.cli import argument_values
from pfwizard.cli.main import main
argument_values.SHORTEST = 1
sys.exit(main(sys.argv[1:]))
"""
"""The program, but that a probation may be shorter than a person could use."""

COMPLETE = b"smtpd_tls_security_level = may"


@dataclass
class Run:
    """A run with ``--confirm``, and the processes that it has started."""

    machine: Machine
    face: "subprocess.Popen[str]"

    def wait_for_probation(self) -> None:
        wait_until(lambda: "on probation" in self.command("history").stdout)

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return pfwizard_process(*words, "--root", self.machine.root)

    @property
    def engine(self) -> int:
        return only_child(self.face.pid)

    @property
    def watchdog(self) -> int:
        return only_child(self.engine)

    def end(self) -> tuple[int, str]:
        """Exit status and standard error."""
        _, errors = self.face.communicate(timeout=TIMEOUT)
        return self.face.returncode, errors

    @property
    def is_live(self) -> bool:
        return COMPLETE in (self.machine.root / "etc/postfix/main.cf").read_bytes()


def only_child(process: int) -> int:
    (child,) = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(child)


@contextmanager
def started(machine: Machine, seconds: str, *options: str) -> Iterator[Run]:
    arguments = ["--answers", machine.answers, "--root", machine.root, "--confirm", seconds]
    with subprocess.Popen(
        [sys.executable, "-c", ANY_TIME, *map(str, arguments), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
    ) as face:
        yield Run(machine, face)


def test_a_confirmed_change_stays(machine: Machine) -> None:
    with started(machine, LONG) as run:
        run.wait_for_probation()

        confirmation = run.command("confirm")
        status, errors = run.end()

    assert (confirmation.returncode, status) == (0, 0)
    assert "Confirmed: transaction 0001-" in confirmation.stderr
    assert "Done: 8 files changed" in errors
    assert run.is_live


def test_it_says_how_to_keep_it_and_until_when(machine: Machine) -> None:
    with started(machine, LONG) as run:
        run.wait_for_probation()
        run.command("confirm")
        _, errors = run.end()

    assert "The change is in place, on probation for 600 s, until " in errors
    assert f"    pfwizard confirm --root {machine.root}\n" in errors


def test_a_change_that_nobody_confirms_is_taken_back_with_a_status_of_its_own(
    machine: Machine,
) -> None:
    before = contents(machine.root)

    with started(machine, SHORT) as run:
        status, errors = run.end()

    assert status == 4
    assert "was taken back: it was not confirmed in time" in errors
    assert contents(machine.root) == before


def test_programs_are_told_how_it_ended(machine: Machine) -> None:
    with started(machine, SHORT, "--json") as run:
        output, _ = run.face.communicate(timeout=TIMEOUT)

    document = the_object_in(subprocess.CompletedProcess([], 4, output))
    assert (document["result"], document["changed"]) == ("rolled-back", False)
    assert document["transaction"].startswith("0001-")


def test_a_rollback_ends_the_probation_at_once(machine: Machine) -> None:
    before = contents(machine.root)

    with started(machine, LONG) as run:
        run.wait_for_probation()
        rollback = run.command("rollback")
        status, errors = run.end()

    assert (rollback.returncode, status) == (0, 4)
    assert "was taken back: pfwizard rollback was run" in errors
    assert contents(machine.root) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_takes_its_change_back_at_once(
    machine: Machine, number: signal.Signals
) -> None:
    before = contents(machine.root)

    with started(machine, LONG) as run:
        run.wait_for_probation()
        run.face.send_signal(number)
        status, errors = run.end()

    assert status == 4
    assert f"interrupted by {number.name}" in errors
    assert contents(machine.root) == before


def test_a_lost_terminal_leaves_the_change_on_probation(machine: Machine) -> None:
    """Whoever connects again can still confirm."""
    with started(machine, LONG) as run:
        run.wait_for_probation()
        engine = run.engine
        run.face.send_signal(signal.SIGHUP)
        status, _ = run.end()

        assert status == -signal.SIGHUP
        assert run.command("confirm").returncode == 0

    wait_until(lambda: not Path(f"/proc/{engine}").exists())
    assert run.is_live


def test_a_terminal_that_is_closed_means_no_confirmation(machine: Machine) -> None:
    before = contents(machine.root)
    arguments = ["--answers", machine.answers, "--root", machine.root, "--confirm", "2"]
    process, terminal = pty.fork()
    if process == 0:
        os.execve(  # noqa: S606 - the program on a terminal of its own
            sys.executable,
            [sys.executable, "-c", ANY_TIME, *map(str, arguments)],
            {**ENVIRONMENT, "TERM": "xterm"},
        )
    history = ("history", "--root", machine.root)
    wait_until(lambda: "on probation" in pfwizard_process(*history).stdout)

    os.close(terminal)

    os.waitpid(process, 0)
    wait_until(lambda: "not confirmed in time" in pfwizard_process(*history).stdout)
    assert contents(machine.root) == before


def killed(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def test_without_its_engine_the_watchdog_takes_it_back(machine: Machine) -> None:
    before = contents(machine.root)

    with started(machine, "3") as run:
        run.wait_for_probation()
        engine = run.engine
        run.face.kill()
        killed(engine)

        wait_until(lambda: "not confirmed in time" in run.command("history").stdout)

    assert contents(machine.root) == before


def test_without_its_watchdog_the_engine_takes_it_back(machine: Machine) -> None:
    before = contents(machine.root)

    with started(machine, "3") as run:
        run.wait_for_probation()
        killed(run.watchdog)
        status, errors = run.end()

    assert (status, "not confirmed in time" in errors) == (4, True)
    assert contents(machine.root) == before


def test_without_any_guard_the_next_run_takes_it_back(machine: Machine) -> None:
    before = contents(machine.root)

    with started(machine, LONG) as run:
        run.wait_for_probation()
        watchdog, engine = run.watchdog, run.engine
        run.face.kill()
        killed(watchdog)
        killed(engine)
        recovery = run.command("recover")

    assert recovery.returncode == 0
    assert "every process that guarded it was killed" in recovery.stderr
    assert contents(machine.root) == before


def test_a_change_on_probation_cannot_be_set_aside(machine: Machine) -> None:
    with started(machine, LONG) as run:
        run.wait_for_probation()
        archive = run.command("recover", "--archive", "journal")
        run.command("rollback")
        status, _ = run.end()

    assert (archive.returncode, status) == (6, 4)
    assert "is on probation for another" in archive.stderr


def test_output_that_nobody_reads_does_not_hide_how_it_ended(machine: Machine) -> None:
    arguments = ["--answers", machine.answers, "--root", machine.root, "--confirm", SHORT]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", ANY_TIME, *map(str, arguments)],
            stdout=full,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )

    assert done.returncode == 4
    assert "was taken back: it was not confirmed in time" in done.stderr


def test_rollback_takes_back_the_change_on_probation_and_no_older_one(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    before = contents(machine.root)
    machine.answer("log_level = 1", "log_level = 2")
    with started(machine, SHORT) as run:
        run.end()

    with started(machine, LONG) as run:
        run.wait_for_probation()
        rollback = run.command("rollback")
        run.end()

    assert rollback.returncode == 0
    assert contents(machine.root) == before


def test_without_either_it_can_still_be_confirmed(machine: Machine) -> None:
    with started(machine, LONG) as run:
        run.wait_for_probation()
        watchdog, engine = run.watchdog, run.engine
        killed(watchdog)
        killed(engine)
        confirmation = run.command("confirm")
        status, _ = run.end()

    assert (confirmation.returncode, status) == (0, 0)
    assert run.is_live


def test_an_engine_that_was_stopped_past_its_time_finds_that_all_is_over(machine: Machine) -> None:
    before = contents(machine.root)

    with started(machine, "2") as run:
        run.wait_for_probation()
        engine = run.engine
        os.kill(engine, signal.SIGSTOP)
        wait_until(lambda: "not confirmed in time" in run.command("history").stdout)
        back = contents(machine.root)
        os.kill(engine, signal.SIGCONT)
        status, errors = run.end()

    assert (status, "not confirmed in time" in errors) == (4, True)
    assert back == before
    assert contents(machine.root) == before


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)], ids=str)
def test_another_run_is_told_to_wait(machine: Machine, arguments: tuple[str, ...]) -> None:
    with started(machine, LONG) as run:
        run.wait_for_probation()
        other = machine.pfwizard(*arguments)
        run.command("confirm")
        run.end()

    assert other.returncode == 6
    assert "is on probation for another" in other.stderr


def test_a_confirmation_that_comes_too_late_is_told_so(machine: Machine) -> None:
    """Both guards are gone, and nobody was there when the time was over."""
    before = contents(machine.root)

    with started(machine, "3") as run:
        run.wait_for_probation()
        watchdog, engine = run.watchdog, run.engine
        run.face.kill()
        killed(watchdog)
        killed(engine)
        wait_until(lambda: "unfinished" in run.command("history").stdout)
        done = run.command("confirm")

    assert done.returncode == 4
    assert "came too late" in done.stderr
    assert contents(machine.root) == before


def test_there_is_nothing_to_confirm_on_a_machine_that_never_saw_pfwizard(
    machine: Machine,
) -> None:
    done = pfwizard_process("confirm", "--root", machine.root)

    assert done.returncode == 1
    assert "no change waits for a confirmation" in done.stderr


@pytest.mark.parametrize("text", ["0", "4", "86401", "-5", "soon", "1.5", ""])
def test_a_time_that_nobody_could_keep_is_refused(machine: Machine, text: str) -> None:
    done = machine.pfwizard(f"--confirm={text}")

    assert done.returncode == 2
    assert "is not a number of seconds from 5 to 86400" in done.stderr


SLOW = """
import time
from pfwizard.apply.process import engine_process
from pfwizard.apply import transaction
real = transaction.swap
def slow(tree, manifest):
    real(tree, manifest)
    open({flag!r}, "w").close()
    time.sleep(600)
transaction.swap = slow
"""


def test_an_engine_that_is_killed_half_way_has_its_change_taken_back(
    machine: Machine, tmp_path: Path
) -> None:
    before = contents(machine.root)
    flag = tmp_path / "swapped"
    code = (
        "from pfwizard.apply.process import child\n"
        f"child.BOOT += {SLOW.format(flag=str(flag))!r}\n" + ANY_TIME
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "--answers", machine.answers, "--root", machine.root],
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
        text=True,
    ) as face:
        wait_until(flag.exists)
        killed(only_child(face.pid))
        _, errors = face.communicate(timeout=TIMEOUT)

    assert face.returncode == 4
    assert "its run was killed" in errors
    assert contents(machine.root) == before


def test_an_engine_that_is_stuck_half_way_is_not_waited_for_forever(
    machine: Machine, tmp_path: Path
) -> None:
    """Its watchdog makes sure that it never goes on, and takes the change back."""
    before = contents(machine.root)
    flag = tmp_path / "swapped"
    in_watchdog = "from pfwizard.apply.process import watchdog\nwatchdog.APPLYING_LIMIT = 1\n"
    sabotage = (
        SLOW.format(flag=str(flag))
        + f"from pfwizard.apply.process import child\nchild.BOOT += {in_watchdog!r}\n"
    )
    code = f"from pfwizard.apply.process import child\nchild.BOOT += {sabotage!r}\n" + ANY_TIME
    done = subprocess.run(
        [sys.executable, "-c", code, "--answers", machine.answers, "--root", machine.root],
        capture_output=True,
        env=ENVIRONMENT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )

    assert flag.exists()
    assert done.returncode == 4
    assert contents(machine.root) == before
