"""The CA that signs for a client: which one it is, and its key behind a passphrase or elsewhere."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.facts import Facts
from pfwizard.pki.certificates import load_certificate
from pfwizard.pki.errors import WrongPassphrase
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.plan.authorities.brought_key import BroughtKey
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.authorities.signing_authority import signing_authority
from pfwizard.plan.plan import Plan
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    SERVER,
    STOCK_MAIN,
    Files,
    applied,
    circumstances,
    content_of,
    directory,
    file,
    identifiers,
    machine,
)
from tests.plan.client_builders import ANNA, WITH_SMTPS, WITH_TLS, adding, ledger_after

PASSPHRASE = Secret("hard to guess it is")
OPEN = pki.key("ca").pem().reveal()
LOCKED = encrypted_pem(pki.key("ca"), PASSPHRASE, os.urandom).reveal()
STRANGE = pki.key("another ca").pem().reveal()
MEDIUM = PurePosixPath("/media/safe/ca.key")

CHAIN = PurePosixPath("/etc/postfix/ssl/chain.pem")
OTHER_CA, OTHER_KEY = PurePosixPath("/srv/our.crt"), PurePosixPath("/srv/secret.pem")


def server(ca_key: bytes | None, main_cf: str = WITH_TLS) -> Facts:
    files = [file(CA, pki.ca().pem())]
    if ca_key is not None:
        files.append(file(CA_KEY, ca_key, 0o600))
    return machine(main_cf, WITH_SMTPS, directory(CA_KEY.parent), *files)


def certificate_in(plan: Plan) -> bytes:
    return content_of(plan, CA_KEY.parent / "clients" / ANNA / f"{ANNA}.crt")


# --- a key behind a passphrase, or elsewhere ------------------------------------------------------


def test_a_key_behind_a_passphrase_signs_when_that_is_given() -> None:
    plan = adding(ANNA, server(LOCKED), ca_passphrase=PASSPHRASE)

    assert load_certificate(certificate_in(plan)).is_issued_by(pki.ca())
    assert CA_KEY not in {change.path for change in plan.changes}


def test_without_the_passphrase_it_is_asked_for() -> None:
    with pytest.raises(PassphraseNeeded) as raised:
        adding(ANNA, server(LOCKED))

    assert raised.value.key == CA_KEY


def test_another_passphrase_is_wrong_and_the_file_named() -> None:
    with pytest.raises(WrongPassphrase) as raised:
        adding(ANNA, server(LOCKED), ca_passphrase=Secret("another one"))

    assert str(CA_KEY) in raised.value.message


def test_a_client_that_has_a_certificate_needs_no_passphrase() -> None:
    first = adding(ANNA, server(LOCKED), ca_passphrase=PASSPHRASE)

    plan = adding(ANNA, applied(server(LOCKED), first), ledger_after(first))

    assert plan.is_empty
    assert "client-has-certificate" in identifiers(plan)


def test_a_key_that_was_brought_signs_and_is_written_nowhere() -> None:
    plan = adding(ANNA, server(None), brought=BroughtKey(MEDIUM, Secret(OPEN)))

    assert load_certificate(certificate_in(plan)).is_issued_by(pki.ca())
    assert all(OPEN not in (change.after or b"") for change in plan.changes)
    assert MEDIUM not in {premise.path for premise in plan.premises}


def test_a_key_that_is_nowhere_is_refused_and_how_to_bring_it_is_said() -> None:
    (finding,) = adding(ANNA, server(None)).refusals

    assert "--ca-key FILE" in finding.remedy


def test_what_was_brought_and_is_no_key_is_refused_by_its_name() -> None:
    (finding,) = adding(ANNA, server(None), brought=BroughtKey(MEDIUM, Secret(b"x"))).refusals

    assert str(MEDIUM) in finding.message


# --- which CA -------------------------------------------------------------------------------------


def chosen(
    contents: Mapping[PurePosixPath, bytes],
    *known_files: PurePosixPath,
    named: AuthorityFiles | None = None,
    passphrase: Secret[str] | None = None,
    brought: BroughtKey | None = None,
) -> AuthorityFiles:
    served = "chain_files" if CHAIN in contents else "cert_file"
    path = CHAIN if CHAIN in contents else SERVER
    facts = machine(
        STOCK_MAIN + f"smtpd_tls_{served} = {path}\nsmtpd_tls_CAfile = {CA}\n", BARE_MASTER
    )
    files = Files({**facts.files, **{path: file(path, each) for path, each in contents.items()}})
    here = replace(circumstances(), ca_passphrase=passphrase, ca_key=brought)
    return signing_authority(replace(facts, files=files), known_files, here, named)


OURS = AuthorityFiles(CA, CA_KEY)
THEIRS = AuthorityFiles(OTHER_CA, OTHER_KEY)
ANOTHER = pki.ca(whose="another ca", subject=pki.CLIENT_SUBJECT).pem()


@pytest.mark.parametrize("ca_key", [OPEN, LOCKED, None], ids=["open", "locked", "elsewhere"])
def test_it_is_the_one_that_has_issued_the_servers_certificate(ca_key: bytes | None) -> None:
    contents = {SERVER: pki.server().pem(), CA: pki.ca().pem()}
    if ca_key is not None:
        contents[CA_KEY] = ca_key

    assert chosen(contents) == OURS


def test_it_is_the_one_with_a_key_when_somebody_else_has_issued_that() -> None:
    root, upper = issuing("root"), issuing("upper", (issuing("root"), "root"))
    leaf = pki.server(upper, ca_key=pki.key("upper")).pem()
    theirs = {SERVER: leaf + upper.pem() + root.pem()}

    assert chosen({**theirs, CA: ANOTHER, CA_KEY: STRANGE}) == OURS
    assert chosen({**theirs, OTHER_CA: ANOTHER, OTHER_KEY: STRANGE}, OTHER_CA, OTHER_KEY) == THEIRS


def test_a_key_behind_a_passphrase_beside_a_ca_is_taken_for_its_own() -> None:
    contents = {OTHER_CA: ANOTHER, CA: pki.ca().pem(), CA_KEY: LOCKED}

    assert chosen(contents, OTHER_CA) == OURS


def test_a_key_behind_a_passphrase_in_an_odd_place_is_known_when_it_opens() -> None:
    contents = {OTHER_CA: pki.ca().pem(), OTHER_KEY: LOCKED, CA: ANOTHER}

    assert chosen(contents, OTHER_CA, OTHER_KEY, passphrase=PASSPHRASE) == THEIRS


def test_where_the_key_was_brought_the_answers_tell_where_it_would_be() -> None:
    contents = {SERVER: pki.server().pem(), OTHER_CA: pki.ca().pem()}
    brought = BroughtKey(MEDIUM, Secret(OPEN))

    beside = AuthorityFiles(OTHER_CA, OTHER_CA.parent / "private/our.key")
    assert chosen(contents, OTHER_CA, brought=brought) == beside
    assert chosen(contents, OTHER_CA, brought=brought, named=THEIRS) == THEIRS


def test_the_certificate_of_the_key_that_was_brought_is_found_among_others() -> None:
    contents = {CA: ANOTHER, OTHER_CA: pki.ca().pem()}

    found = chosen(contents, OTHER_CA, brought=BroughtKey(MEDIUM, Secret(OPEN)))

    assert found.certificate == OTHER_CA


def test_without_a_ca_it_is_the_usual_place() -> None:
    assert chosen({}) == OURS
    assert chosen({}, named=THEIRS) == THEIRS


def test_a_ca_that_every_machine_knows_is_not_ours() -> None:
    assert chosen({OTHER_CA: ANOTHER}, OTHER_CA) == OURS


def test_it_is_the_one_that_the_answers_name_whatever_else_is_here() -> None:
    contents = {SERVER: pki.server().pem(), CA: pki.ca().pem(), CA_KEY: OPEN}
    theirs = {OTHER_CA: ANOTHER, OTHER_KEY: STRANGE}

    assert chosen({**contents, **theirs}, OTHER_CA, OTHER_KEY, named=THEIRS) == THEIRS
    assert chosen({**contents, **theirs}, OTHER_CA, OTHER_KEY, named=OURS) == OURS


def test_one_that_the_answers_name_and_that_is_not_here_is_not_replaced_by_another() -> None:
    contents = {SERVER: pki.server().pem(), CA: pki.ca().pem(), CA_KEY: OPEN}

    assert chosen(contents, named=THEIRS) == THEIRS


SERVERS_OWN = pki.ca(whose="server", subject=pki.SERVER_SUBJECT).pem()
"""As ``openssl req -x509`` makes it: the server's certificate, which says that it is a CA."""


