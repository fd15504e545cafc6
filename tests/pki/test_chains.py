"""Certificates of somebody else's CA, in whatever state they arrive."""

import os
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import PurePosixPath

import pytest

from pfwizard.pki.certificates import Certificate
from pfwizard.pki.chains import Chain, PemFile, chain_of, chain_problems, material
from pfwizard.pki.checks import Defect, server_problems
from pfwizard.pki.errors import EncryptedKey, NotACertificate, NotAKey, PkiError, UnsupportedKey
from pfwizard.pki.key_encryption import encrypted_pem
from pfwizard.secret import Secret
from tests.pki.builders import HOST, NOW, ca, client, key, server
from tests.pki.issuers import issuing

ROOT = issuing("root")
UPPER = issuing("upper", (ROOT, "root"))
LOWER = issuing("lower", (UPPER, "upper"))
LEAF = server(LOWER, ca_key=key("lower"))
STRANGER = ca(whose="stranger")

PATH = PurePosixPath("/etc/ssl/given.pem")


def file(*contents: bytes, path: PurePosixPath = PATH) -> PemFile:
    return PemFile(path, Secret(b"".join(contents)))


def defects(
    chain: Chain,
    *,
    trusted: tuple[Certificate, ...] = (ROOT,),
    days_later: int = 0,
) -> list[Defect]:
    now = NOW + timedelta(days=days_later)
    return [problem.defect for problem in chain_problems(chain, trusted=trusted, now=now)]


# --- putting in order ----------------------------------------------------------------------------


@pytest.mark.parametrize("with_key", [True, False], ids=["with the key", "without"])
def test_every_order_gives_the_same_chain(with_key: bool) -> None:
    for given in permutations([LEAF, LOWER, UPPER, ROOT, STRANGER]):
        chain = chain_of(given, key("server") if with_key else None)
        assert (chain.leaf, chain.intermediates, chain.root) == (LEAF, (LOWER, UPPER), ROOT)
        assert chain.unrelated == (STRANGER,)


def test_a_server_sends_its_own_certificate_first_and_the_root_only_when_asked() -> None:
    chain = chain_of([ROOT, UPPER, LOWER, LEAF], key("server"))
    assert chain.sent() == (LEAF, LOWER, UPPER)
    assert chain.sent(with_root=True) == (LEAF, LOWER, UPPER, ROOT)


def test_of_two_certificates_for_the_key_the_one_that_lasts_longer_counts() -> None:
    longer = server(LOWER, ca_key=key("lower"), days=500)
    assert chain_of([LEAF, longer, LOWER], key("server")).leaf == longer
    assert chain_of([longer, LEAF, LOWER], key("server")).leaf == longer


def test_a_key_finds_its_certificate_among_others() -> None:
    other = client(LOWER, ca_key=key("lower"))
    assert chain_of([other, LEAF, LOWER], key("server")).leaf == LEAF
    assert chain_of([LEAF, other, LOWER], key("client")).leaf == other


def test_a_ca_alone_is_taken_for_what_it_is_to_be() -> None:
    assert chain_of([ROOT], key("root")) == Chain(ROOT)


@pytest.mark.parametrize(
    "given",
    [
        (LEAF,),
        (LEAF, LOWER, UPPER),
        (LEAF, LOWER, UPPER, ROOT),
        (LEAF, STRANGER, LOWER, UPPER),
    ],
)
def test_what_is_in_order_is_known_to_be(given: tuple[Certificate, ...]) -> None:
    assert Defect.WRONG_ORDER not in defects(chain_of(given, key("server")))


@pytest.mark.parametrize(
    "given", [(UPPER, LOWER, LEAF), (LEAF, UPPER, LOWER), (LOWER, LEAF, UPPER)]
)
def test_a_chain_that_is_reversed_or_mixed_up_is_told_with_the_right_order(
    given: tuple[Certificate, ...],
) -> None:
    chain = chain_of(given, key("server"))
    (problem,) = chain_problems(chain, trusted=[ROOT], now=NOW)
    assert problem.defect is Defect.WRONG_ORDER
    assert problem.blocking
    assert "CN=lower, then /CN=upper" in problem.remedy


def test_nothing_may_stand_before_the_servers_own_certificate() -> None:
    """Postfix and every other server takes the first one for its own."""
    assert defects(chain_of([STRANGER, LEAF, LOWER, UPPER], key("server"))) == [Defect.WRONG_ORDER]


# --- what is missing -----------------------------------------------------------------------------


