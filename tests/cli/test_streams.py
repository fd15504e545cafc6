"""A run ends as it would, whatever becomes of its standard streams."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import ENVIRONMENT, TIMEOUT, Machine, contents, traces

COMPLETE = b"smtpd_tls_security_level = may"


def in_a_shell(machine: Machine, redirection: str, *arguments: str) -> tuple[int, str]:
    """Exit status and standard error of a run whose streams a shell has redirected."""
    done = subprocess.run(
        [
            "/bin/sh",
            "-c",
            f'exec "$@" {redirection}',
            "sh",
            *(sys.executable, "-m", "pfwizard", "--answers", str(machine.answers)),
            *("--root", str(machine.root), *arguments),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**ENVIRONMENT, "PYTHONUNBUFFERED": ""},  # as an operator's
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    return done.returncode, done.stderr


def without_a_reader(
    machine: Machine, stream: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """A run whose standard output, or standard error, is a pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writing}
    try:
        return subprocess.run(
            [
                *(sys.executable, "-m", "pfwizard", "--answers", str(machine.answers)),
                *("--root", str(machine.root), *arguments),
            ],
            stdin=subprocess.DEVNULL,
            stdout=streams["stdout"],
            stderr=streams["stderr"],
            env=ENVIRONMENT,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    finally:
        os.close(writing)


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["people", "programs"])
def test_a_reader_that_has_gone_is_no_failure(machine: Machine, form: tuple[str, ...]) -> None:
    done = without_a_reader(machine, "stdout", "--dry-run", *form)
    assert done.returncode == 3
    assert "BrokenPipe" not in done.stderr


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["people", "programs"])
def test_output_that_finds_no_room_is_reported(machine: Machine, form: tuple[str, ...]) -> None:
    status, said = in_a_shell(machine, "> /dev/full", "--dry-run", *form)
    assert status == 3
    assert "pfwizard: the output could not be written: No space left on device\n  Make room" in said


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_that_finds_no_room_is_reported_too(machine: Machine, option: str) -> None:
    status, said = in_a_shell(machine, "> /dev/full", option)
    assert status == 0
    assert "No space left on device" in said


def test_nobody_listening_to_the_steps_does_not_stop_the_change(machine: Machine) -> None:
    assert without_a_reader(machine, "stderr").returncode == 0
    assert COMPLETE in (machine.root / "etc/postfix/main.cf").read_bytes()


def test_nobody_listening_does_not_disturb_putting_back(machine: Machine) -> None:
    machine.state.mkdir(parents=True)
    (machine.state / "history").write_text("in the way\n")
    before = contents(machine.root)
    assert without_a_reader(machine, "stderr").returncode == 1
    assert contents(machine.root) == before


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_nothing_of_the_result(machine: Machine, closed: str) -> None:
    assert in_a_shell(machine, closed)[0] == 0
    before = traces(machine.root)
    assert in_a_shell(machine, closed)[0] == 0
    assert traces(machine.root) == before


def test_messages_do_not_go_to_standard_output_when_standard_error_is_closed(
    machine: Machine, tmp_path: Path
) -> None:
    status, _ = in_a_shell(machine, f"2>&- > '{tmp_path}/output'", "--nonsense")
    assert status == 2
    assert (tmp_path / "output").read_text() == ""
