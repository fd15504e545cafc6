"""Certificates of somebody else's CA: what is wrong with them, and where they go."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pfwizard.answers.answers import ServerAnswers
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate, load_certificates
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import PrivateKey
from pfwizard.plan.plan import Plan
from pfwizard.plan.server.foreign_chain import BUNDLES
from pfwizard.plan.server.installation import (
    InstallationRequest,
    make_installation_plan,
)
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.plan.builders import (
    BARE_MASTER,
    NOW,
    STOCK_MAIN,
    circumstances,
    content_of,
    directory,
    file,
    identifiers,
    machine,
    main_of,
    with_files,
)

DAY = timedelta(days=1)

KEY = PurePosixPath("/etc/ssl/private/mail.key")
BESIDE = PurePosixPath("/etc/ssl/mail.crt")
SERVERS = pki.key("server").pem().reveal()

ROOT = issuing("root")
UPPER = issuing("upper", (ROOT, "root"))
LOWER = issuing("lower", (UPPER, "upper"))
SHORT_LOWER = issuing("lower", (UPPER, "upper"), days=200)
LEAF = pki.server(LOWER, ca_key=pki.key("lower"))

COMPLETE = (LEAF, LOWER, UPPER)


def short_key() -> bytes:
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    return PrivateKey(short).pem().reveal()


def of_openssh() -> bytes:
    own = pki.key("server").parsed
    return own.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def with_key(
    *files: FileState, main_cf: str = STOCK_MAIN, key: bytes = SERVERS, roots: bytes = ROOT.pem()
) -> Facts:
    """A machine that has the key, and the roots that clients trust."""
    directories = map(directory, ("/etc/ssl/private", "/etc/ssl/certs", "/etc/letsencrypt"))
    own = (file(KEY, key, 0o600), file(BUNDLES[0], roots))
    return machine(main_cf, BARE_MASTER, *directories, *own, *files)


def installing(
    *certificates: Certificate,
    facts: Facts | None = None,
    force: bool = False,
    now: datetime = NOW,
    keys: tuple[PurePosixPath, ...] = (KEY,),
    server: ServerAnswers | None = None,
) -> Plan:
    request = InstallationRequest(certificates, keys, force, server)
    return make_installation_plan(request, facts or with_key(), replace(circumstances(), now=now))


def installing_a_ca() -> Plan:
    """As ``openssl req -x509`` makes it where nobody says what it is to be."""
    names = x509.SubjectAlternativeName([x509.DNSName(pki.HOST)])
    return installing(issuing("server", more=[names]))


def refusals(plan: Plan) -> list[str]:
    return [finding.identifier for finding in plan.refusals]


# --- what is wrong --------------------------------------------------------------------------------


OTHER_HOST = pki.server(LOWER, ca_key=pki.key("lower"), names=["mx.example.org"])
A_CLIENT = pki.client(LOWER, ca_key=pki.key("lower"))


@pytest.mark.parametrize(
    ("certificates", "days_later", "identifier"),
    [
        (COMPLETE, 398, "expired"),
        (COMPLETE, -1, "not-yet-valid"),
        ((LEAF, UPPER), 0, "missing-intermediate"),
        ((LEAF,), 0, "missing-intermediate"),
        ((OTHER_HOST, LOWER, UPPER), 0, "name-not-covered"),
    ],
    ids=["expired", "not yet valid", "a gap", "alone", "another name"],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    certificates: tuple[Certificate, ...], days_later: int, identifier: str
) -> None:
    plan = installing(*certificates, now=NOW + days_later * DAY)

    assert identifier in refusals(plan)
    assert plan.is_empty


def test_an_intermediate_that_has_expired_is_named_too() -> None:
    plan = installing(LEAF, SHORT_LOWER, UPPER, now=NOW + 201 * DAY)

    assert refusals(plan) == ["expired"]
    assert LOWER.facts.subject in plan.refusals[0].message


def test_a_certificate_that_is_not_for_servers_is_refused() -> None:
    facts = with_key(key=pki.key("client").pem().reveal())

    plan = installing(A_CLIENT, LOWER, UPPER, facts=facts)

    assert "wrong-purpose" in refusals(plan)
    assert plan.is_empty


def test_a_certificate_for_another_key_is_refused_and_the_keys_that_are_here_are_named() -> None:
    plan = installing(*COMPLETE, facts=with_key(key=pki.key("another").pem().reveal()))

    assert refusals(plan) == ["key-mismatch"]
    assert str(KEY) in plan.refusals[0].message
    assert plan.is_empty


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (short_key(), f"{KEY} has only 1024 bits, which TLS refuses"),
        (of_openssh(), f"{KEY} holds a private key in OpenSSH's own form"),
        (b"  " + SERVERS, f"{KEY} has a -----BEGIN that is not at the beginning of its line"),
    ],
    ids=["short", "of OpenSSH", "indented"],
)
def test_of_keys_that_are_of_no_use_the_reason_is_told(content: bytes, words: str) -> None:
    plan = installing(*COMPLETE, facts=with_key(key=content))

    assert refusals(plan) == ["key-mismatch"]
    assert words in str(plan.refusals[0].message)


def test_of_a_ca_that_is_to_be_shown_as_a_server_the_operator_is_warned() -> None:
    plan = installing_a_ca()

    assert plan.refusals == ()
    assert "ca-as-server" in identifiers(plan)


def test_only_the_first_key_of_a_file_counts_and_that_is_said() -> None:
    another = pki.key("another").pem().reveal()

    plan = installing(*COMPLETE, facts=with_key(key=another + SERVERS))

    assert f"{KEY} (the first of 2 in it)" in str(plan.refusals[0].message)


def test_certificates_of_cas_alone_are_called_so() -> None:
    plan = installing(LOWER, UPPER)

    assert refusals(plan) == ["only-authorities"]
    assert "/CN=lower and /CN=upper" in str(plan.refusals[0].message)


def test_a_key_behind_a_passphrase_is_refused() -> None:
    locked = encrypted_pem(pki.key("server"), Secret("correct horse battery"), os.urandom)

    plan = installing(*COMPLETE, facts=with_key(key=locked.reveal()))

    assert refusals(plan) == ["key-encrypted"]
    assert plan.is_empty


def test_what_some_clients_accept_can_be_insisted_on() -> None:
    plan = installing(LEAF, force=True)

    assert "missing-intermediate" in identifiers(plan)
    assert not plan.refusals
    assert not plan.is_empty


def test_what_no_client_accepts_cannot() -> None:
    assert installing(*COMPLETE, now=NOW + 398 * DAY, force=True).is_empty


def test_where_no_roots_are_known_a_gap_is_only_warned_of() -> None:
    plan = installing(*COMPLETE, facts=with_key(roots=b""))

    assert "missing-intermediate" in identifiers(plan)
    assert not plan.refusals


# --- putting in order -----------------------------------------------------------------------------


def test_the_chain_is_written_in_order_without_the_root() -> None:
    plan = installing(ROOT, UPPER, LOWER, LEAF)

    assert load_certificates(content_of(plan, BESIDE)) == COMPLETE
    assert "wrong-order" in identifiers(plan)


def test_what_is_in_order_needs_no_word() -> None:
    assert "wrong-order" not in identifiers(installing(*COMPLETE))


@pytest.mark.parametrize(("days", "warned"), [(825, False), (826, True)])
def test_one_that_lasts_too_long_for_apples_clients_is_warned_of(days: int, warned: bool) -> None:
    leaf = pki.server(LOWER, ca_key=pki.key("lower"), days=days)

    plan = installing(leaf, LOWER, UPPER)

    assert ("long-validity" in identifiers(plan)) is warned
    assert plan.refusals == ()


def test_what_belongs_to_another_chain_is_left_out_and_named() -> None:
    stranger = pki.ca(whose="stranger")

    plan = installing(*COMPLETE, stranger)

    assert stranger not in load_certificates(content_of(plan, BESIDE))
    assert "unrelated" in identifiers(plan)


@pytest.mark.parametrize(("mode", "is_warned_of"), [(0o640, True), (0o600, False)])
def test_a_key_that_others_can_read_is_warned_of(mode: int, is_warned_of: bool) -> None:
    facts = with_key()
    opened = with_files(facts, replace(facts.file(KEY), mode=mode))

    plan = installing(*COMPLETE, facts=opened)

    assert ("key-open-to-others" in identifiers(plan)) is is_warned_of
    assert plan.refusals == ()


def test_the_key_of_a_ca_that_is_on_this_machine_too_is_not_taken_for_the_servers() -> None:
    cas = PurePosixPath("/etc/ssl/private/ca.key")
    facts = with_key(file(cas, pki.key("root").pem().reveal()))

    plan = installing(*COMPLETE, ROOT, facts=facts, keys=(cas, KEY))

    assert main_of(plan).get("smtpd_tls_key_file") == str(KEY)