@pytest.mark.parametrize("given", [(LEAF, LOWER, UPPER), (LEAF, LOWER, UPPER, ROOT)])
def test_a_chain_up_to_a_root_that_clients_have_is_complete(
    given: tuple[Certificate, ...],
) -> None:
    assert defects(chain_of(given, key("server"))) == []


@pytest.mark.parametrize(
    ("given", "missing"),
    [((LEAF,), "/CN=lower"), ((LEAF, LOWER), "/CN=upper"), ((LEAF, UPPER), "/CN=lower")],
)
def test_the_intermediate_that_is_missing_is_named(
    given: tuple[Certificate, ...], missing: str
) -> None:
    (problem,) = chain_problems(chain_of(given, key("server")), trusted=[ROOT], now=NOW)
    assert problem.defect is Defect.MISSING_INTERMEDIATE
    assert f"the certificate of {missing} is missing" in problem.message


def test_a_chain_whose_root_came_with_it_is_complete_though_nobody_trusts_it_yet() -> None:
    assert defects(chain_of([LEAF, LOWER, UPPER, ROOT], key("server")), trusted=()) == []
    assert defects(chain_of([ROOT], key("root")), trusted=()) == []


def test_a_root_that_an_older_one_signed_too_ends_the_chain() -> None:
    """As ISRG Root X1 was sent for years, signed by a root that had expired."""
    older = issuing("older root", days=-1)
    crossed = issuing("root", (older, "older root"))
    chain = chain_of([LEAF, LOWER, UPPER, crossed], key("server"))
    assert chain.sent() == (LEAF, LOWER, UPPER, crossed)
    assert defects(chain, trusted=(ROOT,)) == []
    assert defects(chain, trusted=(STRANGER,)) == [Defect.MISSING_INTERMEDIATE]


def test_an_intermediate_that_has_expired_is_named() -> None:
    short = issuing("upper", (ROOT, "root"), days=5)
    chain = chain_of([LEAF, LOWER, short], key("server"))
    (problem,) = chain_problems(chain, trusted=[ROOT], now=NOW + timedelta(days=6))
    assert problem.defect is Defect.EXPIRED
    assert "the intermediate certificate /CN=upper expired" in problem.message


@pytest.mark.parametrize(("of_the_root", "of_the_upper"), [(1, None), (None, 0), (0, 0)])
def test_a_ca_below_one_that_may_have_none_below_it_is_found(
    of_the_root: int | None, of_the_upper: int | None
) -> None:
    root = issuing("root", path_length=of_the_root)
    upper = issuing("upper", (root, "root"), path_length=of_the_upper)
    lower = issuing("lower", (upper, "upper"))
    chain = chain_of([server(lower, ca_key=key("lower")), lower, upper], key("server"))

    for given, trusted in ((chain, [root]), (replace(chain, root=root), [])):
        problems = chain_problems(given, trusted=trusted, now=NOW)
        assert {problem.defect for problem in problems} == {Defect.PATH_TOO_LONG}
        assert all(problem.blocking for problem in problems)


def test_of_several_certificates_of_a_root_clients_take_the_one_that_will_do() -> None:
    strict = issuing("root", path_length=0)
    chain = chain_of([LEAF, LOWER, UPPER, strict], key("server"))

    assert defects(chain, trusted=(strict, ROOT)) == []


def test_as_many_cas_as_are_allowed_may_be_below_one() -> None:
    root = issuing("root", path_length=2)
    upper = issuing("upper", (root, "root"), path_length=1)
    lower = issuing("lower", (upper, "upper"), path_length=0)
    chain = chain_of([server(lower, ca_key=key("lower")), lower, upper], key("server"))

    assert defects(chain, trusted=(root,)) == []


def test_an_issuer_that_is_no_ca_is_named() -> None:
    lower = issuing("lower", (UPPER, "upper"), is_ca=False)
    chain = chain_of([LEAF, lower, UPPER], key("server"))

    (problem,) = chain_problems(chain, trusted=[ROOT], now=NOW)

    assert problem.defect is Defect.NOT_A_CA
    assert "/CN=lower" in problem.message


def test_two_cas_that_signed_each_other_make_no_endless_chain() -> None:
    one = issuing("one")
    first = issuing("one", (issuing("two"), "two"))
    second = issuing("two", (one, "one"))
    leaf = server(first, ca_key=key("one"))
    assert chain_of([leaf, first, second], key("server")).sent() == (leaf, first, second)


# --- reading files -------------------------------------------------------------------------------