def test_a_server_that_has_certified_itself_is_no_ca_for_clients() -> None:
    key = pki.key("server").pem().reveal()
    contents = {CHAIN: key + SERVERS_OWN, CA: ANOTHER, CA_KEY: STRANGE}

    locked = encrypted_pem(pki.key("another ca"), PASSPHRASE, os.urandom).reveal()

    assert chosen(contents) == OURS
    assert chosen({**contents, CA_KEY: locked}) == OURS


def test_the_root_of_others_that_stands_behind_their_issuer_is_not_ours() -> None:
    root, upper = issuing("root"), issuing("upper", (issuing("root"), "root"))
    leaf = pki.server(upper, ca_key=pki.key("upper")).pem()
    locked = encrypted_pem(pki.key("another ca"), PASSPHRASE, os.urandom).reveal()
    bundle = CA.with_name("certs") / "ca-certificates.crt"

    contents = {SERVER: leaf + upper.pem(), bundle: root.pem(), CA: ANOTHER, CA_KEY: locked}

    assert chosen(contents, bundle) == OURS


def test_a_ca_that_is_in_the_systems_bundle_too_is_taken_from_its_own_file() -> None:
    bundle = PurePosixPath("/etc/ssl/certs/ca-certificates.crt")
    everybodys = b"".join(issuing(f"public {number}").pem() for number in range(12))
    contents = {bundle: everybodys + pki.ca().pem(), OTHER_CA: pki.ca().pem(), OTHER_KEY: OPEN}

    assert chosen(contents, bundle, OTHER_CA, OTHER_KEY) == THEIRS


def test_a_locked_key_without_a_certificate_is_not_taken_for_that_of_a_systems_root() -> None:
    bundle = PurePosixPath("/etc/ssl/certs/ca-certificates.crt")
    everybodys = b"".join(issuing(f"public {number}").pem() for number in range(12))

    assert chosen({bundle: everybodys, CA_KEY: LOCKED}, bundle) == OURS
