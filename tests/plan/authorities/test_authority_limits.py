"""A new CA may sign for the operator's own names only, and its certificates are good for those."""

import ssl
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.keys import load_private_key
from pfwizard.pki.names import is_ip
from pfwizard.plan.plan import Plan, Severity
from pfwizard.plan.planner import make_plan
from pfwizard.secret import Secret
from tests.pki.verifiers import (
    GnuTls,
    Purpose,
    complaint_of_openssl,
    findings_of_pkilint,
    handshake,
    strict_client,
    strict_server,
    verify_as_a_client,
    verify_as_a_server,
)
from tests.plan.authority_builders import certificate_in, refusals, written
from tests.plan.builders import (
    CA,
    CA_KEY,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    answers,
    applied,
    circumstances,
    content_of,
    identifiers,
    machine,
    plan_for,
)

HOST, ADDRESSES = "mail.kernel-panic.it", ["192.0.2.25", "2001:db8::25"]


def plan(**overrides: object) -> Plan:
    return plan_for(machine(), answers(**overrides))


def limits(main: str = STOCK_MAIN, **overrides: object) -> tuple[str, ...]:
    return certificate_in(plan_for(machine(main), answers(**overrides)), CA).facts.limits


# --- what they are -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "clients", "domains"),
    [
        ([HOST], [], ("kernel-panic.it",)),
        ([HOST, "smtp.kernel-panic.it"], ["a@kernel-panic.it"], ("kernel-panic.it",)),
        (
            [HOST, "mx.example.org"],
            ["a@example.com"],
            ("kernel-panic.it", "example.org", "example.com"),
        ),
        (["*.example.org"], [], ("example.org",)),
        ([HOST, *ADDRESSES], [], ("kernel-panic.it", *ADDRESSES)),
        (["mail.bücher.example"], [], ("xn--bcher-kva.example",)),
    ],
)
def test_a_new_ca_is_limited_to_the_domains_of_its_names_and_to_its_addresses(
    names: list[str], clients: list[str], domains: tuple[str, ...]
) -> None:
    assert limits(server__names=names, clients__names=clients) == domains


def test_the_answers_may_name_the_domains() -> None:
    assert limits(ca__domains=["kernel-panic.it", "example.org"]) == (
        "kernel-panic.it",
        "example.org",
    )


def test_the_answers_may_want_no_limits() -> None:
    made = plan(ca__name_constraints=False)

    assert certificate_in(made, CA).facts.limits == ()
    assert "ca-limited" not in identifiers(made)


@pytest.mark.parametrize(
    ("mydomain", "names", "domains"),
    [
        ("example.org", ["mail.it.example.org"], ("example.org",)),
        ("Example.ORG", ["mail.it.example.org"], ("example.org",)),
        ("it.example.org", ["mail.mx.it.example.org"], ("it.example.org",)),
        ("example.com", ["mail.it.example.org"], ("it.example.org",)),
        ("org", ["example.org"], ("example.org",)),
        ("co.uk", ["example.co.uk"], ("example.co.uk",)),
        ("localdomain", ["mail.it.example.org"], ("it.example.org",)),
    ],
)
def test_the_domain_of_postfix_counts_where_a_name_lies_in_it(
    mydomain: str, names: list[str], domains: tuple[str, ...]
) -> None:
    main = f"myhostname = {names[0]}\nmydomain = {mydomain}\n"

    assert limits(main, server__names=names) == domains


def test_the_contact_of_the_server_stands_in_its_certificate_and_counts() -> None:
    assert limits(server__subject__email="postmaster@example.net") == (
        "kernel-panic.it",
        "example.net",
    )


def test_the_contact_does_not_count_where_another_ca_signs_for_the_server() -> None:
    contact = "postmaster@example.net"

    assert limits(server__source="request", server__subject__email=contact) == ("kernel-panic.it",)


