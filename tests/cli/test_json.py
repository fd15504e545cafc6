"""``--json``: one object on standard output with the documented keys, however the run ends."""

from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cli.program import Machine, pfwizard_process, the_object_in

KEYS = {
    "format",
    "result",
    "changed",
    "transaction",
    "changes",
    "actions",
    "findings",
    "verification",
}
CHANGE_KEYS = {"path", "kind", "secret", "diff", "before_sha256", "after_sha256"}
FINDING_KEYS = {"id", "severity", "message", "remedy"}


NEW_COMPLAINT = """
from pfwizard.apply.live.mail_system import ResultingTree
answers = iter([[], ['postfix: fatal: no']])
ResultingTree.complaints = lambda self: next(answers)
"""


def ending(done: CompletedProcess[str]) -> tuple[int, str, bool]:
    document = the_object_in(done)
    return done.returncode, document["result"], document["changed"]


def refusals(done: CompletedProcess[str]) -> list[dict[str, Any]]:
    findings = the_object_in(done)["findings"]
    return [finding for finding in findings if finding["severity"] == "refusal"]


def test_a_dry_run_is_pending(machine: Machine) -> None:
    assert ending(machine.pfwizard("--json", "--dry-run")) == (3, "pending", False)


def test_an_applied_change_is_applied_and_has_a_transaction(machine: Machine) -> None:
    done = machine.pfwizard("--json")
    assert ending(done) == (0, "applied", True)
    assert (machine.state / "history" / the_object_in(done)["transaction"]).is_dir()


def test_a_second_run_is_unchanged(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    done = machine.pfwizard("--json")
    assert ending(done) == (0, "unchanged", False)
    assert the_object_in(done)["changes"] == []
    assert the_object_in(done)["transaction"] is None


def test_a_refused_plan_is_refused_and_says_why_once(machine: Machine) -> None:
    (machine.root / "etc/ssl").mkdir()
    (machine.root / "etc/ssl/ca.crt").write_text("somebody's own\n")
    done = machine.pfwizard("--json")
    assert ending(done) == (1, "refused", False)
    assert len(refusals(done)) == 1


def test_invalid_answers_are_refused_with_one_finding_for_each_mistake(machine: Machine) -> None:
    machine.answer("days = 3650", "days = 0")
    done = machine.pfwizard("--json")
    assert ending(done) == (2, "refused", False)
    assert [finding["id"] for finding in refusals(done)] == ["invalid-answer"] * 2
    assert f"{machine.answers}:9: ca.days: 0 is out of range" in refusals(done)[0]["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--json",),
        ("--json", "--nonsense"),
        ("--json", "--answers"),
        ("--answers", "--json"),
        ("--json", "--demo", "--root", "/"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_refused(arguments: tuple[str, ...]) -> None:
    done = pfwizard_process(*arguments)
    assert ending(done) == (2, "refused", False)
    assert refusals(done)[0]["id"] == "usage-error"


def test_a_failure_has_failed(machine: Machine) -> None:
    done = machine.sabotaged("import pfwizard.engine as e; e.make_plan = None", "--json")
    assert ending(done) == (1, "failed", False)


def test_a_change_that_was_taken_back_is_rolled_back(machine: Machine) -> None:
    done = machine.sabotaged("", "--json", in_engine=NEW_COMPLAINT)
    assert ending(done) == (4, "rolled-back", False)


@pytest.mark.parametrize("arguments", [("--dry-run",), (), ("--nonsense",)], ids=str)
def test_the_keys_are_the_documented_ones(machine: Machine, arguments: tuple[str, ...]) -> None:
    document = the_object_in(machine.pfwizard("--json", *arguments))
    assert set(document) == KEYS
    assert document["format"] == 1
    assert all(set(change) == CHANGE_KEYS for change in document["changes"])
    assert all(set(finding) == FINDING_KEYS for finding in document["findings"])
    assert document["findings"]


def test_every_kind_of_change_is_described(machine: Machine) -> None:
    changes = {
        change["path"]: change for change in the_object_in(machine.pfwizard("--json"))["changes"]
    }
    directory, created = changes["/etc/ssl/private"], changes["/etc/postfix/sasl/smtpd.conf"]
    replaced = changes["/etc/postfix/main.cf"]
    assert [change["kind"] for change in (directory, created, replaced)] == [
        "mkdir",
        "create",
        "replace",
    ]
    assert directory["after_sha256"] is None
    assert created["before_sha256"] is None
    assert len(replaced["before_sha256"]) == len(replaced["after_sha256"]) == 64
    assert replaced["diff"].startswith("--- /etc/postfix/main.cf\n+++ /etc/postfix/main.cf\n@@ ")


def test_a_secret_has_no_diff(machine: Machine) -> None:
    changes = the_object_in(machine.pfwizard("--json"))["changes"]
    secret = {change["path"]: change["diff"] for change in changes if change["secret"]}
    assert secret == {
        "/etc/ssl/private/ca.key": None,
        "/etc/postfix/ssl/private/server.key": None,
    }


def test_steps_are_not_announced_to_programs(machine: Machine) -> None:
    assert machine.pfwizard("--json").stderr == ""


def test_what_went_wrong_is_told_to_people_too(machine: Machine) -> None:
    done = machine.pfwizard("--json", "--nonsense")
    assert "pfwizard: unrecognized arguments: --nonsense" in done.stderr
