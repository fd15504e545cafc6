"""Every finding there is, each with a machine on which it is raised."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

import pfwizard.plan
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.pki.ledger import Ledger
from pfwizard.pki.ledger_entries import Issued, Role
from pfwizard.plan.authorities.brought_key import BroughtKey
from pfwizard.plan.plan import Finding, Plan, Severity
from pfwizard.plan.planner import make_plan
from pfwizard.plan.server.deploy_hook import HOOK, Call, hook
from tests.pki import builders as pki
from tests.plan.authority_builders import FOUND
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    NOW,
    SERVER,
    SERVER_KEY,
    SMTPD_CONF,
    SOCKET,
    STOCK_MAIN,
    STOCK_MASTER,
    UNKNOWN_PLATFORM,
    answers,
    circumstances,
    directory,
    file,
    guide_pki,
    key,
    machine,
    plan_for,
    socket,
)
from tests.plan.client_builders import ANNA, TABLE, WITH_SMTPS, Machine, adding, revoking, server
from tests.plan.others import (
    COMBINED,
    ISSUER,
    LETSENCRYPT,
    LINEAGE,
    LOCKED,
    OTHER_KEY,
    OWN_LINK,
    TWICE,
    UPSIDE_DOWN,
    certbot,
    naming,
)
from tests.plan.sasl.raised import RAISED as OF_BACK_ENDS
from tests.plan.server.test_installation import installing_a_ca

NOTE, WARNING, REFUSAL = Severity.NOTE, Severity.WARNING, Severity.REFUSAL


SASLAUTHD = file(SMTPD_CONF, b"pwcheck_method: saslauthd\n")
ARCHIVED = LETSENCRYPT / "archive/mail/fullchain1.pem"
ON_EACH_AND_ALL = f"{BARE_MASTER}127.0.0.1:465 inet n - n - - smtpd\n465 inet n - n - - smtpd\n"
NO_SOCKET = FileState(SOCKET, SOCKET, FileKind.ABSENT)


def on(main: str = "", master: str = STOCK_MASTER, *files: FileState, **overrides: object) -> Plan:
    return plan_for(machine(STOCK_MAIN + main, master, *guide_pki(), *files), answers(**overrides))


def only(*paths: PurePosixPath) -> Plan:
    kept = [state for state in guide_pki() if state.path in paths]
    return plan_for(machine(STOCK_MAIN, STOCK_MASTER, *kept))


def on_an_empty_machine(**overrides: object) -> Plan:
    return plan_for(machine(), answers(**overrides))


def with_the_key_of_another_ca() -> Plan:
    medium = BroughtKey(PurePosixPath("/media/stick/ca.key"), key(7).pem())
    facts = machine(STOCK_MAIN, STOCK_MASTER, FOUND[CA])
    return make_plan(answers(), facts, replace(circumstances(), ca_key=medium))


def below_another_ca() -> Plan:
    own = pki.key("upper").pem().reveal()
    facts = machine(STOCK_MAIN, STOCK_MASTER, file(CA, ISSUER.pem()), file(CA_KEY, own, 0o600))
    return plan_for(facts, answers(ca__source="existing"))


def later() -> Plan:
    facts = machine(STOCK_MAIN, STOCK_MASTER, *guide_pki())
    return make_plan(answers(), facts, replace(circumstances(), now=NOW + timedelta(days=5000)))


def without_tls() -> Plan:
    return adding(ANNA, server(STOCK_MAIN, BARE_MASTER))


def with_sha1() -> Plan:
    main = f"{STOCK_MAIN}relay_clientcerts = hash:{TABLE}\nsmtpd_tls_fingerprint_digest = sha1\n"
    return adding(ANNA, server(main, STOCK_MASTER, file(TABLE, b"AA:BB old\n")))


def in_a_tree() -> Plan:
    here = Machine([ANNA])
    return revoking(ANNA, replace(here.facts, works_on_a_tree=True), here.ledger)


def added_twice() -> Plan:
    here = Machine([ANNA])
    return adding(ANNA, here.facts, here.ledger)


def revoking_the_server() -> Plan:
    (anna,) = (each for each in Machine([ANNA]).ledger.entries if isinstance(each, Issued))
    ledger = Ledger().with_issued(replace(anna, role=Role.SERVER))
    return revoking(f"{anna.serial:X}", server(), ledger)


def revoking_one_of_two() -> Plan:
    here = Machine([ANNA, ANNA.capitalize()])
    return revoking(ANNA, here.facts, here.ledger)


def named_though_revoked() -> Plan:
    here = Machine([ANNA])
    here.take(revoking(ANNA, here.facts, here.ledger))
    return make_plan(answers(clients__names=[ANNA]), here.facts, circumstances(here.ledger))


RAISED: dict[str, tuple[Severity, Plan]] = {
    "auth-everywhere-kept": (NOTE, on("smtpd_sasl_auth_enable=yes\n", sasl__scope="submission")),
    "auth-in-clear": (WARNING, on()),
    "ca-expired": (REFUSAL, later()),
    "ca-file-missing": (REFUSAL, on(tls__ca_file="/missing")),
    "ca-not-found": (REFUSAL, adding(ANNA, machine())),
    "ca-incomplete": (REFUSAL, only(CA_KEY)),
    "ca-key-elsewhere": (REFUSAL, only(CA)),
    "ca-key-in-clear": (WARNING, on(ca__encrypted=True)),
    "ca-key-mismatch": (REFUSAL, with_the_key_of_another_ca()),
    "ca-limited": (NOTE, only()),
    "ca-limited-to-a-registry": (
        WARNING,
        on_an_empty_machine(ca__domains=["kernel-panic.it", "it"]),
    ),
    "ca-root-unknown": (WARNING, below_another_ca()),
    "ca-unused": (NOTE, on_an_empty_machine(server__source="request")),
    "ca-missing": (REFUSAL, on_an_empty_machine(ca__source="existing")),
    "certificate-replaced": (WARNING, on("smtpd_tls_cert_file=/etc/old.crt\n")),
    "certificate-without-effect": (
        WARNING,
        on(
            "",
            BARE_MASTER.strip() + " -o smtpd_tls_cert_file=/etc/own.crt\n",
            server__layout="chain",
        ),
    ),
    "certbots-directory": (REFUSAL, naming(*certbot(), certificate=LINEAGE)),
    "checker-replaced": (
        WARNING,
        on("smtpd_sasl_auth_enable=yes\n", STOCK_MASTER, SASLAUTHD),
    ),
    "certificates-asked-for": (NOTE, adding(ANNA, server())),
    "chain-files-unknown": (
        REFUSAL,
        plan_for(machine(version="3.3.22"), answers(server__layout="chain")),
    ),
    "ca-as-server": (WARNING, installing_a_ca()),
    "client-has-certificate": (NOTE, added_twice()),
    "client-not-issued": (REFUSAL, adding("anna", server())),
    "client-stays-revoked": (WARNING, named_though_revoked()),
    "client-unknown": (REFUSAL, revoking("anna", server(), Ledger())),
    "not-of-a-client": (REFUSAL, revoking_the_server()),
    "another-may-relay": (WARNING, revoking_one_of_two()),
    "clients-not-looked-up": (
        WARNING,
        adding(ANNA, server(master=WITH_SMTPS + "  -o relay_clientcerts=hash:/etc/other\n")),
    ),
    "clients-without-tls": (REFUSAL, without_tls()),
    "deploy-hook-in-the-way": (WARNING, naming(*certbot(), file(HOOK, b"#!/bin/sh\n", 0o755))),
    "deploy-hook-not-executable": (
        WARNING,
        naming(*certbot(), file(HOOK, hook([Call(LINEAGE)]), 0o644)),
    ),
    "deploy-hook-written-anew": (
        WARNING,
        naming(*certbot(), file(HOOK, hook([]).replace(b"set -u", b"set -eu"), 0o755)),
    ),
    "fingerprints-weak": (WARNING, with_sha1()),
    "group-joined": (NOTE, on("", STOCK_MASTER, directory(SOCKET.parent, 0o750, 110))),
    "key-changes": (NOTE, naming(*certbot())),
    "key-open-to-others": (
        WARNING,
        on("", STOCK_MASTER, replace(guide_pki()[3], mode=0o644)),
    ),
    "key-reused": (NOTE, only(CA, CA_KEY, SERVER_KEY)),
    "logins-would-end": (
        REFUSAL,
        on("smtpd_sasl_auth_enable=yes\n", STOCK_MASTER, SASLAUTHD, NO_SOCKET),
    ),
    "lineage-empty": (
        REFUSAL,
        naming(UPSIDE_DOWN, file(LINEAGE / "README", b""), key=COMBINED),
    ),
    "link-to-certbot": (NOTE, naming(*certbot(), OWN_LINK, certificate=OWN_LINK.path)),
    "logged-in-users-permitted": (NOTE, on("smtpd_relay_restrictions=reject\n")),
    "long-validity": (WARNING, only()),
    "managed-by-certbot": (REFUSAL, on_an_empty_machine(server__key=str(ARCHIVED))),
    "map-type-unknown": (
        REFUSAL,
        on(sasl__recipient_restrictions=["check_client_access btree:/etc/postfix/clients"]),
    ),
    "mynetworks-not-judged": (WARNING, on("mynetworks=hash:/etc/postfix/networks\n")),
    "name-outside-limits": (
        REFUSAL,
        on_an_empty_machine(ca__domains=["kernel-panic.it"], server__subject__email="a@b.it"),
    ),
    "name-not-in-certificate": (
        WARNING,
        plan_for(machine("myhostname = mx.kernel-panic.it\n")),
    ),
    "no-cyrus-sasl": (REFUSAL, plan_for(machine(sasl_types=()))),
    "no-mechanism-left": (REFUSAL, on("smtpd_sasl_security_options=noplaintext\n")),
    "chain-twice": (REFUSAL, naming(*TWICE, certificate=COMBINED, key=OTHER_KEY)),
    "not-a-chain": (REFUSAL, naming(UPSIDE_DOWN, certificate=COMBINED, key=COMBINED)),
    "not-a-directory": (REFUSAL, on("", STOCK_MASTER, file(SERVER.parent, b""))),
    "not-a-file": (REFUSAL, on("", STOCK_MASTER, directory(SERVER))),
    "not-a-socket": (REFUSAL, on("", STOCK_MASTER, file(SOCKET, b""))),
    "one-generation": (REFUSAL, naming(*certbot(), file(ARCHIVED, b""), certificate=ARCHIVED)),
    "one-type-twice": (
        REFUSAL,
        plan_for(machine(), answers(server__ecdsa=True, server__key_type="ec:p256")),
    ),
    "open-relay": (REFUSAL, on("smtpd_relay_restrictions=permit\n")),
    "open-relay-domains": (REFUSAL, on("relay_domains=static:all\n")),
    "open-relay-mynetworks": (REFUSAL, on("mynetworks=0.0.0.0/0\n")),
    "others-file-missing": (REFUSAL, naming(UPSIDE_DOWN, certificate=COMBINED)),
    "others-key-encrypted": (REFUSAL, naming(*certbot(own=LOCKED))),
    "overridden-in-master": (
        WARNING,
        on("", BARE_MASTER.strip() + " -o smtpd_tls_security_level=none\n"),
    ),
    "placeholder-replaced": (
        NOTE,
        on("smtpd_tls_cert_file=/etc/ssl/certs/ssl-cert-snakeoil.pem\n"),
    ),
    "platform-unknown": (WARNING, plan_for(machine(platform=UNKNOWN_PLATFORM))),
    "port-taken": (REFUSAL, on("", f"{BARE_MASTER}465 inet n - n - - spawn argv=/bin/true\n")),
    "postfix-stopped": (NOTE, plan_for(machine(is_running=False))),
    "postfix-too-old": (REFUSAL, plan_for(machine(version="2.11.0"))),
    "service-disabled": (REFUSAL, on("master_service_disable=inet\n")),
    "relay-restrictions-added": (NOTE, plan_for(machine(""))),
    "relay-rests-on-a-claim": (
        WARNING,
        on("smtpd_relay_restrictions=check_sender_access hash:/x, reject\n"),
    ),
    "logins-left-alone": (NOTE, on("smtpd_sasl_auth_enable=yes\n", sasl__enabled=False)),
    "changed-by-reference": (WARNING, on("smtp_tls_CAfile = $smtpd_tls_CAfile\n")),
    "refuses-all-mail": (
        REFUSAL,
        on(sasl__recipient_restrictions=["permit_mynetworks", "reject"]),
    ),
    "service-left-alone": (NOTE, on("", f"{BARE_MASTER}587 inet n - n - - smtpd\n")),
    "service-for-itself": (WARNING, on("", f"{BARE_MASTER}127.0.0.1:465 inet n - n - - smtpd\n")),
    "port-shared": (
        REFUSAL,
        plan_for(machine(STOCK_MAIN, ON_EACH_AND_ALL, *guide_pki(), version="3.5.25")),
    ),
    "renewed-by-others": (NOTE, naming(UPSIDE_DOWN, certificate=COMBINED, key=COMBINED)),
    "restriction-unknown": (
        REFUSAL,
        on(sasl__recipient_restrictions=["permit_mynetwork"]),
    ),
    "restriction-unknown-in-use": (
        WARNING,
        on("smtpd_sender_restrictions = reject_unlisted_sendr\n"),
    ),
    "no-sasl-plugin": (REFUSAL, plan_for(machine(sasl_plugins=None))),
    "not-reloaded": (NOTE, plan_for(machine(works_on_a_tree=True))),
    "sasl-plugin-missing": (WARNING, plan_for(machine(sasl_plugins=frozenset({"plain"})))),
    "sasl-plugins-not-found": (
        WARNING,
        plan_for(machine(sasl_plugins=None, platform=UNKNOWN_PLATFORM)),
    ),
    "sasl-type-replaced": (WARNING, on("smtpd_sasl_type=dovecot\n")),
    "server-expired": (REFUSAL, later()),
    "server-incomplete": (REFUSAL, only(CA, CA_KEY, SERVER)),
    "server-name-not-covered": (WARNING, on(server__names=["other.kernel-panic.it"])),
    "service-added": (NOTE, on("", BARE_MASTER)),
    "service-cannot-start": (
        WARNING,
        on("", BARE_MASTER + "2525 inet n - n - - smtpd -o smtpd_relay_restrictions=\n"),
    ),
    "smtpd-conf-malformed": (REFUSAL, on("", STOCK_MASTER, file(SMTPD_CONF, b"nonsense\n"))),
    "socket-closed": (WARNING, on("", STOCK_MASTER, socket(mode=0o600))),
    "socket-missing": (
        WARNING,
        on("", STOCK_MASTER, NO_SOCKET),
    ),
    "stricter-level-kept": (NOTE, on("smtpd_tls_security_level=encrypt\n")),
    "table-not-built": (REFUSAL, in_a_tree()),
    "tlsproxy-missing": (WARNING, on("", "smtp inet n - y - 1 postscreen\n")),
    "unchrooted": (NOTE, on()),
    "unusable-certificate": (REFUSAL, on("", STOCK_MASTER, file(SERVER_KEY, b""))),
    "version-assumed": (WARNING, plan_for(machine(version_source="assumed for Debian 12"))),
    "wrapper-mode-everywhere": (WARNING, on("smtpd_tls_wrappermode = yes\n")),
}


BY_DEFECT = {
    *("ca-expired", "ca-incomplete"),
    *("server-expired", "server-incomplete", "server-name-not-covered"),
}
"""Those of a pair, put together from whose it is and what is wrong with it."""

PLANS = Path(str(pfwizard.plan.__file__)).parent

FOUND_LATER = (
    "authorities/departing_key.py",
    "authorities/known_authorities.py",
    "clock.py",
    "renewal/next_key.py",
    "renewal/renewal.py",
    "renewal/renewal_findings.py",
    "server/installation.py",
    "server/installation_place.py",
    "server/served_pairs.py",
)
"""What is not planned from answers has its findings in test_findings_later."""

FOUND_IN_REQUESTS = (
    "server/awaited_certificate.py",
    "server/chain_file.py",
    "server/signing_request.py",
)
"""The findings of these are in test_findings_of_requests."""

FOUND_ABOUT_TLS = (
    "clients/client_certificates.py",
    "outgoing/outgoing.py",
    "outgoing/overruled.py",
    "outgoing/reach.py",
    "outgoing/relay_host.py",
    "outgoing/relay_password.py",
    "outgoing/trust.py",
    "postscreen.py",
    "tls/obsolete.py",
    "tls/profile.py",
    "tls/service_levels.py",
    "tls/tlsproxy.py",
)
"""The findings of these are in test_findings_of_tls."""

FOUND_ABOUT_OTHERS = ("managers.py", "platform.py")
"""The findings of these are in test_managers and test_platform."""


@pytest.mark.parametrize("identifier", RAISED)
def test_it_is_raised_once_and_says_why_and_what_to_do(identifier: str) -> None:
    severity, found = RAISED[identifier]

    (finding,) = [each for each in found.findings if each.identifier == identifier]

    assert finding.severity is severity
    assert finding.message
    assert finding.remedy.endswith(".") or (severity is NOTE and not finding.remedy)


def test_there_is_no_other_finding_in_the_source() -> None:
    in_source = set(_identifiers_in_source())

    assert in_source == (set(RAISED) - BY_DEFECT) | set(OF_BACK_ENDS)


def _identifiers_in_source() -> Iterator[str]:
    """The identifiers written out; those of a pair's defects are put together from its name."""
    elsewhere = {*FOUND_LATER, *FOUND_IN_REQUESTS, *FOUND_ABOUT_TLS, *FOUND_ABOUT_OTHERS}
    for source in PLANS.rglob("*.py"):
        if str(source.relative_to(PLANS)) not in elsewhere:
            yield from identifiers_in(source)


def identifiers_in(source: Path) -> Iterator[str]:
    """Those of one file."""
    for call in ast.walk(ast.parse(source.read_text())):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            makes_one = call.func.id in ("note", "warning", "refusal", "Finding")
            first = call.args[0] if makes_one and call.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def test_only_a_refusal_stops_the_run() -> None:
    _, found = RAISED["auth-in-clear"]

    assert found.refusals == ()


def test_a_finding_is_a_value() -> None:
    assert Finding("x", NOTE, "y", "z") == Finding("x", NOTE, "y", "z")