@pytest.mark.parametrize(
    ("common_name", "host", "domains"),
    [
        ("mail.example.net", "mail.example.org", ("example.net",)),
        ("Postfix", "mail.example.org", ("example.org",)),
        ("a_b.example", "mail.example.org", ("example.org",)),
        ("Postfix", "under_score", ()),
    ],
)
def test_where_all_names_are_addresses_the_common_name_counts_or_else_this_host(
    common_name: str, host: str, domains: tuple[str, ...]
) -> None:
    """OpenSSL takes the common name for a host there."""
    given = {"server__names": ADDRESSES, "server__subject__common_name": common_name}

    assert limits(f"myhostname = {host}\n", **given) == (*domains, *ADDRESSES)


# --- what is said of them ------------------------------------------------------------------------


def test_a_note_names_the_limits_and_the_answer_that_lifts_them() -> None:
    (found,) = [each for each in plan().findings if each.identifier == "ca-limited"]

    assert found.severity is Severity.NOTE
    assert "can sign only for kernel-panic.it and for what is below" in found.message
    assert "a domain that is added later needs another CA" in found.message
    assert "ca.name_constraints = false" in found.remedy


def test_the_note_is_of_a_new_ca_only() -> None:
    after = applied(machine(), plan())

    assert "ca-limited" not in identifiers(plan_for(after))


def test_the_summary_of_the_certificate_has_the_limits() -> None:
    (change,) = [each for each in plan().changes if each.path == CA]

    assert "limited to: kernel-panic.it" in change.summary
    assert not any("limited" in line for line in summary_of_the_server())


def summary_of_the_server() -> tuple[str, ...]:
    (change,) = [each for each in plan().changes if each.path == SERVER]
    return change.summary


# --- names outside -------------------------------------------------------------------------------


def on_a_machine_with_a_ca(source: str, there: tuple[PurePosixPath, ...], **other: object) -> Plan:
    """Its CA is limited to kernel-panic.it."""
    made = applied(machine(), plan())
    kept = [made.files[path] for path in there]
    return plan_for(machine(STOCK_MAIN, "", *kept), answers(ca__source=source, **other))


sources = pytest.mark.parametrize("source", ["create", "existing"])


@sources
@pytest.mark.parametrize("name", ["mail.example.org", "*.example.org", "192.0.2.25"])
def test_a_server_outside_of_a_ca_that_is_found_is_refused(source: str, name: str) -> None:
    refused = on_a_machine_with_a_ca(source, (CA, CA_KEY), server__names=[HOST, name])

    assert refusals(refused) == ["name-outside-limits"]
    message, remedy = refused.refusals[0].message, refused.refusals[0].remedy
    assert message == f"the CA {CA} may not sign for {name}: it is limited to kernel-panic.it"
    assert remedy.startswith("Leave the name out: the limits of a CA cannot be changed.")
    assert ("the next run makes another CA" in remedy) is (source == "create")
    assert SERVER not in written(refused)


@sources
@pytest.mark.parametrize("name", ["anna@example.org", "relay.example.org"])
def test_a_client_outside_of_a_ca_that_is_found_is_refused(source: str, name: str) -> None:
    there = (CA, CA_KEY, SERVER, SERVER_KEY)

    refused = on_a_machine_with_a_ca(source, there, clients__names=[name])

    assert "name-outside-limits" in refusals(refused)
    (found,) = [each for each in refused.refusals if each.identifier == "name-outside-limits"]
    assert f"the CA {CA} may not sign for {name}: it is limited to kernel-panic.it" in found.message


def test_a_name_outside_of_the_domains_of_a_new_ca_is_refused() -> None:
    refused = plan(ca__domains=["kernel-panic.it"], server__subject__email="a@example.org")

    assert refusals(refused) == ["name-outside-limits"]
    assert "ca.domains" in refused.refusals[0].remedy
    assert "ca.name_constraints = false" in refused.refusals[0].remedy


# --- what other programs say ---------------------------------------------------------------------

