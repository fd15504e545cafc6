"""A walk without a face, on a tree and with the real engine."""

import os
from pathlib import Path

import pytest

from pfwizard.answers.reading import load, start_from
from pfwizard.answers.writing import written
from pfwizard.apply.manifest import TransactionId
from pfwizard.apply.transaction import RolledBack
from pfwizard.errors import ExitStatus, Failed
from pfwizard.wizard.found import Found, Waiting
from pfwizard.wizard.place import Place
from pfwizard.wizard.probation import DEFAULT_PROBATION
from pfwizard.wizard.session import Session
from tests.cli.program import Machine

WAITING = Waiting(TransactionId("0001-a1b2c3d4"), 60.0)

REQUESTING = {"ca.source": "none", "server.source": "request", "tls.ca_file": ""}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine.below(tmp_path)


def on(machine: Machine) -> Session:
    return Session(Place(machine.root), start_from(machine.answers), machine.answers)


def test_the_same_answers_are_planned_once(machine: Machine) -> None:
    walk = on(machine)

    assert walk.plan() is walk.plan()


def test_another_answer_makes_another_plan(machine: Machine) -> None:
    walk = on(machine)
    first = walk.plan()
    walk.sheet.fill("tls.log_level", "0")

    assert walk.plan() is not first


def test_a_request_alone_waits_for_no_word_because_there_is_nothing_to_try(
    machine: Machine,
) -> None:
    walk = on(machine)

    def probation() -> float | None:
        return walk.application(walk.plan(), lambda words: None, lambda event: None).probation

    assert probation() == DEFAULT_PROBATION
    for key, answer in REQUESTING.items():
        walk.sheet.fill(key, answer)
    assert probation() is None


def test_a_plan_that_is_forgotten_is_made_anew(machine: Machine) -> None:
    walk = on(machine)
    first = walk.plan()
    walk.forget_plan()

    assert walk.plan() is not first


def test_the_first_look_takes_defaults_from_the_machine(machine: Machine) -> None:
    walk = Session(Place(machine.root))
    assert walk.sheet.text("server.names") == ""
    walk.look()

    assert walk.sheet.text("server.names") == "mail.kernel-panic.it"


def test_a_second_walk_begins_with_what_the_first_has_made(machine: Machine) -> None:
    assert machine.pfwizard().returncode == 0
    walk = Session(Place(machine.root))
    walk.look()

    assert walk.sheet.text("ca.subject.organizational_unit") == "Postfix CA"
    assert walk.sheet.text("server.source") == "ca"


@pytest.mark.parametrize(
    "setting",
    [
        "smtpd_tls_dcert_file = /etc/ssl/dsa.pem",
        "smtpd_tls_cert_file = relative.pem",
        "smtpd_tls_chain_files = relative.pem, /etc/ssl/another.pem",
        "smtpd_tls_eccert_file = none",
    ],
)
def test_whatever_certificates_main_cf_names_they_are_looked_at(
    machine: Machine, setting: str
) -> None:
    with machine.root.joinpath("etc/postfix/main.cf").open("a") as main_cf:
        main_cf.write(f"{setting}\n")

    assert Session(Place(machine.root)).look().observations


def test_a_walk_after_a_request_waits_for_the_same_certificate(machine: Machine) -> None:
    first = on(machine)
    for key, answer in REQUESTING.items():
        first.sheet.fill(key, answer)
    machine.answers.write_text(written(first.sheet.to_be_saved()))
    assert machine.pfwizard().returncode == 0

    second = Session(Place(machine.root))
    second.look()

    assert second.sheet.text("server.source") == "request"
    assert second.sheet.text("ca.source") == "none"
    assert second.plan().plan.is_empty


def test_a_place_without_postfix_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(Failed) as raised:
        Session(Place(tmp_path)).look()

    assert raised.value.remedy


def test_whoever_may_write_below_etc_may_apply(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "access", lambda path, mode: path == machine.root / "etc")

    assert on(machine).may_apply


