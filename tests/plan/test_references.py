"""Values that change because they refer to something which the plan changes."""

from pfwizard.plan.plan import Plan
from tests.plan.builders import STOCK_MAIN, STOCK_MASTER, machine, plan_for

CLIENT = "smtpd_tls_cert_file = /etc/old.pem\nsmtp_tls_cert_file = $smtpd_tls_cert_file\n"


def plan(main_cf: str, master_cf: str = "") -> Plan:
    return plan_for(machine(STOCK_MAIN + main_cf, STOCK_MASTER + master_cf))


def messages(of: Plan) -> list[str]:
    return [each.message for each in of.findings if each.identifier == "changed-by-reference"]


def test_a_value_that_changes_with_what_it_refers_to_is_told_of() -> None:
    (message,) = messages(plan(CLIENT))

    assert message == (
        "main.cf: smtp_tls_cert_file = $smtpd_tls_cert_file changes with what it refers to, "
        "from /etc/old.pem to /etc/postfix/ssl/server.crt"
    )


def test_so_is_an_option_of_a_service() -> None:
    master_cf = "relay unix - - n - - smtp -o smtp_tls_loglevel=$smtpd_tls_loglevel\n"

    (message,) = messages(plan("smtpd_tls_loglevel = 0\n", master_cf))

    assert message.startswith("the service relay in master.cf: smtp_tls_loglevel = ")
    assert message.endswith("from 0 to 1")


def test_a_value_that_is_planned_itself_is_not_told_of() -> None:
    key = "smtpd_tls_key_file = $smtpd_tls_cert_file\n"

    assert messages(plan(f"smtpd_tls_cert_file = /etc/old.pem\n{key}")) == []


def test_a_value_that_comes_to_the_same_is_not_told_of() -> None:
    same = "smtpd_tls_security_level = may\nsmtp_tls_security_level = $smtpd_tls_security_level\n"

    assert messages(plan(same)) == []


def test_a_value_that_postfix_gives_up_on_is_passed_over() -> None:
    assert messages(plan("mine = ${smtpd_tls_cert_file\n")) == []
