"""``--answers``: dry runs, applying, and doing nothing the second time."""

import os
from pathlib import Path

from tests.cli.program import NO_ROOM, Machine, contents, traces


def test_a_dry_run_says_that_changes_are_pending_and_changes_nothing(machine: Machine) -> None:
    before = traces(machine.root)
    done = machine.pfwizard("--dry-run")
    assert done.returncode == 3
    assert "Nothing was changed" in done.stderr
    assert traces(machine.root) == before


def test_a_dry_run_shows_the_diffs_on_standard_output(machine: Machine) -> None:
    lines = machine.pfwizard("--dry-run").stdout.split("\n")
    assert "--- /etc/postfix/main.cf" in lines
    assert "+smtpd_tls_security_level = may" in lines
    assert "# create /etc/ssl/private/ca.key, mode 0600" in lines


def test_a_dry_run_says_what_would_keep_the_change_from_being_applied(machine: Machine) -> None:
    os.link(machine.root / "etc/postfix/main.cf", machine.root / "etc/copy")

    done = machine.pfwizard("--dry-run")

    assert done.returncode == 3
    assert (
        "warning: this cannot be applied as things are: /etc/postfix/main.cf: has 2" in done.stderr
    )


def test_applying_changes_the_tree_and_says_so(machine: Machine) -> None:
    done = machine.pfwizard()
    assert done.returncode == 0, done.stderr
    assert "Done: 8 files changed, as transaction 0001-" in done.stderr
    assert b"smtpd_tls_security_level = may" in (machine.root / "etc/postfix/main.cf").read_bytes()


def test_applying_leaves_no_temporary_file(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    assert not list(machine.root.rglob("*pfwizard-*"))


def test_the_second_run_writes_nothing_and_says_so(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    before = traces(machine.root)
    done = machine.pfwizard()
    assert done.returncode == 0
    assert "Nothing to do" in done.stderr
    assert done.stdout == ""
    assert traces(machine.root) == before


def test_a_dry_run_after_applying_has_nothing_pending(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    assert machine.pfwizard("--dry-run").returncode == 0


def test_the_state_is_kept_where_the_operator_says(machine: Machine, tmp_path: Path) -> None:
    assert machine.pfwizard("--state-dir", tmp_path / "state").returncode == 0
    assert (tmp_path / "state" / "history").is_dir()
    assert not machine.state.exists()


def test_another_instance_is_configured_and_the_first_one_left_alone(machine: Machine) -> None:
    first = machine.root / "etc/postfix"
    second = machine.root / "etc/postfix-out"
    second.mkdir()
    for name in ("main.cf", "master.cf"):
        (second / name).write_bytes((first / name).read_bytes())
    before = (first / "main.cf").read_bytes()
    assert machine.pfwizard("--config-dir", "/etc/postfix-out").returncode == 0
    assert b"smtpd_tls_cert_file = " in (second / "main.cf").read_bytes()
    assert (first / "main.cf").read_bytes() == before


def test_an_instance_that_is_not_there_is_named(machine: Machine) -> None:
    done = machine.pfwizard("--config-dir", "/etc/postfix-out")
    assert done.returncode == 1
    assert "/etc/postfix-out" in done.stderr


def test_a_plan_that_would_do_harm_is_refused_and_changes_nothing(machine: Machine) -> None:
    (machine.root / "etc/ssl").mkdir()
    (machine.root / "etc/ssl/ca.crt").write_text("somebody's own\n")
    before = contents(machine.root)
    done = machine.pfwizard()
    assert done.returncode == 1
    assert "refusal: " in done.stderr
    assert done.stderr.endswith("pfwizard: refused, and nothing was changed.\n")
    assert contents(machine.root) == before


def test_a_failure_says_that_nothing_was_changed(machine: Machine) -> None:
    before = contents(machine.root)
    done = machine.sabotaged("", in_engine=NO_ROOM)
    assert done.returncode == 1
    assert "The disk is full" in done.stderr
    assert "Nothing was changed." in done.stderr
    assert contents(machine.root) == before


def test_files_are_private_whatever_the_umask_of_the_caller(machine: Machine) -> None:
    assert machine.sabotaged("import os; os.umask(0)").returncode == 0
    assert (machine.root / "etc/ssl/private/ca.key").stat().st_mode & 0o777 == 0o600
    assert machine.state.stat().st_mode & 0o777 == 0o700