def test_whoever_may_not_write_there_has_a_preview(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    assert not on(machine).may_apply


def test_a_preview_takes_back_nothing_that_was_left_unfinished(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "may_apply", property(lambda self: False))
    monkeypatch.setattr(Session, "_recover", lambda self, job: pytest.fail("it recovers"))

    assert on(machine).look().taken_back is None


def test_a_file_that_was_loaded_and_left_alone_needs_no_saving(machine: Machine) -> None:
    assert not on(machine).has_unsaved_answers


def test_saved_answers_need_no_saving_until_one_changes(machine: Machine) -> None:
    walk = on(machine)
    walk.sheet.fill("tls.log_level", "0")
    walk.save(machine.answers)
    assert not walk.has_unsaved_answers

    walk.sheet.fill("tls.log_level", "2")
    assert walk.has_unsaved_answers


def test_saved_answers_are_what_an_unattended_run_reads(machine: Machine) -> None:
    walk = on(machine)
    walk.sheet.fill("tls.log_level", "0")
    walk.save(machine.answers)

    assert load(machine.answers) == walk.sheet.answers()


def test_a_walk_that_is_only_looked_at_ends_as_one_that_changed_nothing(machine: Machine) -> None:
    walk = on(machine)
    walk.left("")

    assert walk.outcome.exit_status is ExitStatus.FAILED
    assert walk.outcome.words == "Nothing was changed."


def test_a_walk_left_beside_an_engine_does_not_say_that_nothing_changed(machine: Machine) -> None:
    walk = on(machine)
    walk.application(walk.plan(), lambda words: None, lambda event: None)
    walk.left("")

    assert walk.outcome.exit_status is ExitStatus.BUSY
    assert "pfwizard confirm" in walk.outcome.words
    assert "Nothing was changed" not in walk.outcome.words


def test_what_was_applied_stays_the_outcome_when_the_walk_is_left(machine: Machine) -> None:
    walk = on(machine)
    planned = walk.plan()

    def keep(event: object) -> None:
        walk.keep()

    transaction = walk.application(planned, lambda words: None, keep).carry_out()
    walk.applied(planned, transaction)
    walk.left("")

    assert walk.outcome.exit_status is ExitStatus.DONE
    assert walk.outcome.transaction == transaction
    assert [entry.manifest.transaction for entry in walk.history()] == [transaction]


def test_a_change_on_probation_is_seen_by_the_next_walk(machine: Machine) -> None:
    walk = on(machine)
    seen: list[Found] = []

    def look_and_keep(event: object) -> None:
        seen.append(on(machine).look())
        on(machine).keep()

    walk.application(walk.plan(), lambda words: None, look_and_keep).carry_out()

    waiting = seen[0].waiting
    assert waiting is not None
    assert 0 < waiting.seconds <= DEFAULT_PROBATION
    assert walk.waiting() is None


def test_a_change_on_probation_can_be_taken_back_by_the_next_walk(machine: Machine) -> None:
    before = (machine.root / "etc/postfix/main.cf").read_bytes()
    walk = on(machine)

    def take_back(event: object) -> None:
        waiting = on(machine).waiting()
        assert waiting is not None
        assert on(machine).take_back(waiting.transaction)

    with pytest.raises(RolledBack):
        walk.application(walk.plan(), lambda words: None, take_back).carry_out()
    assert (machine.root / "etc/postfix/main.cf").read_bytes() == before


def test_a_walk_that_ends_while_a_change_waits_does_not_say_that_nothing_changed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "waiting", lambda self: WAITING)
    walk = on(machine)
    walk.look()
    walk.cut_off()

    assert walk.outcome.exit_status is ExitStatus.BUSY


def test_a_change_that_is_over_by_itself_is_not_waited_for_any_more(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = iter((WAITING, None))
    monkeypatch.setattr(Session, "waiting", lambda self: next(seen))
    walk = on(machine)
    walk.look()
    walk.look()
    walk.cut_off()

    assert walk.outcome.exit_status is ExitStatus.FAILED
    assert walk.outcome.words == "Nothing was changed."


def test_it_is_too_late_to_keep_what_is_not_on_probation(machine: Machine) -> None:
    with pytest.raises(Failed):
        on(machine).keep()


RELAYS_ALREADY = "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject\n"


def test_what_a_loaded_file_leaves_out_is_not_what_the_machine_suggests(machine: Machine) -> None:
    with (machine.root / "etc/postfix/main.cf").open("a") as main_cf:
        main_cf.write(RELAYS_ALREADY)
    lines = machine.answers.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("auth_only", "recipient_restrictions"))]
    machine.answers.write_text("\n".join(kept))
    fresh, loaded = Session(Place(machine.root)), on(machine)
    fresh.look()
    loaded.look()

    assert fresh.sheet.text("tls.auth_only") == "yes"
    assert fresh.sheet.text("sasl.recipient_restrictions") == ""
    assert loaded.sheet.answers() == load(machine.answers)
    assert loaded.sheet.answers().tls.auth_only is False
