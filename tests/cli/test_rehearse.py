"""``--rehearse`` where no rehearsal is possible: it is never left out in silence."""

import json

from tests.cli.program import Machine, pfwizard_process, traces


def test_in_a_tree_a_change_is_made_and_it_is_said_what_stays_unproven(machine: Machine) -> None:
    done = machine.pfwizard()

    assert done.returncode == 0
    assert "Not rehearsed: that Postfix starts with the change" in done.stderr
    assert "nothing runs in a tree." in done.stderr


def test_in_json_what_stays_unproven_is_a_probe_that_was_skipped(machine: Machine) -> None:
    (skipped,) = json.loads(machine.pfwizard("--json").stdout)["verification"]

    assert (skipped["probe"], skipped["target"], skipped["verdict"]) == (
        "rehearsal",
        "Postfix",
        "skipped",
    )
    assert "nothing runs in a tree" in skipped["detail"]


def test_whoever_must_have_a_rehearsal_gets_no_change_in_a_tree(machine: Machine) -> None:
    before = traces(machine.root)

    done = machine.pfwizard("--rehearse", "always")

    assert done.returncode == 1
    assert "the rehearsal is not possible, and must not be left out" in done.stderr
    assert traces(machine.root) == before


def test_whoever_wants_no_rehearsal_is_not_told_of_any(machine: Machine) -> None:
    done = machine.pfwizard("--rehearse", "never")

    assert done.returncode == 0
    assert "ehearse" not in done.stderr


def test_the_history_shows_what_the_rehearsal_found(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0

    done = pfwizard_process("show", "1", "--root", machine.root)

    assert "# Rehearsed before, 20" in done.stdout
    assert "skipped  rehearsal" in done.stdout


def test_the_history_tells_programs_of_it_too(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0

    for command in (["show", "1"], ["history"]):
        done = pfwizard_process(*command, "--json", "--root", machine.root)
        (entry,) = json.loads(done.stdout)["history"]
        (trial,) = entry["trials"]
        assert trial["occasion"] == "rehearsal"
        assert trial["verification"][0]["verdict"] == "skipped"
