"""Which key leaves this machine, in which form, and which must stay."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.errors import Failed, Refused
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.errors import WrongPassphrase
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import is_encrypted, load_private_key
from pfwizard.plan.authorities.ca_passphrase import (
    GivenPassphrases,
    PassphraseNeeded,
    UnusablePassphrase,
)
from pfwizard.plan.authorities.departing_key import DepartingKey, departing_key
from pfwizard.plan.authorities.issuer import AuthorityFiles
from pfwizard.plan.authorities.signing_authority import files_of_authorities
from pfwizard.plan.plan import ChangeKind
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.pki.issuers import issuing
from tests.plan.builders import (
    BARE_MASTER,
    CA,
    CA_KEY,
    SERVER,
    SERVER_KEY,
    STOCK_MAIN,
    file,
    machine,
    with_files,
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
    *,
    is_chosen: bool = True,
) -> DepartingKey:
    paths = files_of_authorities(facts, known)
    given = GivenPassphrases(passphrase, passphrase if is_chosen else None)
    return departing_key(facts, paths, named, given, os.urandom)


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


def test_one_that_was_typed_to_open_a_key_is_never_put_on_one_in_the_clear() -> None:
    with pytest.raises(PassphraseNeeded) as caught:
        departing(server(), is_chosen=False)

    assert (caught.value.key, caught.value.is_new) == (CA_KEY, True)


def test_one_that_was_typed_to_open_a_key_moves_that() -> None:
    found = departing(server(key=ENCRYPTED), is_chosen=False)

    assert found.moved == Secret(ENCRYPTED)


# --- which key ------------------------------------------------------------------------------------


def other_authority(key: bytes | None = None) -> tuple[FileState, ...]:
    authority = pki.ca(whose="other", subject=pki.CLIENT_SUBJECT)
    content = key or pki.key("other").pem().reveal()
    return (file(OTHER, authority.pem()), file(OTHER_KEY, content, 0o600))


def served_by_others(*files: FileState, key: bytes = PLAIN) -> Facts:
    """A server with a CA of its own for its clients, whose own certificate others have issued."""
    issuer = issuing("upper", (issuing("root"), "root"))
    leaf = pki.server(issuer, ca_key=pki.key("upper"))
    return with_files(server(*files, key=key), file(SERVER, leaf.pem() + issuer.pem()))


BOTH = (OTHER, OTHER_KEY)
TYPO = Secret("correct horse batterx")


@pytest.mark.parametrize("make", [server, served_by_others])
@pytest.mark.parametrize("is_chosen", [True, False])
def test_after_a_wrong_passphrase_no_other_key_is_taken(
    make: Callable[..., Facts], is_chosen: bool
) -> None:
    facts = make(*other_authority(), key=ENCRYPTED)

    with pytest.raises(WrongPassphrase, match=r"ca\.key does not open"):
        departing(facts, TYPO, known=BOTH, is_chosen=is_chosen)


def test_of_two_cas_that_have_issued_nothing_for_postfix_none_is_taken() -> None:
    facts = served_by_others(*other_authority())

    with pytest.raises(Refused, match=r"/srv/other\.key.*/etc/ssl/private/ca\.key") as caught:
        departing(facts, known=BOTH)

    assert "--answers FILE" in caught.value.remedy


def test_one_that_opens_is_not_taken_before_another_that_does_not() -> None:
    locked = encrypted_pem(pki.key("other"), Secret("another horse battery"), os.urandom).reveal()
    facts = served_by_others(*other_authority(locked), key=ENCRYPTED)

    with pytest.raises(Refused, match=r"/srv/other\.key"):
        departing(facts, known=BOTH)


def test_the_ca_of_postfix_is_meant_even_where_only_another_has_a_key() -> None:
    facts = server(*other_authority(), key=b"")

    with pytest.raises(Failed, match=r"the key of the CA /C=IT.* is not on this machine") as caught:
        departing(facts, known=BOTH)

    assert "/srv/other.key is that of another CA" in caught.value.message


def test_a_ca_of_postfix_below_another_one_is_meant_even_where_only_another_has_a_key() -> None:
    own = issuing("upper", (issuing("root"), "root"))
    facts = with_files(served_by_others(*other_authority(), key=b""), file(CA, own.pem()))

    with pytest.raises(Failed, match="the key of the CA /CN=upper is not on this machine"):
        departing(facts, known=BOTH)


def test_the_only_ca_with_a_key_is_meant_where_others_have_issued_for_postfix() -> None:
    assert departing(served_by_others()).file.path == CA_KEY


def test_a_copy_of_the_key_makes_no_second_ca() -> None:
    facts = served_by_others(file(CA_KEY.with_name("cakey.pem"), PLAIN, 0o600))

    assert departing(facts).file.path in (CA_KEY, CA_KEY.with_name("cakey.pem"))


def test_a_locked_key_that_is_no_cas_does_not_lend_its_passphrase_to_another() -> None:
    stray = encrypted_pem(pki.key("stray"), PASSPHRASE, os.urandom).reveal()
    facts = served_by_others(file(CA_KEY.with_name("cakey.pem"), stray, 0o600))

    with pytest.raises(PassphraseNeeded) as asked:
        departing(facts, None)
    with pytest.raises(PassphraseNeeded) as asked_again:
        departing(facts, is_chosen=False)

    assert (asked.value.key.name, asked.value.is_new) == ("cakey.pem", False)
    assert (asked_again.value.key, asked_again.value.is_new) == (CA_KEY, True)


def test_a_root_that_is_served_beside_its_leaf_has_issued_nothing_by_itself() -> None:
    own = pki.ca(whose="other", subject=pki.CLIENT_SUBJECT)
    facts = with_files(
        served_by_others(*other_authority()),
        file(SERVER, pki.server().pem() + own.pem()),
    )

    assert departing(facts, known=BOTH).file.path == CA_KEY


def test_the_first_root_of_a_distribution_is_not_called_the_missing_ca() -> None:
    bundle = PurePosixPath("/etc/ssl/certs/ca-certificates.crt")
    root = pki.ca(whose="public", subject=pki.SERVER_SUBJECT)
    main = TLS.replace(str(CA), str(bundle))

    with pytest.raises(Failed) as caught:
        departing(server(file(bundle, root.pem()), key=b"", main=main))

    assert pki.ca().facts.subject in caught.value.message


@pytest.mark.parametrize("key", [PLAIN, ENCRYPTED], ids=["open", "locked"])
def test_of_the_files_that_the_answers_name_the_key_is_meant(key: bytes) -> None:
    other = pki.key("other").pem().reveal() + pki.ca(whose="other").pem()
    facts = with_files(server(key=key), file(CA, pki.ca().pem() + other))
    named = AuthorityFiles(CA, CA_KEY)

    assert departing(facts, named=named).file.path == CA_KEY


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


IN_MASTER = BARE_MASTER + "relay     unix  -       -       y       -       -       smtp\n  -o {}\n"


@pytest.mark.parametrize(
    "setting",
    [
        "smtp_tls_key_file = {}",
        "smtp_tls_eckey_file = {}",
        "smtp_tls_chain_files = /etc/ssl/another.pem, {}",
        "lmtp_tls_chain_files = {}",
        "tlsproxy_tls_key_file = {}",
        "tlsproxy_tls_chain_files = {}",
        "tlsproxy_client_dkey_file = {}",
        "smtp_tls_key_file = $key_of_ours\nkey_of_ours = {}",
    ],
)
def test_a_key_that_another_part_of_postfix_uses_stays(setting: str) -> None:
    name, _, _ = setting.partition(" ")

    with pytest.raises(Refused, match=name) as caught:
        departing(server(main=TLS + setting.format(CA_KEY) + "\n"))

    assert "renew --new-key" not in caught.value.remedy


def test_a_key_that_a_service_of_its_own_uses_stays() -> None:
    for parameter in ("smtp_tls_key_file", "smtp_tls_chain_files", "tlsproxy_tls_key_file"):
        facts = machine(
            STOCK_MAIN + TLS,
            IN_MASTER.format(f"{parameter}={CA_KEY}"),
            *(each for each in server().files.values() if each.content),
        )

        with pytest.raises(Refused, match=f"{parameter} .*relay/unix"):
            departing(facts)


def test_a_key_that_postfix_knows_by_another_name_stays() -> None:
    alias = PurePosixPath("/etc/postfix/relay.key")
    linked = replace(file(CA_KEY, PLAIN, 0o600), path=alias)

    with pytest.raises(Refused, match="smtp_tls_key_file"):
        departing(server(linked, main=TLS + f"smtp_tls_key_file = {alias}\n"))


@pytest.mark.parametrize(
    "more",
    [
        pki.ca().pem(),
        pki.key("server").pem().reveal(),
        b"-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n",
        b"-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----\n",
    ],
)
def test_a_file_with_more_in_it_than_the_key_stays(more: bytes) -> None:
    with pytest.raises(Refused, match="there is more in this file"):
        departing(server(key=PLAIN + more))


def test_a_copy_that_somebody_has_made_stays_and_is_told_of() -> None:
    copy = CA_KEY.with_name("cakey.pem")
    found = departing(server(file(copy, ENCRYPTED)))

    assert [(each.identifier, each.remedy) for each in found.findings] == [
        ("key-elsewhere-too", f"Remove it, if nobody needs it: rm {copy}.")
    ]


def test_a_copy_that_postfix_uses_is_told_of_too() -> None:
    copy = PurePosixPath("/etc/postfix/relay.key")
    main = TLS + f"smtp_tls_key_file = {copy}\n"

    found = departing(server(file(copy, PLAIN, 0o600), main=main))

    assert [each.remedy for each in found.findings] == [
        f"Remove it, if nobody needs it: rm {copy}."
    ]