CHAINS: Mapping[str, Mapping[str, object]] = {
    "the guide's": {},
    "with addresses": {"server__names": [HOST, *ADDRESSES]},
    "addresses only": {"server__names": ADDRESSES},
    "a wildcard": {"server__names": ["*.kernel-panic.it", "kernel-panic.it"]},
    "two domains": {"server__names": [HOST, "mx.example.org"], "clients__names": ["a@example.org"]},
    "an international domain": {"server__names": ["mail.bücher.example"]},
    "a contact": {"server__subject__email": "postmaster@example.net"},
    "mailboxes and hosts": {"clients__names": ["a@sub.kernel-panic.it", "relay.example.com"]},
    "domains given": {"ca__domains": ["kernel-panic.it"], "clients__names": ["a@kernel-panic.it"]},
    "on P-256": {"ca__key_type": "ec:p256", "server__key_type": "ec:p256"},
}
chains = pytest.mark.parametrize("chain", CHAINS)


@cache
def made(chain: str) -> Plan:
    found = plan(services__smtps=True, **CHAINS[chain])
    assert refusals(found) == []
    return found


def issued(of: Plan) -> tuple[Certificate, Certificate, list[Certificate]]:
    """The CA's, the server's, and the clients'."""
    clients = [path for path in written(of) if "clients" in path.parts and path.suffix == ".crt"]
    return (
        certificate_in(of, CA),
        certificate_in(of, SERVER),
        [certificate_in(of, path) for path in sorted(clients)],
    )


def hosts(leaf: Certificate) -> list[str]:
    """What clients connect to."""
    names = (*leaf.facts.dns_names, *leaf.facts.ip_addresses)
    return [name.replace("*", "mail") for name in names]


@chains
def test_the_ca_is_limited_and_the_linter_has_nothing_against_it(chain: str) -> None:
    authority, _, _ = issued(made(chain))

    assert authority.facts.limits
    assert findings_of_pkilint(authority) == []


@chains
def test_openssl_verifies_the_chain_strictly(chain: str, tmp_path: Path) -> None:
    authority, leaf, clients = issued(made(chain))

    for host in hosts(leaf):
        check = "-verify_ip" if is_ip(host) else "-verify_hostname"
        assert not complaint_of_openssl(authority, leaf, check, host, directory=tmp_path)
    for client in clients:
        said = complaint_of_openssl(authority, client, purpose=Purpose.CLIENT, directory=tmp_path)
        assert not said


@chains
def test_the_library_verifies_the_chain(chain: str) -> None:
    authority, leaf, clients = issued(made(chain))

    for host in hosts(leaf):
        verify_as_a_client(authority, leaf, host)
    for client in clients:
        verify_as_a_server(authority, client)


@pytest.mark.machine
@chains
def test_gnutls_verifies_the_chain(chain: str, gnutls: GnuTls) -> None:
    authority, leaf, clients = issued(made(chain))

    for host in hosts(leaf):
        check = f"--verify-hostname={host}"
        assert not gnutls.complaint(authority, leaf, check, purpose=Purpose.SERVER)
    for client in clients:
        assert not gnutls.complaint(authority, client, purpose=Purpose.CLIENT)


def test_a_strict_client_shakes_hands_with_the_server_of_a_limited_ca(tmp_path: Path) -> None:
    now = replace(circumstances(), now=datetime.now(UTC))
    today = make_plan(answers(), machine(), now)
    authority, leaf, _ = issued(today)
    key = load_private_key(Secret(content_of(today, SERVER_KEY)))

    agreed = handshake(strict_client(authority), strict_server(leaf, key, tmp_path))

    assert agreed.version() == ssl.TLSVersion.TLSv1_3.name.replace("_", ".")


# --- broken on purpose ---------------------------------------------------------------------------


def test_what_the_guides_ca_may_not_sign_for_is_accepted_by_none(tmp_path: Path) -> None:
    """Else the tests above would prove nothing: the key is the same, and the name too."""
    authority = certificate_in(plan(), CA)
    elsewhere = certificate_in(plan(server__names=["mail.example.org"]), SERVER)

    said = complaint_of_openssl(authority, elsewhere, directory=tmp_path)
    assert "permitted subtree violation" in said
