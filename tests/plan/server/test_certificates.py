"""The CA's and the server's files: found and left alone, completed, or refused."""

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Plan, Severity
from pfwizard.plan.planner import make_plan
from tests.pki import builders as pki
from tests.plan.authority_builders import (
    EVERYTHING,
    FOUND,
    certificate_in,
    found,
    refusals,
    written,
)
from tests.plan.builders import (
    CA,
    CA_KEY,
    NOW,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    circumstances,
    content_of,
    file,
    identifiers,
    key,
    machine,
    plan_for,
)

REQUEST = SERVER_KEY.with_suffix(".csr")


def plan(*files: FileState, **overrides: object) -> Plan:
    return plan_for(machine(STOCK_MAIN, STOCK_MASTER, *files), answers(**overrides))


def test_everything_is_made_on_an_empty_machine() -> None:
    assert set(EVERYTHING) <= written(plan())


def test_what_is_found_is_left_alone() -> None:
    assert not set(EVERYTHING) & written(plan(*found(*EVERYTHING)))


def test_a_server_key_that_is_found_is_used_and_not_rewritten() -> None:
    issued = plan(*found(CA, CA_KEY, SERVER_KEY))

    assert SERVER_KEY not in written(issued)
    assert key(1).matches(certificate_in(issued, SERVER))


def test_a_certificate_without_its_key_is_refused() -> None:
    half = plan(*found(CA, CA_KEY, SERVER))

    assert refusals(half) == ["server-incomplete"]
    assert f"Restore {SERVER_KEY}" in half.refusals[0].remedy


def test_an_expired_pair_is_refused() -> None:
    late = replace(circumstances(), now=NOW + timedelta(days=5000))
    facts = machine(STOCK_MAIN, STOCK_MASTER, *found(*EVERYTHING))

    assert refusals(make_plan(answers(), facts, late)) == ["ca-expired", "server-expired"]


def test_a_certificate_of_the_future_is_refused() -> None:
    early = replace(circumstances(), now=NOW - timedelta(days=30))
    facts = machine(STOCK_MAIN, STOCK_MASTER, *found(*EVERYTHING))

    assert refusals(make_plan(answers(), facts, early)) == [
        "ca-not-yet-valid",
        "server-not-yet-valid",
    ]


def test_a_certificate_of_another_ca_is_refused() -> None:
    ours = (file(CA, pki.ca().pem()), file(CA_KEY, pki.key("ca").pem().reveal(), 0o600))

    assert refusals(plan(*found(SERVER, SERVER_KEY), *ours)) == ["server-wrong-issuer"]


def test_a_key_of_another_certificate_is_refused() -> None:
    foreign = file(SERVER_KEY, pki.key("foreign").pem().reveal(), 0o600)

    assert refusals(plan(*found(CA, CA_KEY, SERVER), foreign)) == ["server-key-mismatch"]


def test_a_name_that_the_certificate_lacks_is_a_warning() -> None:
    other = plan(
        *found(*EVERYTHING), server__names=["mail.kernel-panic.it", "smtp.kernel-panic.it"]
    )

    severities = {f.identifier: f.severity for f in other.findings}
    assert severities["server-name-not-covered"] is Severity.WARNING


@pytest.mark.parametrize("path", EVERYTHING)
def test_a_damaged_file_is_refused_by_its_name(path: PurePosixPath) -> None:
    damaged = plan(*(found(*(each for each in EVERYTHING if each != path))), file(path, b"damaged"))

    assert refusals(damaged) == ["unusable-certificate"]
    assert str(path) in damaged.refusals[0].message


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)]
)
@pytest.mark.parametrize("path", [CA_KEY, SERVER_KEY])
def test_a_key_open_to_others_is_warned_of(path: PurePosixPath, mode: int, warned: bool) -> None:
    files = [
        replace(state, mode=mode) if state.path == path else state for state in found(*EVERYTHING)
    ]

    assert ("key-open-to-others" in identifiers(plan(*files))) is warned


@pytest.mark.parametrize(("days", "warned"), [(825, False), (826, True)])
def test_a_validity_that_apple_refuses_is_warned_of(days: int, warned: bool) -> None:
    assert ("long-validity" in identifiers(plan(server__days=days))) is warned


