"""The CA's key where it is behind a passphrase, or brought for one run."""

from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from pfwizard.errors import ExitStatus
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.errors import WrongPassphrase
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.pki.keys import PrivateKey, load_private_key
from pfwizard.plan.authorities.brought_key import BroughtKey
from pfwizard.plan.authorities.ca_passphrase import PassphraseNeeded, UnusablePassphrase
from pfwizard.plan.diff import unified_diff
from pfwizard.plan.plan import Plan
from pfwizard.plan.planner import make_plan
from pfwizard.secret import Secret
from tests.pki import builders as pki
from tests.plan.authority_builders import (
    EVERYTHING,
    FOUND,
    WITHOUT_THE_CA_KEY,
    certificate_in,
    found,
    refusals,
    written,
)
from tests.plan.builders import (
    CA,
    CA_KEY,
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
)
from tests.plan.client_builders import ANNA

PASSPHRASE = Secret("correct horse battery staple")
ANOTHER = Secret("incorrect horse battery")
CERTIFICATE = FOUND[CA].content or b""
MEDIUM = PurePosixPath("/media/stick/ca.key")


def server(*files: FileState) -> Facts:
    return machine(STOCK_MAIN, STOCK_MASTER, *files)


def plan(
    facts: Facts,
    passphrase: Secret[str] | None = None,
    brought: BroughtKey | None = None,
    /,
    **overrides: object,
) -> Plan:
    here = replace(circumstances(), ca_passphrase=passphrase, ca_key=brought)
    return make_plan(answers(**overrides), facts, here)


@cache
def encrypted(whose: int = 0) -> FileState:
    """A key of the CA, behind the passphrase; number 0 is the one that the CA was made with."""
    content = encrypted_pem(key(whose), PASSPHRASE, lambda size: b"\x2a" * size)
    return file(CA_KEY, content.reveal(), 0o600)


def with_a_locked_key(*paths: PurePosixPath) -> Facts:
    return server(encrypted(), *found(*paths))


# --- a new key -----------------------------------------------------------------------------------


@cache
def locked() -> Plan:
    return plan(server(), PASSPHRASE, ca__encrypted=True)


def test_a_new_key_opens_with_the_passphrase_alone() -> None:
    content = Secret(content_of(locked(), CA_KEY))

    made = load_private_key(content, passphrase=PASSPHRASE)
    assert made.matches(certificate_in(locked(), CA))
    with pytest.raises(WrongPassphrase):
        load_private_key(content, passphrase=ANOTHER)


def test_a_new_key_signs_in_the_same_run() -> None:
    assert certificate_in(locked(), SERVER).is_issued_by(certificate_in(locked(), CA))


def test_a_new_key_lies_open_unless_it_is_to_be_encrypted() -> None:
    made = plan(server(), PASSPHRASE)

    assert load_private_key(Secret(content_of(made, CA_KEY)))


def test_only_the_key_of_the_ca_is_encrypted() -> None:
    assert load_private_key(Secret(content_of(locked(), SERVER_KEY)))


def test_a_passphrase_is_to_be_chosen_for_a_new_key() -> None:
    with pytest.raises(PassphraseNeeded) as raised:
        plan(server(), ca__encrypted=True)

    assert raised.value.is_new
    assert raised.value.key == CA_KEY


@pytest.mark.parametrize("text", ["", "short", " correct horse battery"])
def test_a_passphrase_that_is_easy_to_guess_is_wrong_usage(text: str) -> None:
    with pytest.raises(UnusablePassphrase) as raised:
        plan(server(), Secret(text), ca__encrypted=True)

    assert raised.value.exit_status is ExitStatus.USAGE
    assert str(CA_KEY) in raised.value.message
    assert not text or text not in str(raised.value)


def test_a_new_key_with_a_passphrase_is_a_secret_and_says_so() -> None:
    (change,) = [each for each in locked().changes if each.path == CA_KEY]

    assert change.secret
    assert change.mode == 0o600
    assert change.summary == ("private key, RSA 2048, behind the passphrase; not shown",)


