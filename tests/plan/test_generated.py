"""What holds for every answer on every configuration."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pfwizard.answers.answers import Answers
from pfwizard.machine.facts import Facts
from pfwizard.plan.effective import Effective
from pfwizard.plan.relay import RELAY_LISTS, Ruling, is_closed, ruling
from pfwizard.plan.services import smtp_servers
from tests.plan.builders import (
    GROUP,
    answers,
    applied,
    guide_pki,
    identifiers,
    machine,
    main_of,
    master_of,
    plan_for,
    socket,
)

CHECKS = st.sampled_from(
    [
        "permit_mynetworks",
        "permit_sasl_authenticated",
        "reject_rbl_client zen.example.org",
        "check_client_access hash:/etc/postfix/clients",
        "warn_if_reject reject_unauth_destination",
        "reject_unauth_destination",
        "defer_unauth_destination",
        "reject",
        "$ours",
        "ours",
        "closed",
        "warn_if_reject closed",
    ]
)
SEPARATORS = st.sampled_from([" ", ", ", ",", ",\n    ", "\n\t"])


@st.composite
def restriction_lists(draw: st.DrawFn) -> str:
    return draw(SEPARATORS).join(draw(st.lists(CHECKS, max_size=5)))


VALUES: dict[str, st.SearchStrategy[str]] = {
    "compatibility_level": st.sampled_from(["0", "1", "2", "3.6", "3.11"]),
    "mynetworks": st.sampled_from(["127.0.0.0/8", "10.0.0.0/8 [::1]/128", "0.0.0.0/0"]),
    "smtpd_relay_restrictions": restriction_lists(),
    "smtpd_recipient_restrictions": restriction_lists(),
    "smtpd_client_restrictions": restriction_lists(),
    "smtpd_tls_security_level": st.sampled_from(["", "none", "may", "encrypt", "secure"]),
    "smtpd_tls_protocols": st.sampled_from(["!SSLv2", ">=TLSv1.3", "TLSv1.3", "x"]),
    "smtpd_tls_chain_files": st.just("/etc/old.pem"),
    "smtpd_tls_cert_file": st.just("/etc/old.crt"),
    "smtpd_tls_eccert_file": st.just("/etc/old-ec.crt"),
    "smtpd_tls_auth_only": st.sampled_from(["yes", "no"]),
    "smtpd_enforce_tls": st.sampled_from(["yes", "no"]),
    "smtpd_sasl_auth_enable": st.sampled_from(["yes", "no", "YES"]),
    "smtpd_sasl_type": st.sampled_from(["cyrus", "dovecot"]),
    "smtpd_sasl_path": st.sampled_from(["smtpd", "private/auth", "other"]),
}
FIXED = "smtpd_restriction_classes = ours, closed\nours = permit_mynetworks\nclosed = reject\n"


@st.composite
def main_files(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), unique=True))
    return FIXED + "".join(f"{name} = {draw(VALUES[name])}\n" for name in names)


SERVICES = st.sampled_from(
    [
        "smtp inet n - y - - smtpd",
        "smtp inet n - - - - smtpd",
        "25 inet n - n - - smtpd -o smtpd_sasl_auth_enable=no",
        "smtps inet n - y - - smtpd\n  -o smtpd_tls_wrappermode=yes",
        "submissions inet n - n - - smtpd",
        "192.0.2.1:465 inet n - - - - smtpd",
        "submission inet n - y - - smtpd\n  -o smtpd_sasl_type=dovecot",
        "10025 inet n - n - - smtpd\n  -o smtpd_relay_restrictions=permit_mynetworks,reject",
        "smtpd pass - - y - - smtpd",
        (
            "#smtps inet n - y - - smtpd\n#  -o smtpd_tls_wrappermode=yes\n"
            "#  -o smtpd_sender_restrictions=$mua_sender_restrictions"
        ),
        (
            "#submissions inet n - y - - smtpd\n#  -o smtpd_sasl_auth_enable=yes\n"
            "#  -o smtpd_recipient_restrictions=permit_sasl_authenticated,reject"
        ),
        "#submission inet n - y - - smtpd\n#  -o syslog_name=postfix/submission",
    ]
)
MASTER_FILES = st.lists(SERVICES, unique=True, max_size=6).map(
    lambda services: "".join(f"{service}\n" for service in services)
)

ANSWERS = st.builds(
    answers,
    server__layout=st.sampled_from(["pair", "chain"]),
    tls__security_level=st.sampled_from(["may", "encrypt"]),
    tls__minimum_version=st.sampled_from(["", "TLSv1", "TLSv1.2", "TLSv1.3"]),
    tls__auth_only=st.booleans(),
    services__smtps=st.booleans(),
    services__submission=st.booleans(),
    sasl__enabled=st.booleans(),
    sasl__scope=st.sampled_from(["everywhere", "submission"]),
    sasl__local_domain=st.sampled_from(["", "$mydomain"]),
    sasl__recipient_restrictions=st.sampled_from(
        [
            [],
            ["permit_mynetworks", "permit_sasl_authenticated"],
            ["permit_sasl_authenticated", "check_client_access hash:/ours", "reject"],
        ]
    ),
)
FACTS = st.builds(
    lambda main_cf, master_cf, version, mode, gid: machine(
        main_cf, master_cf, *guide_pki(), socket(mode=mode, gid=gid), version=version, group=GROUP
    ),
    main_files(),
    MASTER_FILES,
    st.sampled_from(["3.3.22", "3.5.25", "3.7.11", "3.11.7"]),
    st.sampled_from([0o777, 0o660, 0o600]),
    st.sampled_from([0, 110, 4711]),
)

many = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@many
@given(FACTS, ANSWERS)
def test_a_second_plan_has_nothing_to_do(facts: Facts, wanted: Answers) -> None:
    assert plan_for(applied(facts, plan_for(facts, wanted)), wanted).is_empty


@many
@given(FACTS, ANSWERS)
def test_nobody_relays_without_a_word(facts: Facts, wanted: Answers) -> None:
    found = plan_for(facts, wanted)
    effective = Effective(main_of(found), facts.postfix.defaults)

    closed = [is_closed(effective.of(service)) for service in smtp_servers(master_of(found))]

    assert all(closed) or found.refusals or "service-cannot-start" in identifiers(found)


@many
@given(FACTS, ANSWERS)
def test_users_who_log_in_may_relay(facts: Facts, wanted: Answers) -> None:
    effective = Effective(main_of(plan_for(facts, wanted)), facts.postfix.defaults)

    rulings = {ruling(effective, name, logged_in=True) for name in RELAY_LISTS}

    assert not wanted.sasl.enabled or Ruling.REFUSED not in rulings


@many
@given(FACTS, ANSWERS)
def test_every_endpoint_is_listed_as_often_as_before(facts: Facts, wanted: Answers) -> None:
    before = Counter(service.endpoint for service in facts.configuration.master.services)
    after = Counter(service.endpoint for service in master_of(plan_for(facts, wanted)).services)

    assert all(count == max(before[endpoint], 1) for endpoint, count in after.items())


@many
@given(FACTS, ANSWERS)
def test_nothing_but_what_is_announced_is_lost(facts: Facts, wanted: Answers) -> None:
    lists = ("smtpd_relay_restrictions", "smtpd_recipient_restrictions")
    before, after = facts.configuration.main, main_of(plan_for(facts, wanted))

    for name in lists:
        remaining = iter((after.get(name) or "").replace(",", " ").split())
        assert all(word in remaining for word in (before.get(name) or "").replace(",", " ").split())
