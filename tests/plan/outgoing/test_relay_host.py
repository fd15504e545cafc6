"""A relay host with a login: over TLS alone, and trusted for what it can prove."""

from pathlib import PurePosixPath

import pytest

from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    file,
    identifiers,
    main_of,
)
from tests.plan.outgoing.relay_host import RELAY, TABLE, plan, refused


def test_the_settings_of_a_login() -> None:
    main_cf = main_of(plan())

    assert main_cf.get("relayhost") == RELAY
    assert main_cf.get("smtp_sasl_auth_enable") == "yes"
    assert main_cf.get("smtp_sasl_password_maps") == f"hash:{TABLE}"
    assert main_cf.get("smtp_sasl_tls_security_options") == "noanonymous"
    assert main_cf.get("smtp_tls_security_level") == "encrypt"


def test_without_tls_a_password_stays_forbidden() -> None:
    assert main_of(plan()).get("smtp_sasl_security_options") is None


def test_options_that_allow_passwords_over_tls_already_stay() -> None:
    found = plan("smtp_sasl_security_options = noanonymous\n")

    assert main_of(found).get("smtp_sasl_tls_security_options") is None


def test_without_a_login_the_relay_host_alone_is_set() -> None:
    found = plan(outgoing__relay_user="", outgoing__relay_password_file="")

    assert main_of(found).get("relayhost") == RELAY
    names = {each.name for each in main_of(found).settings}
    assert not {name for name in names if name.startswith("smtp_")}


@pytest.mark.parametrize(
    ("relay", "wrapper", "level"),
    [
        ("[smtp.example.org]:465", "yes", "encrypt"),
        ("[smtp.example.org]:smtps", "yes", "encrypt"),
        ("smtp.example.org:submissions", "yes", "encrypt"),
        ("[smtp.example.org]:587", None, None),
        ("[smtp.example.org]", None, None),
        ("smtp.example.org", None, None),
    ],
)
def test_tls_begins_at_once_on_port_465(relay: str, wrapper: str | None, level: str | None) -> None:
    found = plan(
        outgoing__relay_host=relay, outgoing__relay_user="", outgoing__relay_password_file=""
    )

    assert main_of(found).get("smtp_tls_wrappermode") == wrapper
    assert main_of(found).get("smtp_tls_security_level") == level


def test_on_another_port_it_does_so_no_more() -> None:
    found = plan("smtp_tls_wrappermode = yes\nrelayhost = [smtp.example.org]:465\n")

    assert main_of(found).get("smtp_tls_wrappermode") == "no"
    assert "relay-host-replaced" in identifiers(found)


def test_the_relay_host_of_today_is_not_told_of() -> None:
    assert "relay-host-replaced" not in identifiers(plan(f"relayhost = {RELAY}\n"))


@pytest.mark.parametrize(
    ("more", "port", "is_warned_of"),
    [
        ("transport_maps = hash:/etc/postfix/transport\n", 465, True),
        ("transport_maps = hash:/etc/postfix/transport\n", 587, False),
        ("", 465, False),
    ],
)
def test_that_other_servers_get_tls_at_once_too_is_warned_of(
    more: str, port: int, is_warned_of: bool
) -> None:
    found = plan(more, outgoing__relay_host=f"[smtp.example.org]:{port}")

    assert ("tls-at-once-everywhere" in identifiers(found)) is is_warned_of


def test_a_certificate_may_be_asked_for_besides() -> None:
    bundle = file(PurePosixPath("/etc/ssl/cert.pem"), b"x")

    found = plan("", bundle, outgoing__tls_security_level="secure")

    assert main_of(found).get("smtp_tls_security_level") == "secure"


def test_stricter_levels_stay() -> None:
    found = plan("smtp_tls_security_level = verify\n")

    assert main_of(found).get("smtp_tls_security_level") == "verify"


def without_login(more: str, **overrides: object) -> Plan:
    return plan(more, outgoing__relay_user="", outgoing__relay_password_file="", **overrides)


def test_a_login_does_not_take_dane_from_a_relay_host_and_sends_no_password_in_clear() -> None:
    found = plan("smtp_tls_security_level = dane\nsmtp_sasl_security_options = noanonymous\n")

    main_cf = main_of(found)
    assert main_cf.get("smtp_tls_security_level") == "dane"
    assert main_cf.get("smtp_sasl_security_options") == "noplaintext, noanonymous"
    assert main_cf.get("smtp_sasl_tls_security_options") == "noanonymous"


def test_passwords_that_are_forbidden_in_clear_already_stay_so() -> None:
    found = plan("smtp_tls_security_level = dane\n")

    assert main_of(found).get("smtp_sasl_security_options") is None


@pytest.mark.parametrize(
    ("present", "words"),
    [
        ("", "looks at no certificate"),
        ("encrypt", "looks at no certificate"),
        ("dane", "TLSA records"),
        ("dane-only", "waits in the queue unless"),
        ("fingerprint", "waits in the queue unless"),
        ("verify", None),
        ("secure", None),
    ],
)
def test_what_a_relay_host_is_trusted_for_is_warned_of(present: str, words: str | None) -> None:
    found = plan(f"smtp_tls_security_level = {present}\n")

    told = [each for each in found.findings if each.identifier == "trust-in-relay-host"]
    assert [words in each.message for each in told if words] == ([True] if words else [])
    assert bool(told) is (words is not None)


@pytest.mark.parametrize("level", ["encrypt", "secure"])
def test_a_level_that_is_answered_is_trusted_as_its_operator_knows(level: str) -> None:
    bundle = file(PurePosixPath("/etc/ssl/cert.pem"), b"x")

    found = plan("", bundle, outgoing__tls_security_level=level)

    assert "trust-in-relay-host" not in identifiers(found)


@pytest.mark.parametrize("level", ["dane", "dane-only"])
def test_the_relay_host_of_today_without_a_login_is_trusted_as_before(level: str) -> None:
    found = without_login(f"smtp_tls_security_level = {level}\nrelayhost = {RELAY}\n")

    assert "trust-in-relay-host" not in identifiers(found)


@pytest.mark.parametrize(
    ("present", "port", "level", "is_refused"),
    [
        ("", 465, "may", True),
        ("", 465, "dane", True),
        ("dane", 465, "", True),
        ("", 465, "encrypt", False),
        ("", 465, "", False),
        ("may", 465, "", False),
        ("verify", 465, "may", False),
        ("", 587, "may", False),
    ],
)
def test_tls_at_once_is_refused_where_the_level_does_not_require_tls(
    present: str, port: int, level: str, is_refused: bool
) -> None:
    more = f"smtp_tls_security_level = {present}\n"

    found = without_login(
        more,
        outgoing__relay_host=f"[smtp.example.org]:{port}",
        outgoing__tls_security_level=level,
    )

    assert ("wrappermode-without-tls" in refused(found)) is is_refused


def test_tls_at_once_without_any_level_is_nobodys_business_unasked() -> None:
    found = without_login("smtp_tls_wrappermode = yes\n", outgoing__relay_host="")

    assert refused(found) == []