@pytest.mark.parametrize("made", [locked, lambda: plan(server())], ids=["encrypted", "open"])
def test_neither_key_nor_passphrase_is_ever_shown(made: object) -> None:
    of = made()  # type: ignore[operator]
    shown = repr(of) + "".join(unified_diff(change) or "" for change in of.changes)

    body = content_of(of, CA_KEY).splitlines()[5].decode()
    assert body not in shown
    assert PASSPHRASE.reveal() not in shown


def test_the_circumstances_do_not_show_what_opens_the_key() -> None:
    brought = BroughtKey(MEDIUM, key(0).pem())
    shown = repr(replace(circumstances(), ca_passphrase=PASSPHRASE, ca_key=brought))

    assert PASSPHRASE.reveal() not in shown
    assert key(0).pem().reveal().splitlines()[5].decode() not in shown


def test_the_second_run_asks_for_nothing() -> None:
    after = applied(server(), locked())

    assert plan(after, ca__encrypted=True).is_empty


# --- a key that is found -------------------------------------------------------------------------


def test_no_passphrase_is_wanted_while_there_is_nothing_to_sign() -> None:
    unasked = plan(with_a_locked_key(CA, SERVER, SERVER_KEY))

    assert refusals(unasked) == []
    assert not set(EVERYTHING) & written(unasked)


def test_a_wrong_passphrase_does_not_matter_while_there_is_nothing_to_sign() -> None:
    assert refusals(plan(with_a_locked_key(CA, SERVER, SERVER_KEY), ANOTHER)) == []


def test_a_ca_with_a_locked_key_is_judged_all_the_same() -> None:
    expired = pki.ca(days=1, now=circumstances().now.replace(year=2020)).pem()
    facts = server(encrypted(), file(CA, expired), *found(SERVER, SERVER_KEY))

    assert "ca-expired" in refusals(plan(facts))


SOMETHING_TO_SIGN = pytest.mark.parametrize(
    ("there", "clients"),
    [((CA,), []), ((CA, SERVER, SERVER_KEY), [ANNA])],
    ids=["the server's", "a client's"],
)


@SOMETHING_TO_SIGN
def test_the_passphrase_is_wanted_to_sign(
    there: tuple[PurePosixPath, ...], clients: list[str]
) -> None:
    with pytest.raises(PassphraseNeeded) as raised:
        plan(with_a_locked_key(*there), clients__names=clients)

    assert not raised.value.is_new
    assert raised.value.key == CA_KEY


@SOMETHING_TO_SIGN
def test_the_passphrase_opens_the_key_and_it_is_left_as_it_is(
    there: tuple[PurePosixPath, ...], clients: list[str]
) -> None:
    issued = plan(with_a_locked_key(*there), PASSPHRASE, clients__names=clients)

    assert refusals(issued) == []
    assert {path.suffix for path in written(issued)} > {".crt"}
    assert CA_KEY not in written(issued)


@SOMETHING_TO_SIGN
def test_a_wrong_passphrase_is_an_error_that_names_the_file(
    there: tuple[PurePosixPath, ...], clients: list[str]
) -> None:
    with pytest.raises(WrongPassphrase) as raised:
        plan(with_a_locked_key(*there), ANOTHER, clients__names=clients)

    assert str(CA_KEY) in raised.value.message
    assert ANOTHER.reveal() not in str(raised.value)


def test_a_locked_key_of_another_ca_is_refused() -> None:
    wrong = plan(server(encrypted(7), *found(CA)), PASSPHRASE)

    assert refusals(wrong) == ["ca-key-mismatch"]
    assert str(CA_KEY) in wrong.refusals[0].message


