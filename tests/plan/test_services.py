"""The submission services: from their templates, completed or written anew, and never twice."""

import pytest

from pfwizard.cf.service import Service
from pfwizard.plan.plan import Plan, Reload, SmtpPort
from tests.plan.builders import (
    BARE_MASTER,
    STOCK_MAIN,
    STOCK_MASTER,
    TEMPLATES,
    answers,
    guide_pki,
    identifiers,
    machine,
    master_of,
    plan_for,
)

OLD_TEMPLATE = """\
#smtps     inet  n       -       y       -       -       smtpd
#  -o syslog_name=postfix/smtps
#  -o smtpd_tls_wrappermode=yes
#  -o smtpd_sasl_auth_enable=yes
#  -o smtpd_reject_unlisted_recipient=no
#  -o smtpd_client_restrictions=$mua_client_restrictions
#  -o smtpd_helo_restrictions=$mua_helo_restrictions
#  -o smtpd_sender_restrictions=$mua_sender_restrictions
#  -o smtpd_recipient_restrictions=
#  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
#  -o milter_macro_daemon_name=ORIGINATING
"""


def plan(master_cf: str, *, version: str = "3.7.11", main: str = "", **overrides: object) -> Plan:
    facts = machine(STOCK_MAIN + main, master_cf, *guide_pki(), version=version)
    return plan_for(facts, answers(**overrides))


def on(port: int, of: Plan) -> list[Service]:
    return [service for service in master_of(of).services if service.endpoint.port == port]


def test_the_template_is_switched_on() -> None:
    (service,) = on(465, plan(STOCK_MASTER))

    assert service.name == "submissions"
    assert service.option("smtpd_tls_wrappermode") == "yes"
    assert service.option("smtpd_sasl_auth_enable") == "yes"
    assert service.option("smtpd_client_restrictions") == "permit_sasl_authenticated,reject"
    assert service.option("milter_macro_daemon_name") == "ORIGINATING"


def test_the_other_template_stays_off() -> None:
    assert on(587, plan(STOCK_MASTER)) == []


def test_starttls_is_required_on_port_587() -> None:
    (service,) = on(587, plan(STOCK_MASTER, services__submission=True))

    assert service.option("smtpd_tls_security_level") == "encrypt"


@pytest.mark.parametrize(
    ("version", "label"), [("3.5.25", "smtps"), ("3.6.0", "submissions"), ("3.10.1", "submissions")]
)
def test_without_a_template_the_service_has_the_name_its_version_knows(
    version: str, label: str
) -> None:
    found = plan(BARE_MASTER, version=version)

    assert [service.name for service in on(465, found)] == [label]
    assert "service-added" in identifiers(found)


def test_a_template_gets_the_name_its_version_knows() -> None:
    assert [service.name for service in on(465, plan(STOCK_MASTER, version="3.5.25"))] == ["smtps"]


@pytest.mark.parametrize("name", ["smtps", "submissions", "465", "urd", "ssmtp"])
@pytest.mark.parametrize("template", ["", TEMPLATES, OLD_TEMPLATE])
@pytest.mark.parametrize("version", ["3.5.25", "3.11.0"])
def test_one_endpoint_is_never_listed_twice(name: str, template: str, version: str) -> None:
    found = plan(f"{BARE_MASTER}{name} inet n - n - - smtpd\n{template}", version=version)

    (service,) = on(465, found)
    assert service.name == name
    assert service.option("smtpd_tls_wrappermode") == "yes"
    assert service.option("smtpd_sasl_auth_enable") == "yes"


def test_a_service_of_one_address_is_completed_and_not_joined_by_another() -> None:
    found = plan(f"{BARE_MASTER}192.0.2.1:465 inet n - n - - smtpd\n{TEMPLATES}")

    (service,) = on(465, found)
    assert service.name == "192.0.2.1:465"
    assert service.option("smtpd_tls_wrappermode") == "yes"


@pytest.mark.parametrize(
    ("names", "is_told"),
    [
        (["127.0.0.1:465"], True),
        (["localhost:smtps", "[::1]:465"], True),
        (["127.0.0.1:465", "192.0.2.1:465"], False),
        (["465"], False),
        (["127.0.0.1:587"], False),
    ],
)
def test_a_port_that_nobody_else_reaches_is_warned_of(names: list[str], is_told: bool) -> None:
    entries = "".join(f"{name} inet n - n - - smtpd\n" for name in names)

    assert ("service-for-itself" in identifiers(plan(BARE_MASTER + entries))) is is_told


@pytest.mark.parametrize(("version", "is_refused"), [("3.5.25", True), ("3.6.0", False)])
def test_a_change_is_refused_where_postfix_ends_with_the_reload(
    version: str, is_refused: bool
) -> None:
    both = "127.0.0.1:465 inet n - n - - smtpd\n465 inet n - n - - smtpd\n"

    found = plan(BARE_MASTER + both, version=version)

    assert [each.identifier for each in found.refusals] == is_refused * ["port-shared"]


