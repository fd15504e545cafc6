"""What pfwizard has set up it finds nothing wrong with, but for what it was told to do."""

from pfwizard.check.checking import check
from pfwizard.check.inspection import Inspection
from pfwizard.machine.facts import Facts
from pfwizard.plan.plan import Severity
from tests.check.builders import identifiers
from tests.plan.builders import NOW, answers, applied, machine, plan_for

OF_TODAY = {
    "server__days": 397,
    "tls__auth_only": True,
    "tls__random_source": "",
    "sasl__scope": "submission",
    "sasl__broken_clients": False,
    "services__submission": True,
}


def after(**overrides: object) -> Facts:
    """The machine after a run with the guide's answers and others in their place."""
    return applied(machine(), plan_for(machine(), answers(**overrides)))


def test_answers_of_today_leave_nothing_to_warn_of() -> None:
    checked = check(Inspection(after(**OF_TODAY), NOW))

    assert [each for each in checked.findings if each.severity is not Severity.NOTE] == []


def test_what_was_set_up_without_a_ca_file_is_known_to_come_from_our_own_ca() -> None:
    assert "chain-incomplete" not in identifiers(after(**OF_TODAY, tls__ca_file=""))


def test_of_the_guide_what_has_become_old_is_told() -> None:
    assert identifiers(after()) >= {
        "auth-in-clear",
        "auth-on-port-25",
        "certificate-lasts-too-long",
        "obsolete-dialect",
        "settings-unneeded",
    }


def test_of_the_guide_nothing_is_broken() -> None:
    checked = check(Inspection(after(), NOW))

    assert [each for each in checked.findings if each.severity is Severity.REFUSAL] == []