def test_key_and_certificates_are_found_in_one_file_or_in_several() -> None:
    together = material([file(key("server").pem().reveal(), LEAF.pem(), LOWER.pem())])
    apart = material(
        [file(LEAF.pem()), file(LOWER.pem(), LEAF.pem()), file(key("server").pem().reveal())]
    )
    for found in (together, apart):
        assert found.key is not None
        assert found.key.matches(LEAF)
        assert found.certificates == (LEAF, LOWER)


def test_the_same_key_twice_is_one_key() -> None:
    found = material([file(key("server").pem().reveal()), file(key("server").pem().reveal())])
    assert found.key is not None


def test_an_old_label_of_a_certificate_is_understood() -> None:
    old = LEAF.pem().replace(b" CERTIFICATE-", b" X509 CERTIFICATE-")
    assert material([file(old)]).certificates == (LEAF,)


def test_no_files_hold_nothing() -> None:
    assert material([]).certificates == ()


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"", NotACertificate, "is empty"),
        (b"junk", NotACertificate, "is not in PEM form"),
        (b"\x30\x82\x01\x00", NotACertificate, "is in DER form"),
        (b"-----BEGIN PKCS7-----", NotACertificate, "holds a PKCS #7 bundle"),
        (b"-----BEGIN CERTIFICATE-----\n", NotACertificate, "is damaged"),
        (b"-----BEGIN PRIVATE KEY-----\n", NotAKey, "is damaged"),
        (
            encrypted_pem(key("server"), Secret("correct horse battery"), os.urandom).reveal(),
            EncryptedKey,
            "is encrypted with a passphrase",
        ),
    ],
)
def test_a_file_that_is_of_no_use_is_named_with_what_it_holds(
    content: bytes, error: type[PkiError], said: str
) -> None:
    with pytest.raises(error, match=said) as caught:
        material([file(LEAF.pem(), path=PurePosixPath("/other")), file(content)])
    assert str(PATH) in caught.value.message


def test_a_second_key_is_refused() -> None:
    with pytest.raises(UnsupportedKey, match="is not the one of the files before it"):
        material([file(key("server").pem().reveal()), file(key("client").pem().reveal())])


# --- all that can be wrong, each in its own words ------------------------------------------------


def everything_wrong_with(
    given: tuple[Certificate, ...], *, whose_key: str = "server", days_later: int = 0
) -> list[Defect]:
    now = NOW + timedelta(days=days_later)
    chain = chain_of(given, key(whose_key))
    of_leaf = server_problems(chain.leaf, key(whose_key), issuer=None, names=[HOST], now=now)
    of_chain = chain_problems(chain, trusted=[ROOT], now=now)
    return [problem.defect for problem in (*of_leaf, *of_chain)]


WHOLE = (LEAF, LOWER, UPPER)
FOR_CLIENTS = client(LOWER, ca_key=key("lower"), names=[HOST])
FOR_ANOTHER = server(LOWER, ca_key=key("lower"), names=["mail.example.org"])


def test_a_whole_chain_has_nothing_wrong() -> None:
    assert everything_wrong_with(WHOLE) == []


@pytest.mark.parametrize(
    ("given", "whose_key", "days_later", "defect"),
    [
        pytest.param(WHOLE, "stranger", 0, Defect.KEY_MISMATCH, id="another key"),
        pytest.param((UPPER, LOWER, LEAF), "server", 0, Defect.WRONG_ORDER, id="reversed"),
        pytest.param(WHOLE, "server", 398, Defect.EXPIRED, id="expired"),
        pytest.param(WHOLE, "server", -1, Defect.NOT_YET_VALID, id="not yet valid"),
        pytest.param((LEAF, LOWER), "server", 0, Defect.MISSING_INTERMEDIATE, id="a gap"),
        pytest.param(
            (FOR_CLIENTS, LOWER, UPPER), "client", 0, Defect.WRONG_PURPOSE, id="for clients"
        ),
        pytest.param(
            (FOR_ANOTHER, LOWER, UPPER), "server", 0, Defect.NAME_NOT_COVERED, id="another name"
        ),
    ],
)
def test_each_thing_that_is_wrong_is_found_alone(
    given: tuple[Certificate, ...], whose_key: str, days_later: int, defect: Defect
) -> None:
    found = everything_wrong_with(given, whose_key=whose_key, days_later=days_later)
    assert found == [defect]


def test_a_certificate_that_never_says_what_it_is_for_will_do() -> None:
    assert Defect.WRONG_PURPOSE not in everything_wrong_with((ROOT,), whose_key="root")
