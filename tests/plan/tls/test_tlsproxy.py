"""A certificate of tlsproxy's own: overridden by a chain file, or another than is planned."""

import pytest

from pfwizard.plan.plan import Plan
from tests.plan.builders import (
    SERVER,
    STOCK_MAIN,
    answers,
    guide_pki,
    identifiers,
    machine,
    plan_for,
)

POSTSCREEN = "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n"
TLSPROXY = "tlsproxy unix - - y - 0 tlsproxy"
WITHOUT_EFFECT, OWN = "certificate-of-tlsproxy-without-effect", "certificate-of-tlsproxy"


def plan(more: str, options: str = "", layout: str = "chain", service: str = TLSPROXY) -> Plan:
    facts = machine(STOCK_MAIN + more, f"{POSTSCREEN}{service}{options}\n", *guide_pki())
    return plan_for(facts, answers(server__layout=layout))


@pytest.mark.parametrize("name", ["tlsproxy_tls_cert_file", "tlsproxy_tls_eckey_file"])
@pytest.mark.parametrize("is_option", [True, False])
def test_a_chain_file_overrides_a_certificate_of_tlsproxy(name: str, is_option: bool) -> None:
    more, options = ("", f" -o {name}=/etc/own") if is_option else (f"{name} = /etc/own\n", "")

    found = plan(more, options)

    (told,) = [each for each in found.findings if each.identifier == WITHOUT_EFFECT]
    assert f"its own {name}" in told.message
    assert OWN not in identifiers(found)


@pytest.mark.parametrize("name", ["tlsproxy_tls_cert_file", "tlsproxy_tls_chain_files"])
def test_a_certificate_of_tlsproxy_that_counts_is_told_of(name: str) -> None:
    found = plan(f"{name} = /etc/own\n", layout="pair")

    assert identifiers(found) & {WITHOUT_EFFECT, OWN} == {OWN}


def test_a_chain_file_of_tlsproxy_counts_beside_one_of_smtpd() -> None:
    assert OWN in identifiers(plan("tlsproxy_tls_chain_files = /etc/own\n"))


@pytest.mark.parametrize(
    ("more", "layout", "service"),
    [
        ("", "chain", TLSPROXY),
        ("", "pair", TLSPROXY),
        (f"tlsproxy_tls_cert_file = {SERVER}\n", "pair", TLSPROXY),
        ("tlsproxy_tls_cert_file = $smtpd_tls_cert_file\n", "chain", TLSPROXY),
        ("tlsproxy_tls_cert_file = /etc/own\n", "pair", ""),
    ],
)
def test_a_tlsproxy_that_follows_smtpd_is_not_told_of(more: str, layout: str, service: str) -> None:
    assert not identifiers(plan(more, layout=layout, service=service)) & {WITHOUT_EFFECT, OWN}
