"""The commands about what was done: history, show, rollback, recover."""

import shutil

import pytest

from tests.cli.program import (
    STOCK,
    Machine,
    contents,
    pfwizard_process,
    sabotaged,
    the_object_in,
    traces,
)

COMPLETE = b"smtpd_tls_security_level = may"

ANOTHER_LEVEL = "log_level = 1", "log_level = 2"

DYING = """
import os
from pfwizard.apply import transaction
real = transaction.swap
def swap(tree, manifest):
    real(tree, manifest)
    os._exit(9)
transaction.swap = swap
from pfwizard.apply.process import engine_process
engine_process.start_watchdog = lambda *arguments: 0
"""
"""For the engine: it dies when the files are in place, and has no watchdog."""


@pytest.fixture
def applied(machine: Machine) -> Machine:
    assert machine.pfwizard().returncode == 0
    return machine


def transactions(machine: Machine) -> list[str]:
    return sorted(each.name for each in (machine.state / "history").iterdir())


def command(machine: Machine, *words: str) -> "tuple[int, str, str]":
    done = pfwizard_process(*words, "--root", machine.root)
    return done.returncode, done.stdout, done.stderr


def test_the_history_lists_what_was_done_and_what_became_of_it(applied: Machine) -> None:
    command(applied, "rollback")

    status, listed, _ = command(applied, "history")

    first, second = listed.splitlines()
    assert status == 0
    assert first.startswith("0001-")
    assert f", taken back by {second.split()[0]}" in first
    assert f"rollback of {first.split()[0]}, applied" in second


def test_programs_get_the_history_as_a_list(applied: Machine) -> None:
    document = the_object_in(pfwizard_process("history", "--json", "--root", applied.root))

    (entry,) = document["history"]
    assert (entry["result"], entry["undoes"], entry["undone_by"]) == ("applied", None, None)
    assert (document["result"], document["changed"]) == ("unchanged", False)


def test_a_machine_without_history_says_so(machine: Machine) -> None:
    assert command(machine, "history") == (0, "", "Nothing has been done yet.\n")
    assert not machine.state.exists()


def test_a_transaction_is_shown_as_diffs_and_summaries(applied: Machine) -> None:
    status, shown, _ = command(applied, "show", "1")

    lines = shown.splitlines()
    assert status == 0
    assert "+smtpd_tls_security_level = may" in lines
    assert "# create /etc/ssl/private/ca.key, mode 0600" in lines
    assert "#   private key, EC P-256; not shown" in lines


def test_a_transaction_that_is_not_there_is_told(applied: Machine) -> None:
    status, _, errors = command(applied, "show", "9")

    assert status == 1
    assert "there is no transaction 9" in errors


def test_a_rollback_brings_everything_back(machine: Machine) -> None:
    before = contents(machine.root)
    assert machine.pfwizard().returncode == 0

    status, shown, errors = command(machine, "rollback")

    assert status == 0
    assert "# remove /etc/ssl/private/ca.key" in shown
    assert "Done: 8 files changed, as transaction 0002-" in errors
    assert contents(machine.root) == before


def test_after_a_rollback_it_is_told_what_was_taken_back_and_how_it_comes_again(
    applied: Machine,
) -> None:
    _, _, errors = command(applied, "rollback")

    done, bring_back, way = errors.splitlines()[-3:]
    undone, rollback = transactions(applied)
    assert done == f"Done: 8 files changed, as transaction {rollback}, which takes back {undone}."
    assert bring_back == "  To bring that change back:"
    assert way.startswith(f"    pfwizard rollback {rollback}")


def test_a_rollback_can_be_looked_at_first(applied: Machine) -> None:
    before = traces(applied.root)

    status, shown, errors = command(applied, "rollback", "--dry-run")

    assert status == 3
    assert "-smtpd_tls_security_level = may" in shown.splitlines()
    assert errors == "Nothing was changed: this was a dry run.\n"
    assert traces(applied.root) == before


def test_what_was_taken_back_is_not_taken_back_again(applied: Machine) -> None:
    command(applied, "rollback")

    status, _, errors = command(applied, "rollback", "1")

    assert status == 1
    assert "transaction 0001-" in errors
    assert "was taken back already, by 0002-" in errors