def test_a_service_in_use_keeps_its_restrictions() -> None:
    options = "-o smtpd_tls_wrappermode=YES -o smtpd_client_restrictions=permit_mynetworks,reject"
    found = plan(f"{BARE_MASTER}smtps inet n - n - - smtpd {options}\n")

    (service,) = on(465, found)
    assert service.option("smtpd_client_restrictions") == "permit_mynetworks,reject"
    assert service.option("smtpd_tls_wrappermode") == "YES"


def test_a_port_of_another_program_is_left_to_it() -> None:
    master_cf = f"{BARE_MASTER}465 inet n - n - - spawn user=nobody argv=/bin/true\n"

    found = plan(master_cf)

    assert master_of(found).services[1].options == ()
    assert [finding.identifier for finding in found.refusals] == ["port-taken"]


def test_references_that_nobody_defined_become_empty() -> None:
    (service,) = on(465, plan(BARE_MASTER + OLD_TEMPLATE, version="3.5.25"))

    assert service.option("smtpd_helo_restrictions") == ""
    assert service.option("smtpd_sender_restrictions") == ""
    assert service.option("smtpd_relay_restrictions") == "permit_sasl_authenticated,reject"


def test_references_that_somebody_defined_stay() -> None:
    main = "mua_sender_restrictions = reject_sender_login_mismatch\n"

    (service,) = on(465, plan(BARE_MASTER + OLD_TEMPLATE, main=main))

    assert service.option("smtpd_sender_restrictions") == "$mua_sender_restrictions"


def test_what_stands_beside_an_undefined_reference_stays() -> None:
    template = OLD_TEMPLATE.replace("=$mua_sender", "=reject_unlisted_sender,$mua_sender")

    (service,) = on(465, plan(BARE_MASTER + template))

    value = service.option("smtpd_sender_restrictions")
    assert value == "reject_unlisted_sender,$mua_sender_restrictions"


def test_references_to_postfixs_own_parameters_stay() -> None:
    template = OLD_TEMPLATE.replace(
        "#  -o milter_macro", "#  -o smtp_bind_address=$default_transport\n#  -o milter_macro"
    )

    (service,) = on(465, plan(BARE_MASTER + template))

    assert service.option("smtp_bind_address") == "$default_transport"


@pytest.mark.parametrize("template", [TEMPLATES, OLD_TEMPLATE])
def test_without_sasl_a_service_serves_ones_own_networks(template: str) -> None:
    (service,) = on(465, plan(BARE_MASTER + template, sasl__enabled=False))

    assert service.option("smtpd_sasl_auth_enable") in (None, "no")
    values = [option.value for option in service.options]
    assert "permit_mynetworks,reject" in values
    assert not [value for value in values if "sasl" in value]


def test_services_that_are_not_asked_for_are_not_switched_off() -> None:
    master_cf = f"{BARE_MASTER}smtps inet n - n - - smtpd\n"

    found = plan(master_cf, services__smtps=False)

    assert [service.name for service in on(465, found)] == ["smtps"]


def ports(of: Plan) -> tuple[SmtpPort, ...]:
    return next(action.ports for action in of.actions if isinstance(action, Reload))


def test_the_ports_to_answer_are_those_of_the_smtp_servers() -> None:
    master_cf = f"{STOCK_MASTER}127.0.0.1:10025 inet n - n - - smtpd\n628 inet n - n - - qmqpd\n"

    assert set(ports(plan(master_cf))) == {
        SmtpPort(25, greets=True, offers_tls=True),
        SmtpPort(465, greets=False, offers_tls=True),
        SmtpPort(10025, greets=True, offers_tls=True),
    }


@pytest.mark.parametrize(
    ("options", "behind_proxy"),
    [
        ("-o smtpd_upstream_proxy_protocol=haproxy", True),
        ("-o smtpd_upstream_proxy_protocol=", False),
    ],
)
def test_a_server_that_waits_for_a_proxy_to_speak_is_asked_by_one(
    options: str, behind_proxy: bool
) -> None:
    found = ports(plan(f"{STOCK_MASTER}10025 inet n - n - - smtpd {options}\n"))

    assert next(each.behind_proxy for each in found if each.port == 10025) is behind_proxy


def offers_tls(port: int, options: str, main_cf: str = "") -> bool:
    master_cf = f"{STOCK_MASTER}{port} inet n - n - - smtpd {options}\n"
    found = ports(plan_for(machine(STOCK_MAIN + main_cf, master_cf)))
    return next(each.offers_tls for each in found if each.port == port)