@pytest.mark.parametrize(
    ("key_file", "wanted", "warned"),
    [
        (FOUND[CA_KEY], {"ca__encrypted": True}, True),
        (FOUND[CA_KEY], {}, False),
        (FOUND[CA_KEY], {"ca__encrypted": True, "ca__source": "existing"}, False),
        (encrypted(), {"ca__encrypted": True}, False),
    ],
)
def test_a_key_that_should_be_encrypted_and_is_not_is_warned_of(
    key_file: FileState, wanted: dict[str, object], warned: bool
) -> None:
    there = server(key_file, *found(*WITHOUT_THE_CA_KEY))

    assert ("ca-key-in-clear" in identifiers(plan(there, **wanted))) is warned


# --- a key that is brought for one run -----------------------------------------------------------


def brought(whose: PrivateKey, passphrase: Secret[str] | None = None) -> BroughtKey:
    content = encrypted_pem(whose, passphrase, circumstances().randomness) if passphrase else None
    return BroughtKey(MEDIUM, content or whose.pem())


def test_a_key_that_is_brought_signs_and_stays_elsewhere() -> None:
    issued = plan(server(*found(CA)), None, brought(key(0)))

    assert refusals(issued) == []
    assert SERVER in written(issued)
    assert not {CA_KEY, MEDIUM} & written(issued)


def test_a_key_that_is_brought_may_be_behind_a_passphrase() -> None:
    facts, behind = server(*found(CA)), brought(key(0), PASSPHRASE)

    assert SERVER in written(plan(facts, PASSPHRASE, behind))
    with pytest.raises(PassphraseNeeded) as raised:
        plan(facts, None, behind)
    assert raised.value.key == MEDIUM


def test_a_key_that_is_brought_comes_before_one_on_the_machine() -> None:
    assert SERVER in written(plan(with_a_locked_key(CA), None, brought(key(0))))
    assert refusals(plan(server(*found(CA, CA_KEY)), None, brought(key(7)))) == ["ca-key-mismatch"]


def test_a_key_of_another_ca_that_is_brought_is_refused() -> None:
    wrong = plan(server(*found(CA)), None, brought(key(7)))

    assert refusals(wrong) == ["ca-key-mismatch"]
    assert str(MEDIUM) in wrong.refusals[0].message


@pytest.mark.parametrize("content", [b"nothing", CERTIFICATE], ids=["nonsense", "a certificate"])
def test_what_is_brought_and_is_no_key_is_refused_once(content: bytes) -> None:
    no_key = BroughtKey(MEDIUM, Secret(content))

    refused = plan(server(*found(CA)), None, no_key, clients__names=[ANNA])

    assert refusals(refused) == ["unusable-certificate"]
    assert str(MEDIUM) in refused.refusals[0].message


def test_a_key_of_another_ca_is_refused_once_however_much_there_is_to_sign() -> None:
    wrong = plan(server(*found(CA)), None, brought(key(7)), clients__names=[ANNA])

    assert refusals(wrong) == ["ca-key-mismatch"]


def test_a_key_that_tls_lacks_is_refused_behind_a_passphrase_too() -> None:
    curve = ec.generate_private_key(ec.SECP256K1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.reveal().encode())
    )
    facts = server(file(CA_KEY, curve, 0o600), *found(CA, SERVER, SERVER_KEY))

    assert refusals(plan(facts, PASSPHRASE, clients__names=[ANNA])) == ["unusable-certificate"]


def test_a_key_that_is_brought_and_is_open_to_others_is_warned_of() -> None:
    there = server(*found(*WITHOUT_THE_CA_KEY))

    for mode, warned in ((0o600, False), (0o640, True), (0o604, True)):
        made = plan(there, None, replace(brought(key(0)), mode=mode))
        assert ("key-open-to-others" in identifiers(made)) is warned


def test_no_other_ca_is_made_when_a_key_is_brought() -> None:
    without = plan(server(), None, brought(key(0)))

    assert refusals(without) == ["ca-incomplete"]
    assert not {CA, CA_KEY} & written(without)


def test_the_same_circumstances_give_the_same_plan() -> None:
    def again() -> Plan:
        return plan(server(), PASSPHRASE, ca__encrypted=True)

    assert again() == again()