def test_secrets_are_marked_and_private() -> None:
    keys = [change for change in plan().changes if change.path in (CA_KEY, SERVER_KEY)]

    assert [(change.secret, change.mode) for change in keys] == [(True, 0o600), (True, 0o600)]


def test_a_request_is_a_secret_only_with_a_password_in_it() -> None:
    request = answers().server.request
    password = {"server__request_attributes__challenge_password": "abcdefgh"}

    for overrides, secret in (({}, False), (password, True)):
        made = plan(**overrides)
        assert [c.secret for c in made.changes if c.path == request] == [secret]


def test_a_chain_file_is_the_key_and_then_its_certificate() -> None:
    made = plan(server__layout="chain")

    chain = content_of(made, SERVER_KEY)
    assert chain == key(1).pem().reveal() + content_of(made, SERVER)


def test_a_key_that_is_found_becomes_a_chain() -> None:
    made = plan(*found(*EVERYTHING), server__layout="chain")

    assert content_of(made, SERVER_KEY) == (FOUND[SERVER_KEY].content or b"") + (
        FOUND[SERVER].content or b""
    )


def test_an_old_certificate_leaves_the_chain_when_a_new_one_is_issued() -> None:
    old = pki.server().pem()
    chain = file(SERVER_KEY, key(1).pem().reveal() + old, 0o600)

    made = plan(*found(CA, CA_KEY), chain, server__layout="chain")

    assert content_of(made, SERVER_KEY) == key(1).pem().reveal() + content_of(made, SERVER)


def test_the_key_comes_first_in_a_chain() -> None:
    certificate = FOUND[SERVER].content or b""
    upside_down = file(SERVER_KEY, certificate + key(1).pem().reveal(), 0o600)

    made = plan(*found(CA, CA_KEY, SERVER), upside_down, server__layout="chain")

    assert content_of(made, SERVER_KEY) == key(1).pem().reveal() + certificate


def test_a_chain_with_further_certificates_is_left_alone() -> None:
    further = b"".join(FOUND[path].content or b"" for path in (SERVER_KEY, SERVER, CA))

    made = plan(
        *found(CA, CA_KEY, SERVER), file(SERVER_KEY, further, 0o600), server__layout="chain"
    )

    assert SERVER_KEY not in written(made)


@pytest.mark.parametrize("layout", ["pair", "chain"])
def test_a_second_plan_has_nothing_to_do(layout: str) -> None:
    facts, wanted = machine(), answers(server__layout=layout)

    assert plan_for(applied(facts, plan_for(facts, wanted)), wanted).is_empty


@pytest.mark.parametrize(
    ("overrides", "warned"),
    [
        ({}, False),
        ({"server__names": ["*.kernel-panic.it"]}, False),
        ({"server__names": ["smtp.kernel-panic.it"]}, True),
        ({"server__subject__common_name": "Postfix Server"}, False),
        ({"server__subject__common_name": "mial.kernel-panic.it"}, True),
    ],
)
def test_a_name_that_the_new_certificate_is_not_for_is_warned_of(
    overrides: dict[str, object], warned: bool
) -> None:
    assert ("name-not-in-certificate" in identifiers(plan(**overrides))) is warned


def test_a_request_that_asks_for_the_same_is_left_alone() -> None:
    first = plan()
    made = {change.path: change for change in first.changes}
    kept = [
        file(path, made[path].after or b"", made[path].mode)
        for path in (CA, CA_KEY, SERVER_KEY, REQUEST)
    ]

    assert REQUEST not in written(plan(*kept))
    assert REQUEST in written(plan(*kept, server__names=["other.kernel-panic.it"]))


def test_a_directory_that_gets_a_key_is_private_whatever_else_it_gets() -> None:
    shared = PurePosixPath("/etc/pki/mail")
    found = plan(
        ca__certificate=f"{shared}/ca.crt",
        server__certificate=f"{shared}/server.crt",
        server__key=f"{shared}/server.key",
        tls__ca_file=f"{shared}/ca.crt",
    )

    (made,) = [change for change in found.changes if change.path == shared]
    assert made.mode == 0o700