@pytest.mark.parametrize(
    ("options", "is_offered"),
    [
        ("", True),
        ("-o smtpd_tls_security_level=encrypt", True),
        ("-o smtpd_tls_security_level=none", False),
        ("-o smtpd_tls_security_level=", False),
        ("-o smtpd_tls_security_level= -o smtpd_use_tls=yes", True),
        ("-o smtpd_tls_wrappermode=yes -o smtpd_tls_security_level=none", True),
        ("-o smtpd_discard_ehlo_keywords=silent-discard,STARTTLS", False),
        ("-o smtpd_discard_ehlo_keyword_address_maps=cidr:/etc/postfix/old", False),
    ],
)
def test_tls_is_expected_where_the_service_offers_it_to_everybody(
    options: str, is_offered: bool
) -> None:
    assert offers_tls(10025, options) is is_offered


def test_of_two_services_on_a_port_both_must_offer_tls() -> None:
    other = "127.0.0.1:10025 inet n - n - - smtpd -o smtpd_tls_security_level=none\n"
    found = ports(plan(f"{STOCK_MASTER}{other}192.0.2.1:10025 inet n - n - - smtpd\n"))

    assert SmtpPort(10025, greets=True, offers_tls=False) in found


@pytest.mark.parametrize("is_first", [True, False], ids=["the proxy's first", "the proxy's last"])
def test_of_two_services_on_a_port_each_is_spoken_to_in_its_own_way(is_first: bool) -> None:
    behind = "127.0.0.1:10025 inet n - n - - smtpd -o smtpd_upstream_proxy_protocol=haproxy\n"
    beside = "192.0.2.1:10025 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n"
    both = behind + beside if is_first else beside + behind

    assert {each for each in ports(plan(STOCK_MASTER + both)) if each.port == 10025} == {
        SmtpPort(10025, True, offers_tls=True, behind_proxy=True, hosts=("127.0.0.1",)),
        SmtpPort(10025, False, offers_tls=True, hosts=("192.0.2.1",)),
    }


def test_a_service_for_all_addresses_is_spoken_to_where_no_other_one_is() -> None:
    narrow = "127.0.0.1:10025 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n"
    everywhere = "10025 inet n - n - - smtpd\n"

    assert {
        each
        for each in ports(plan(f"{STOCK_MASTER}{narrow}{everywhere}", version="3.7"))
        if each.port == 10025
    } == {
        SmtpPort(10025, False, offers_tls=True, hosts=("127.0.0.1",)),
        SmtpPort(10025, True, offers_tls=True, elsewhere=("127.0.0.1",)),
    }


def test_postscreen_without_tlsproxy_is_warned_of() -> None:
    postscreen = "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n"
    proxy = "tlsproxy unix - - y - 0 tlsproxy\n"

    assert "tlsproxy-missing" in identifiers(plan(postscreen))
    assert "tlsproxy-missing" not in identifiers(plan(postscreen + proxy))
    assert "tlsproxy-missing" not in identifiers(plan(STOCK_MASTER))


@pytest.mark.parametrize(
    ("option", "warned"),
    [
        ("-o smtpd_tls_cert_file=/etc/other.crt", True),
        ("-o smtpd_tls_security_level=none", True),
        ("-o smtpd_sasl_type=dovecot", True),
        ("-o smtpd_tls_security_level=encrypt", False),
        ("-o smtpd_tls_cert_file=/etc/postfix/ssl/server.crt", False),
        ("-o syslog_name=x", False),
    ],
)
def test_options_that_beat_what_was_asked_for_are_warned_of(option: str, warned: bool) -> None:
    found = plan(BARE_MASTER.replace("smtpd\n", f"smtpd {option}\n"))

    assert ("overridden-in-master" in identifiers(found)) is warned


def test_where_nothing_is_delayed_a_client_may_connect_before_it_logs_in() -> None:
    found = plan(BARE_MASTER, main="smtpd_delay_reject = no\n")

    (service,) = on(465, found)
    assert service.option("smtpd_client_restrictions") == ""
    assert service.option("smtpd_recipient_restrictions") == "permit_sasl_authenticated,reject"


def test_a_list_that_the_operator_has_defined_for_the_template_stays() -> None:
    found = plan(
        BARE_MASTER + OLD_TEMPLATE,
        version="3.5.25",
        main="mua_client_restrictions = permit_sasl_authenticated, reject_rbl_client example.org\n",
    )

    (service,) = on(465, found)
    assert service.option("smtpd_client_restrictions") == "$mua_client_restrictions"


WRAPPED = "smtpd_tls_wrappermode = yes\n"


@pytest.mark.parametrize(
    ("main", "options", "is_told"),
    [
        (WRAPPED, "", True),
        (WRAPPED, " -o smtpd_tls_wrappermode=no", False),
        (WRAPPED, " -o smtpd_tls_wrappermode=yes", False),
        ("", "", False),
    ],
)
def test_tls_from_the_first_byte_for_every_server_is_warned_of(
    main: str, options: str, is_told: bool
) -> None:
    master = f"smtp inet n - y - - smtpd{options}\nsmtps inet n - y - - smtpd\n"

    found = plan(master, main=main, services__submission=False)

    assert ("wrapper-mode-everywhere" in identifiers(found)) is is_told