def test_a_rollback_with_nothing_left_to_do_says_so(applied: Machine) -> None:
    for name in ("main.cf", "master.cf"):
        (applied.root / "etc/postfix" / name).write_bytes(
            (STOCK / "etc/postfix" / name).read_bytes()
        )
    for name in ("etc/ssl", "etc/postfix/ssl", "etc/postfix/sasl"):
        shutil.rmtree(applied.root / name)

    status, _, errors = command(applied, "rollback")

    assert status == 0
    assert "nothing of transaction 0001-" in errors
    assert "pfwizard rollback" not in errors


def test_a_rollback_with_nothing_left_to_do_names_the_change_before(applied: Machine) -> None:
    main_cf = applied.root / "etc/postfix/main.cf"
    before = main_cf.read_bytes()
    applied.answer(*ANOTHER_LEVEL)
    assert applied.pfwizard().returncode == 0
    main_cf.write_bytes(before)

    _, _, errors = command(applied, "rollback")

    first, _ = transactions(applied)
    assert f"    pfwizard rollback {first}" in errors


def test_after_a_rollback_of_a_rollback_the_change_can_be_taken_back_again(
    machine: Machine,
) -> None:
    before = contents(machine.root)
    assert machine.pfwizard().returncode == 0
    _, _, errors = command(machine, "rollback")
    way_back = errors.splitlines()[-1].split()
    assert way_back[:2] == ["pfwizard", "rollback"]
    assert pfwizard_process(*way_back[1:]).returncode == 0
    assert COMPLETE in (machine.root / "etc/postfix/main.cf").read_bytes()

    assert command(machine, "rollback")[0] == 0

    assert contents(machine.root) == before


def test_a_record_that_cannot_be_read_is_named(applied: Machine) -> None:
    (manifest,) = (applied.state / "history").glob("*/manifest")
    manifest.write_bytes(b"rubbish")

    status, _, errors = command(applied, "history")

    assert status == 5
    assert f"The record of {manifest.parent.name} cannot be read." in errors


def test_without_a_change_there_is_no_rollback(machine: Machine) -> None:
    status, _, errors = command(machine, "rollback")

    assert status == 1
    assert "there is no change that could be taken back" in errors


def test_a_conflict_has_a_status_of_its_own_and_names_the_line(applied: Machine) -> None:
    main_cf = applied.root / "etc/postfix/main.cf"
    main_cf.write_text(main_cf.read_text().replace("loglevel = 1", "loglevel = 2"))
    before = traces(applied.root)

    status, _, errors = command(applied, "rollback")

    assert status == 5
    assert "smtpd_tls_loglevel was edited by somebody else" in errors
    assert 'now it is "2"' in errors
    assert traces(applied.root) == before


def died(machine: Machine) -> dict[str, tuple[int, bytes | None]]:
    """A run whose every process is killed half-way; returns the tree as it was before."""
    before = contents(machine.root)
    machine.sabotaged(DYING_FACE, in_engine=DYING)
    assert COMPLETE in (machine.root / "etc/postfix/main.cf").read_bytes()
    assert (machine.state / "journal").is_dir()
    return before


DYING_FACE = """
import os, signal
from pfwizard.engine import Application
def die(self, transaction):
    os.kill(os.getpid(), signal.SIGKILL)
Application._after_its_death = die
"""
"""For the face: it dies with its engine."""


def test_recover_takes_back_what_a_killed_run_has_left(machine: Machine) -> None:
    before = died(machine)

    status, _, errors = command(machine, "recover")

    assert status == 0
    assert "was taken back: the old configuration is in place" in errors
    assert contents(machine.root) == before


def test_recover_has_nothing_to_do_a_second_time(machine: Machine) -> None:
    died(machine)
    command(machine, "recover")

    assert command(machine, "recover") == (0, "", "Nothing was left unfinished.\n")


def test_programs_are_told_what_recover_has_done(machine: Machine) -> None:
    died(machine)

    document = the_object_in(pfwizard_process("recover", "--json", "--root", machine.root))

    assert (document["result"], document["changed"]) == ("rolled-back", True)
    assert document["transaction"].startswith("0001-")


def test_the_next_run_takes_it_back_first(machine: Machine) -> None:
    died(machine)

    done = machine.pfwizard()

    assert done.returncode == 0
    assert "Taking back transaction 0001-" in done.stderr
    assert "as transaction 0002-" in done.stderr


def test_a_dry_run_touches_nothing_and_says_what_is_there(machine: Machine) -> None:
    died(machine)
    before = traces(machine.root)

    done = machine.pfwizard("--dry-run")

    assert done.returncode == 5
    assert "is unfinished: its run was killed" in done.stderr
    assert traces(machine.root) == before


