"""Which key leaves this machine, in which form, and which must stay."""

import os
from pathlib import PurePosixPath

import pytest

from pfwizard.errors import Failed, Refused
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.errors import WrongPassphrase
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import is_encrypted, load_private_key
from pfwizard.plan.authorities.authority import AuthorityFiles
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded, UnusablePassphrase
from pfwizard.plan.authorities.departing_key import DepartingKey, departing_key
from pfwizard.plan.authorities.signing_authority import files_of_authorities
from pfwizard.plan.plan import ChangeKind
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    file,
    machine,
)

PASSPHRASE = Secret("correct horse battery")
TLS = f"""\
smtpd_tls_security_level = may
smtpd_tls_cert_file = {SERVER}
smtpd_tls_key_file = {SERVER_KEY}
smtpd_tls_CAfile = {CA}
"""
PLAIN = pki.key("ca").pem().reveal()
ENCRYPTED = encrypted_pem(pki.key("ca"), PASSPHRASE, os.urandom).reveal()

OTHER, OTHER_KEY = PurePosixPath("/srv/other.crt"), PurePosixPath("/srv/other.key")


def server(*files: FileState, key: bytes = PLAIN, main: str = TLS) -> Facts:
    """A server with its CA, whose key is here."""
    return machine(
        STOCK_MAIN + main,
        BARE_MASTER,
        file(CA, pki.ca().pem()),
        file(CA_KEY, key, 0o600),
        file(SERVER, pki.server().pem()),
        file(SERVER_KEY, pki.key("server").pem().reveal(), 0o600),
        *files,
    )


def departing(
    facts: Facts,
    passphrase: Secret[str] | None = PASSPHRASE,
    named: AuthorityFiles | None = None,
    known: tuple[PurePosixPath, ...] = (),
) -> DepartingKey:
    paths = files_of_authorities(facts, known)
    return departing_key(facts, paths, named, passphrase, os.urandom)


def test_a_key_in_the_clear_goes_encrypted() -> None:
    found = departing(server())

    assert is_encrypted(found.moved)
    assert load_private_key(found.moved, passphrase=PASSPHRASE).matches(pki.ca())
    assert (found.file.path, found.authority.path) == (CA_KEY, CA)


def test_an_encrypted_key_goes_as_it_is() -> None:
    assert departing(server(key=ENCRYPTED)).moved == Secret(ENCRYPTED)


def test_its_file_is_removed_and_nothing_of_it_is_shown() -> None:
    removal = departing(server()).removal

    assert (removal.kind, removal.path, removal.secret) == (ChangeKind.DELETE, CA_KEY, True)
    assert removal.before == PLAIN
    assert "PRIVATE KEY" not in repr(departing(server()))


# --- the passphrase -------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "is_new"), [(PLAIN, True), (ENCRYPTED, False)])
def test_a_passphrase_is_chosen_for_a_key_in_the_clear_and_asked_for_another(
    key: bytes, is_new: bool
) -> None:
    with pytest.raises(PassphraseNeeded) as caught:
        departing(server(key=key), None)

    assert (caught.value.key, caught.value.is_new) == (CA_KEY, is_new)


def test_one_that_is_easy_to_guess_is_refused_for_a_new_file() -> None:
    with pytest.raises(UnusablePassphrase, match="has 5 characters"):
        departing(server(), Secret("short"))


def test_another_than_the_key_has_is_called_so() -> None:
    with pytest.raises(WrongPassphrase, match=r"/etc/ssl/private/ca\.key does not open"):
        departing(server(key=ENCRYPTED), Secret("correct horse batterx"))


# --- which key ------------------------------------------------------------------------------------


def other_authority() -> tuple[FileState, ...]:
    authority = pki.ca(whose="other", subject=pki.CLIENT_SUBJECT)
    key = pki.key("other").pem().reveal()
    return (file(OTHER, authority.pem()), file(OTHER_KEY, key, 0o600))


def test_of_two_cas_the_one_that_has_issued_for_postfix_is_meant() -> None:
    facts = server(*other_authority())

    assert departing(facts, known=(OTHER_KEY, OTHER)).file.path == CA_KEY


def test_an_encrypted_key_is_asked_for_before_that_of_an_unrelated_ca_is_taken() -> None:
    facts = server(*other_authority(), key=ENCRYPTED)

    with pytest.raises(PassphraseNeeded, match=r"ca\.key"):
        departing(facts, None, known=(OTHER_KEY, OTHER))


def test_the_answers_name_another() -> None:
    facts = server(*other_authority())
    named = AuthorityFiles(OTHER, OTHER_KEY)

    assert departing(facts, named=named, known=(OTHER, OTHER_KEY)).file.path == OTHER_KEY


def test_where_no_key_is_the_ca_is_named() -> None:
    with pytest.raises(Failed, match=r"the key of the CA /C=IT.* is not on this machine"):
        departing(server(key=b""))


# --- what must stay -------------------------------------------------------------------------------


def test_a_key_that_postfix_uses_stays() -> None:
    main = TLS.replace(str(SERVER_KEY), str(CA_KEY))

    with pytest.raises(Refused, match="Postfix uses this key for its own certificate"):
        departing(server(main=main))


@pytest.mark.parametrize("more", [pki.ca().pem(), pki.key("server").pem().reveal()])
def test_a_file_with_more_in_it_than_the_key_stays(more: bytes) -> None:
    with pytest.raises(Refused, match="there is more in this file"):
        departing(server(key=PLAIN + more))


def test_a_copy_that_somebody_has_made_stays_and_is_told_of() -> None:
    copy = CA_KEY.with_name("cakey.pem")
    found = departing(server(file(copy, ENCRYPTED)))

    assert [(each.identifier, each.remedy) for each in found.findings] == [
        ("key-elsewhere-too", f"Remove it, if nobody needs it: rm {copy}.")
    ]
