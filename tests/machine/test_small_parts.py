"""Versions, accounts and other programs."""

import fcntl
import os
from pathlib import Path

import pytest

from pfwizard.errors import Failed
from pfwizard.machine import programs
from pfwizard.machine.accounts import parse_accounts
from pfwizard.machine.postfix import Version, master_process


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3.7.11", Version(3, 7, 11)),
        ("3.12-20260821", Version(3, 12)),
        ("3.10.1-RC2", Version(3, 10, 1)),
        ("2.11.0", Version(2, 11)),
    ],
)
def test_a_version_is_read(text: str, expected: Version) -> None:
    assert Version.parse(text) == expected


def test_versions_compare_by_number() -> None:
    assert Version(3, 4) < Version(3, 10) < Version(3, 10, 1) < Version(4, 0)


@pytest.mark.parametrize("text", ["", "3", "postfix", "x3.4"])
def test_anything_else_is_no_version(text: str) -> None:
    with pytest.raises(Failed, match="not a Postfix version"):
        Version.parse(text)


ACCOUNTS = parse_accounts(
    b"root:x:0:0::/:/bin/sh\npostfix:x:101:103::/:\nbroken:x:y:z\nodd:x:\xc2\xb2:1::/:\n\nshort\n",
    b"root:x:0:\npostfix:x:103:\ncourier:x:110:root,postfix\nnobody:x::\nodd:x:\xc2\xb2:\n",
)


def test_a_user_runs_with_its_own_group_and_those_it_is_a_member_of() -> None:
    assert ACCOUNTS.groups_of("postfix") == {103, 110}


def test_a_user_whom_nobody_knows_has_no_groups() -> None:
    assert ACCOUNTS.groups_of("stranger") == frozenset()


def test_malformed_lines_are_passed_over() -> None:
    assert set(ACCOUNTS.users) == {"root", "postfix"}
    assert [group.identifier for group in ACCOUNTS.groups] == [0, 103, 110]


def test_a_program_runs_in_a_clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")

    names = {line.partition("=")[0] for line in programs.run(["env"]).stdout.splitlines()}

    assert names <= {"PATH", "LC_ALL", "HOME", "PWD", "SHLVL", "_"}


def test_a_missing_program_is_named() -> None:
    with pytest.raises(programs.ProgramMissing, match="no-such-program"):
        programs.run(["no-such-program"])


@pytest.mark.parametrize(("mode", "content"), [(0o644, b"#!/bin/sh\n"), (0o755, b"\0nonsense")])
def test_a_program_that_cannot_be_run_is_named(tmp_path: Path, mode: int, content: bytes) -> None:
    program = tmp_path / "program"
    program.write_bytes(content)
    program.chmod(mode)

    with pytest.raises(Failed, match="cannot be run"):
        programs.run([str(program)])


def test_a_program_that_does_not_end_is_ended() -> None:
    with pytest.raises(Failed, match="no end after"):
        programs.run(["sleep", "60"], time_limit=0.05)


def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(Failed, match="cannot access"):
        programs.run_successfully(["ls", "/no/such/file"])


def test_output_of_any_bytes_is_text() -> None:
    assert programs.run(["printf", "\\377"]).stdout == "\udcff"


def test_a_number_left_behind_is_no_process(tmp_path: Path) -> None:
    pid_file = tmp_path / "master.pid"
    pid_file.write_text(f"{os.getpid():10d}\n")

    assert master_process(pid_file) is None
    assert master_process(tmp_path / "missing") is None


def test_the_process_that_holds_the_lock_is_the_master(tmp_path: Path) -> None:
    pid_file = tmp_path / "master.pid"
    pid_file.write_text("      4711\n")
    with pid_file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        assert master_process(pid_file) == 4711
