"""Which changes a reload does not make live."""

import pytest

from pfwizard.cf.main_cf import MainCf
from pfwizard.cli.machine_output import _action
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.postfix import BUILT_IN_DEFAULTS
from pfwizard.plan.draft import PUBLIC_FILE, Draft
from pfwizard.plan.plan import Reload, Restart, SmtpPort
from pfwizard.plan.planner import _actions
from pfwizard.plan.restart import why_restart
from pfwizard.plan.wording import described
from tests.plan.builders import answers, circumstances, machine


def effective(main_cf: str) -> Effective:
    return Effective(MainCf.parse(main_cf.encode()), BUILT_IN_DEFAULTS)


def because(before: str, after: str) -> tuple[str, ...]:
    return why_restart(effective(before), effective(after))


@pytest.mark.parametrize(
    "setting",
    ["inet_interfaces = 127.0.0.1", "inet_protocols = ipv4", "queue_directory = /var/spool/two"],
)
def test_what_is_read_at_the_start_alone_needs_one(setting: str) -> None:
    assert because("", f"{setting}\n") == (setting.partition(" ")[0],)
    assert because(f"{setting}\n", f"{setting}\n") == ()


def test_anything_else_does_not() -> None:
    assert because("", "smtpd_tls_security_level = may\nmaillog_file = /var/log/mail\n") == ()


def test_the_default_written_out_changes_nothing() -> None:
    assert because("", "inet_interfaces = all\n") == ()


def test_it_is_the_expanded_value_that_counts() -> None:
    before = "myhostname = a.example\ninet_interfaces = $myhostname\n"

    assert because(before, before.replace("a.", "b.")) == ("inet_interfaces",)
    assert because(before, "myhostname = a.example\ninet_interfaces = a.example\n") == ()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (["inet_interfaces"], "stop and start Postfix, because inet_interfaces changes"),
        (
            ["inet_interfaces", "inet_protocols"],
            "stop and start Postfix, because inet_interfaces and inet_protocols change",
        ),
    ],
)
def test_the_operator_is_told_beforehand_and_why(parameters: list[str], words: str) -> None:
    assert described(Restart((), tuple(parameters))) == words


def test_the_plan_stops_and_starts_where_a_reload_would_not_do() -> None:
    facts = machine()
    changed = plan_draft(facts, "inet_interfaces", "127.0.0.1")
    (action,) = _actions(changed)

    assert isinstance(action, Restart)
    assert action.because == ("inet_interfaces",)
    assert [port.port for port in action.ports] == [25]


def test_the_plan_reloads_otherwise() -> None:
    (action,) = _actions(plan_draft(machine(), "smtpd_banner", "hello"))

    assert isinstance(action, Reload)


def test_programs_are_told_as_well() -> None:
    restart = Restart((SmtpPort(25, greets=True),), ("inet_interfaces",))

    assert _action(restart) == {"action": "restart", "ports": [25], "because": ["inet_interfaces"]}


def plan_draft(facts: Facts, name: str, value: str) -> Draft:
    """A draft in which this setting of main.cf changes."""
    configuration = facts.configuration
    draft = Draft(
        facts, circumstances(), configuration.main, configuration.master, answers=answers()
    )
    draft = draft.with_setting(name, value)
    return draft.with_file(configuration.main_path, draft.main.render(), PUBLIC_FILE)
