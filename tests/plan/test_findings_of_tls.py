"""Findings about profiles, obsolete spellings, outgoing mail and certificates of clients."""

import pytest

from pfwizard.plan.plan import Plan, Severity
from tests.plan.builders import answers, file, plan_for
from tests.plan.outgoing.relay_host import ENTRY, LOGIN, PASSWORD_FILE, TABLE
from tests.plan.outgoing.relay_host import plan as relaying
from tests.plan.outgoing.relay_host import server as relay_server
from tests.plan.outgoing.test_outgoing import with_dane
from tests.plan.test_findings import (
    FOUND_ABOUT_TLS,
    NOTE,
    PLANS,
    REFUSAL,
    WARNING,
    identifiers_in,
    on,
)

POSTSCREEN = "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd\n"

TLSPROXY = "tlsproxy unix - - y - 0 tlsproxy\n"

RAISED: dict[str, tuple[Severity, Plan]] = {
    "another-login-counts": (
        WARNING,
        relaying("", file(TABLE, b"smtp.example.org otto:x\n", 0o600)),
    ),
    "certificates-required": (NOTE, on(services__smtps_client_certificates="require")),
    "certificate-of-tlsproxy": (
        WARNING,
        on("tlsproxy_tls_chain_files = /etc/own\n", TLSPROXY),
    ),
    "certificate-of-tlsproxy-without-effect": (
        WARNING,
        on("tlsproxy_tls_cert_file = /etc/own\n", TLSPROXY, server__layout="chain"),
    ),
    "dane-given-up": (
        WARNING,
        on("smtp_tls_security_level = dane\n", outgoing__tls_security_level="encrypt"),
    ),
    "every-ca-trusted": (
        WARNING,
        on("tls_append_default_CA = yes\n", services__smtps_client_certificates="require"),
    ),
    "level-of-service-kept": (
        NOTE,
        on("", "10025 inet n - n - - smtpd -o smtpd_enforce_tls=yes\n"),
    ),
    "no-ca-for-servers": (REFUSAL, on(outgoing__tls_security_level="secure")),
    "no-plugin-for-relay": (
        REFUSAL,
        plan_for(relay_server(sasl_plugins=frozenset({"crammd5"})), answers(**LOGIN)),
    ),
    "no-validating-resolver": (REFUSAL, with_dane("nameserver 192.0.2.1\n")),
    "no-ca-for-clients": (
        REFUSAL,
        on(tls__ca_file="", services__smtps_client_certificates="require"),
    ),
    "obsolete-by-hand": (WARNING, on("smtp_tls_per_site = hash:/etc/postfix/sites\n")),
    "obsolete-settings": (WARNING, on("smtp_use_tls = yes\n")),
    "obsolete-settings-replaced": (NOTE, on("smtp_use_tls = yes\n", tls__migrate_obsolete=True)),
    "outgoing-ca-file-missing": (REFUSAL, on(outgoing__ca_file="/missing")),
    "outgoing-level-overruled": (
        WARNING,
        on(
            "",
            "own unix - - n - - smtp -o smtp_tls_security_level=none\n",
            outgoing__tls_security_level="may",
        ),
    ),
    "passwords-closed": (NOTE, relaying("", file(TABLE, ENTRY, 0o644))),
    "passwords-open": (
        REFUSAL,
        relaying(f"smtp_sasl_password_maps = proxy:hash:{TABLE}\n", file(TABLE, ENTRY, 0o644)),
    ),
    "policies-come-first": (NOTE, relaying("smtp_tls_policy_maps = hash:/x\n")),
    "postscreen-without-tls": (
        WARNING,
        on("postscreen_tls_security_level = none\n", POSTSCREEN),
    ),
    "profile-for-outgoing-mail": (
        NOTE,
        on("smtp_tls_security_level = may\n", tls__profile="modern"),
    ),
    "profile-keeps-mail-back": (
        WARNING,
        on("smtp_tls_security_level = encrypt\n", tls__profile="modern"),
    ),
    "reach-of-profile": (NOTE, on(tls__profile="modern")),
    "relay-host-replaced": (NOTE, relaying("relayhost = [other.example.org]\n")),
    "relay-password-missing": (REFUSAL, relaying(outgoing__relay_password_file="")),
    "relay-password-cut": (REFUSAL, relaying("", file(PASSWORD_FILE, b"x \n", 0o600))),
    "resolver-not-tried": (NOTE, with_dane("nameserver 127.0.0.1\n")),
    "settings-unneeded": (NOTE, on("tls_random_bytes = 32\n")),
    "stricter-outgoing-level-kept": (
        NOTE,
        on("smtp_tls_security_level = encrypt\n", outgoing__tls_security_level="may"),
    ),
    "stricter-than-profile": (
        NOTE,
        on("smtpd_tls_protocols = >=TLSv1.3\n", tls__profile="intermediate"),
    ),
    "tls-at-once-everywhere": (
        WARNING,
        relaying("transport_maps = hash:/x\n", outgoing__relay_host="[smtp.example.org]:465"),
    ),
    "tls-required-of-everybody": (WARNING, on(outgoing__tls_security_level="encrypt")),
    "trust-in-relay-host": (WARNING, relaying()),
    "wrappermode-without-tls": (
        REFUSAL,
        on("smtp_tls_wrappermode = yes\n", outgoing__tls_security_level="may"),
    ),
    "tlsproxy-on": (NOTE, on("", POSTSCREEN, services__tlsproxy=True)),
}


TRIED_ELSEWHERE = {"passwords-not-built"}
"""In test_relay_host, with a postmap that fails."""


@pytest.mark.parametrize("identifier", RAISED)
def test_it_is_raised_once_and_says_why_and_what_to_do(identifier: str) -> None:
    severity, found = RAISED[identifier]

    (finding,) = [each for each in found.findings if each.identifier == identifier]

    assert finding.severity is severity
    assert finding.message
    assert finding.remedy.endswith(".") or (severity is NOTE and not finding.remedy)


def test_there_is_no_other_finding_in_the_source() -> None:
    in_source = {each for name in FOUND_ABOUT_TLS for each in identifiers_in(PLANS / name)}

    assert in_source == set(RAISED) | TRIED_ELSEWHERE