def test_a_journal_that_cannot_be_read_blocks_nobody_for_good(machine: Machine) -> None:
    died(machine)
    (machine.state / "journal/manifest").write_bytes(b"rubbish")
    assert machine.pfwizard().returncode == 5

    status, _, errors = command(machine, "recover", "--archive", "journal")

    assert status == 0
    assert f"Set aside as {machine.state}/archive/0001-journal" in errors
    assert machine.pfwizard("--dry-run").returncode == 0


def test_rollback_after_a_killed_run_takes_that_one_back_and_no_older_one(
    machine: Machine,
) -> None:
    assert machine.pfwizard().returncode == 0
    before = contents(machine.root)
    machine.answer("log_level = 1", "log_level = 2")
    machine.sabotaged(DYING_FACE, in_engine=DYING)

    status, _, errors = command(machine, "rollback")

    assert status == 0
    assert "Transaction 0002-" in errors
    assert contents(machine.root) == before


def in_conflict(machine: Machine) -> None:
    """A killed run, after which somebody has edited the same lines."""
    died(machine)
    main_cf = machine.root / "etc/postfix/main.cf"
    main_cf.write_text(main_cf.read_text().replace("loglevel = 1", "loglevel = 2"))
    assert command(machine, "recover")[0] == 5


def test_a_conflict_is_over_when_the_edit_is_taken_out(machine: Machine) -> None:
    before = contents(machine.root)
    in_conflict(machine)
    main_cf = machine.root / "etc/postfix/main.cf"
    main_cf.write_text(main_cf.read_text().replace("loglevel = 2", "loglevel = 1"))

    assert command(machine, "recover")[0] == 0

    assert contents(machine.root) == before


def test_a_conflict_that_is_set_aside_stays_in_the_history_and_leaves_nothing_lying_about(
    machine: Machine,
) -> None:
    in_conflict(machine)
    main_cf = (machine.root / "etc/postfix/main.cf").read_bytes()

    status, _, errors = command(machine, "recover", "--archive", "journal")

    assert (status, "is in the history now" in errors) == (0, True)
    assert (machine.root / "etc/postfix/main.cf").read_bytes() == main_cf
    assert not list((machine.root / "etc").rglob("*.pfwizard-*"))
    assert "applied, and kept as it was found" in command(machine, "history")[1]
    assert machine.pfwizard("--dry-run").returncode in (0, 3)


def test_programs_are_told_of_a_conflict_with_its_transaction(machine: Machine) -> None:
    in_conflict(machine)

    document = the_object_in(pfwizard_process("recover", "--json", "--root", machine.root))

    assert document["result"] == "failed"
    assert "smtpd_tls_loglevel" in document["findings"][-1]["message"]


def test_a_signal_does_not_stop_what_takes_a_change_back(machine: Machine) -> None:
    before = died(machine)
    signal_between = (
        "import os, signal\n"
        "from pfwizard.apply import undo\n"
        "real = undo.exchange\n"
        "def exchange(one, other):\n"
        "    real(one, other)\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "undo.exchange = exchange\n"
    )

    done = sabotaged(signal_between, "recover", "--root", machine.root)

    assert done.returncode == 0
    assert contents(machine.root) == before


def test_a_journal_that_is_not_there_cannot_be_set_aside(applied: Machine) -> None:
    status, _, errors = command(applied, "recover", "--archive", "journal")

    assert status == 1
    assert "there is no such journal" in errors


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("confirm", "--answers", "a"), "pfwizard confirm takes no --answers"),
        (("history", "--dry-run"), "pfwizard history takes no --dry-run"),
        (("recover", "--confirm"), "pfwizard recover takes no --confirm"),
        (("confirm", "1"), "pfwizard confirm takes no ID"),
        (("rollback", "1", "--archive", "x"), "pfwizard rollback takes no --archive"),
        (("show",), "pfwizard show needs the ID of a transaction"),
        (("undo",), "The commands are confirm, rollback, history, show, "),
        (("comfirm",), "there is no command 'comfirm'\n  Did you mean confirm?"),
        (("--answers", "a", "--archive", "journal"), "--archive goes with a command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], named: str) -> None:
    done = pfwizard_process(*words)

    assert done.returncode == 2
    assert named in done.stderr
