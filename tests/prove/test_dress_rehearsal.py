"""When there is a rehearsal, whom its clients trust, and what is said where it is not possible."""

from dataclasses import replace

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts
from pfwizard.plan.plan import Change, ChangeKind, Plan, Reload
from pfwizard.prove.means import Means
from pfwizard.prove.rehearsing import dress_rehearsal
from pfwizard.prove.rehearsing.choice import Rehearse
from pfwizard.prove.rehearsing.dress_rehearsal import DressRehearsal, Tell
from pfwizard.prove.rehearsing.rehearsal import Rehearsal
from pfwizard.prove.rehearsing.score import CannotRehearse
from pfwizard.prove.verdict import Outcome, Verdict, failures_among
from tests.plan.builders import CA, MAIN_CF, SERVER, guide_pki, machine, plan_for, with_files

IN_FORCE = f"""\
myhostname = mail.kernel-panic.it
smtpd_tls_cert_file = {SERVER}
smtpd_tls_key_file = /etc/postfix/ssl/private/server.key
smtpd_tls_security_level = may
"""


def silently(outcome: Outcome) -> None:
    return None


def with_a_certificate_of_an_unknown_ca() -> Facts:
    """A server certificate is in use, and the CA that has issued it is nowhere on the machine."""
    server = [
        state for state in guide_pki() if state.path != CA and "ca.key" not in str(state.path)
    ]
    return with_files(machine(IN_FORCE), *server)


def setting(facts: Facts, name: str, value: str) -> Plan:
    """A plan that sets a parameter, and issues nothing."""
    before = facts.configuration.main.render()
    after = MainCf.parse(before).set(name, value).render()
    change = Change(ChangeKind.REPLACE, MAIN_CF, MAIN_CF, 0o644, before, after)
    return Plan((change,), (Reload(()),), (), after, facts.configuration.master.render())


def issuing_nothing_anew(facts: Facts) -> Plan:
    return setting(facts, "smtpd_tls_loglevel", "1")


@pytest.fixture
def means_of(monkeypatch: pytest.MonkeyPatch) -> list[Means]:
    """With what the private Postfix is probed, which nobody starts here."""
    seen: list[Means] = []

    def rehearse(plan: Plan, facts: Facts, means: Means, tell: Tell) -> Rehearsal:
        seen.append(means)
        return Rehearsal((), (), 0.0)

    monkeypatch.setattr(dress_rehearsal, "rehearse", rehearse)
    return seen


def roots_of(means: Means) -> str:
    return means.trust.roots


@pytest.mark.parametrize("wish", [Rehearse.AUTO, Rehearse.ALWAYS])
def test_a_change_of_a_postfix_that_runs_is_rehearsed(wish: Rehearse) -> None:
    assert DressRehearsal(plan_for(machine()), machine(), wish).is_due


def test_there_is_none_where_nobody_wants_it() -> None:
    assert not DressRehearsal(plan_for(machine()), machine(), Rehearse.NEVER).is_due


def test_a_change_of_a_postfix_that_is_stopped_is_rehearsed_too() -> None:
    facts = machine(is_running=False)

    assert DressRehearsal(plan_for(facts), facts, Rehearse.AUTO).is_due


def about_nothing_of_postfix() -> DressRehearsal:
    plan = replace(plan_for(machine()), actions=())
    return DressRehearsal(plan, machine(), Rehearse.AUTO)


def test_there_is_none_of_a_change_that_postfix_is_not_told_of() -> None:
    assert not about_nothing_of_postfix().is_due


def test_whoever_must_have_one_is_told_that_postfix_is_not_told_of_the_change() -> None:
    rehearsal = replace(about_nothing_of_postfix(), wish=Rehearse.ALWAYS)

    assert rehearsal.is_due
    with pytest.raises(CannotRehearse, match="nothing that Postfix is told of"):
        rehearsal.play(silently)


def in_a_tree(wish: Rehearse) -> DressRehearsal:
    facts = machine(is_running=False, works_on_a_tree=True)
    return DressRehearsal(plan_for(facts), facts, wish)


def test_where_it_is_not_possible_it_is_said_what_stays_unproven() -> None:
    rehearsal = in_a_tree(Rehearse.AUTO)
    (outcome,) = rehearsal.play(silently)

    assert rehearsal.is_due
    assert (outcome.probe, outcome.verdict) == ("rehearsal", Verdict.SKIPPED)
    assert "logins" in outcome.detail
    assert "not proved" in outcome.detail
    assert "nothing runs in a tree" in outcome.detail
    assert not failures_among([outcome])


def test_where_it_must_not_be_left_out_it_is_an_error_that_it_is_not_possible() -> None:
    with pytest.raises(CannotRehearse) as refused:
        in_a_tree(Rehearse.ALWAYS).play(silently)

    assert "nothing runs in a tree" in refused.value.message
    assert "logins" in refused.value.remedy


def test_a_certificate_that_the_plan_does_not_issue_is_no_false_alarm(
    means_of: list[Means],
) -> None:
    facts = with_a_certificate_of_an_unknown_ca()
    DressRehearsal(issuing_nothing_anew(facts), facts, Rehearse.AUTO).play(silently)

    (means,) = means_of
    assert (facts.file(SERVER).content or b"").decode().strip() in roots_of(means)


def test_a_certificate_that_the_plan_issues_is_believed_for_its_ca_alone(
    means_of: list[Means],
) -> None:
    plan = plan_for(machine())
    DressRehearsal(plan, machine(), Rehearse.AUTO).play(silently)

    (means,) = means_of
    new = {change.path: (change.after or b"").decode() for change in plan.changes}
    assert new[CA].strip() in roots_of(means)
    assert new[SERVER].strip() not in roots_of(means)


def test_a_plan_that_cannot_be_applied_any_more_is_not_played(means_of: list[Means]) -> None:
    def refuse() -> None:
        raise Failed("main.cf: was changed by somebody else just now")

    facts = machine(IN_FORCE)
    rehearsal = DressRehearsal(
        issuing_nothing_anew(facts), facts, Rehearse.AUTO, refuse_stale=refuse
    )

    with pytest.raises(Failed, match="was changed by somebody else"):
        rehearsal.play(silently)

    assert means_of == []


def test_how_long_it_took_is_told_last_and_kept_with_what_was_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    facts = with_a_certificate_of_an_unknown_ca()
    found = Outcome("answers", "rehearsal:25", Verdict.PASS, "greets")
    monkeypatch.setattr(
        dress_rehearsal, "rehearse", lambda *arguments: Rehearsal((found,), (), 1.24)
    )
    told: list[Outcome] = []

    outcomes = DressRehearsal(issuing_nothing_anew(facts), facts, Rehearse.AUTO).play(told.append)

    duration = Outcome("rehearsal-time", "Postfix", Verdict.PASS, "it took 1.2 seconds")
    assert outcomes == (found, duration)
    assert told == [duration]
