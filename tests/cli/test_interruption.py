"""Signals: the tree is as before, or the change is complete; and the exit status tells which."""

import signal
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.cli.program import NO_ROOM, Machine, contents, sabotaged, the_object_in

SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"]

AT_OPERATION = """
import os, signal, sys
left = {count}
def strike(event, arguments):
    global left
    if event in ("os.mkdir", "os.link", "os.rename", "os.remove", "os.chmod", "os.truncate"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.{name})
sys.addaudithook(strike)
"""
"""For the engine: sends itself a signal just before its n-th change of the file system."""

AT_STEP = """
import os, signal
from pfwizard.cli import human_output
def show_step(words):
    if {words!r} in words:
        os.kill(os.getpid(), signal.{name})
    print(words, file=sys.stderr)
human_output.show_step = show_step
"""

WAITING = """
from pfwizard.apply.process import engine_process
tell = engine_process.EngineProcess._tell
def tell_and_wait(self, event):
    tell(self, event)
    if {words!r} in getattr(event, "words", "") and self._asked_to_stop is None:
        self._connection.poll(10)
engine_process.EngineProcess._tell = tell_and_wait
"""
"""For the engine: after this step it waits until it was told to stop."""


def signalled_at(
    machine: Machine, words: str, name: str, before: str = "", in_engine: str = ""
) -> CompletedProcess[str]:
    """A run that gets a signal as soon as it has shown a step."""
    sabotage = before + AT_STEP.format(words=words, name=name)
    return machine.sabotaged(sabotage, in_engine=WAITING.format(words=words) + in_engine)


COMPLETE = b"smtpd_tls_security_level = may"


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_while_the_files_are_written_leaves_the_tree_as_it_was(
    machine: Machine, name: str
) -> None:
    before = contents(machine.root)
    done = signalled_at(machine, "Writing the new files", name)
    assert done.returncode == 1
    assert f"interrupted by {name}" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert contents(machine.root) == before


@pytest.mark.parametrize("count", range(1, 60, 4))
def test_a_signal_at_any_operation_leaves_all_or_nothing(machine: Machine, count: int) -> None:
    before = contents(machine.root)
    done = machine.sabotaged("", in_engine=AT_OPERATION.format(count=count, name="SIGTERM"))
    main_cf = (machine.root / "etc/postfix/main.cf").read_bytes()
    if done.returncode == 0:
        assert COMPLETE in main_cf
        assert not list(machine.root.rglob("*.pfwizard-*"))
    else:
        assert done.returncode == 1
        assert contents(machine.root) == before


def test_programs_are_told_of_a_signal_too(machine: Machine) -> None:
    done = machine.sabotaged("", "--json", in_engine=AT_OPERATION.format(count=8, name="SIGTERM"))
    document = the_object_in(done)
    assert (done.returncode, document["result"], document["changed"]) == (1, "failed", False)
    assert "SIGTERM" in document["findings"][-1]["message"]


def test_a_signal_that_comes_too_late_is_not_reported_as_a_failure(machine: Machine) -> None:
    done = signalled_at(machine, "Putting the new files in place", "SIGTERM")
    assert done.returncode == 0
    assert COMPLETE in (machine.root / "etc/postfix/main.cf").read_bytes()


def test_a_signal_does_not_disturb_putting_back(machine: Machine) -> None:
    before = contents(machine.root)
    done = signalled_at(machine, "Putting the new files in place", "SIGTERM", in_engine=NO_ROOM)
    assert done.returncode == 1
    assert contents(machine.root) == before


def test_a_second_signal_does_not_disturb_putting_back(machine: Machine) -> None:
    before = contents(machine.root)
    done = signalled_at(machine, " ", "SIGTERM")
    assert done.returncode == 1
    assert contents(machine.root) == before


def test_a_signal_before_anything_is_changed_ends_the_run_at_once(machine: Machine) -> None:
    before = contents(machine.root)
    done = machine.sabotaged(
        "import os, signal, pfwizard.engine as e\n"
        "e.make_plan = lambda *a: os.kill(os.getpid(), signal.SIGTERM)"
    )
    assert (done.returncode, "interrupted by SIGTERM" in done.stderr) == (1, True)
    assert contents(machine.root) == before


def test_a_signal_that_the_caller_ignores_stays_ignored(machine: Machine) -> None:
    ignoring = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    done = machine.sabotaged(ignoring + AT_STEP.format(words="Writing", name="SIGHUP"))
    assert done.returncode == 0, done.stderr


def test_a_signal_during_the_report_ends_the_process_like_any_other() -> None:
    done = sabotaged(
        "import os, signal\n"
        "from pfwizard.cli import human_output\n"
        "human_output.show_report = lambda report: os.kill(os.getpid(), signal.SIGTERM)",
        "--nonsense",
    )
    assert done.returncode == -signal.SIGTERM
    assert done.stderr == ""


def test_an_interrupted_demonstration_removes_its_tree(tmp_path: Path) -> None:
    done = sabotaged(
        f"import tempfile\ntempfile.tempdir = {str(tmp_path)!r}\n"
        + AT_STEP.format(words="Writing", name="SIGINT"),
        "--demo",
    )
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []


IN_A_RULE = """
import os, signal
from dataclasses import replace
from pfwizard.check import checking
def strike(inspection):
    os.kill(os.getpid(), signal.SIGTERM)
    yield from ()
cases = checking._cases
checking._cases = lambda rule, inspection: cases(
    replace(rule, find=strike) if rule.identifier == "auth-in-clear" else rule, inspection
)
"""


def test_a_signal_ends_a_check_too_whose_rules_pass_over_failures(machine: Machine) -> None:
    done = sabotaged(IN_A_RULE, "check", "--root", machine.root)

    assert (done.returncode, done.stdout) == (3, "")
    assert "interrupted by SIGTERM" in done.stderr


WHILE_IT_PREPARES = """
import os, signal
from dataclasses import replace
from pfwizard import engine
from pfwizard.prove import live_proof
plan_job = engine.plan_job
def plan_as_if_postfix_ran(*arguments):
    planned = plan_job(*arguments)
    return replace(planned, facts=replace(planned.facts, is_running=True))
engine.plan_job = plan_as_if_postfix_ran
live_proof.running_servers = lambda facts: os.kill(os.getpid(), signal.SIGINT)
"""


def test_a_signal_while_logins_are_tried_before_the_change_keeps_it_from_being_made(
    machine: Machine,
) -> None:
    before = contents(machine.root)
    password = machine.answers.with_name("password")
    password.touch(0o600)
    password.write_text("correct horse\n")
    login = ("--user", "anna", "--password-file", str(password), "--rehearse", "never")

    done = machine.sabotaged(WHILE_IT_PREPARES, *login)

    assert (done.returncode, "interrupted by SIGINT" in done.stderr) == (1, True)
    assert contents(machine.root) == before
