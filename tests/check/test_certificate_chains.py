"""The CAs above a server's certificate: what each may do, and whether clients would mind."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import pytest
from cryptography import x509

from pfwizard.check.certificate_chains import OWN_CA
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileState
from pfwizard.pki.certificates import Certificate, load_certificate
from pfwizard.pki.name_constraints import limited_to
from pfwizard.plan.server.foreign_chain import BUNDLES
from tests.check.builders import CERTIFICATE, PAIR, certified, found, identifiers
from tests.pki.builders import HOST, key, server
from tests.pki.foreign import ca_by_the_guide, server_by_the_guide
from tests.pki.issuers import issuing
from tests.pki.openssl import openssl
from tests.plan.builders import NOW, file
from tests.plan.others import secret

NOT_OF_A_CA, TOO_LONG, OUTSIDE = "chain-not-of-a-ca", "chain-too-long", "chain-outside-limits"
THE_THREE = {NOT_OF_A_CA, TOO_LONG, OUTSIDE}

CA_FILE = PurePosixPath("/etc/postfix/own.pem")
NAMING_A_CA_FILE = f"smtpd_tls_CAfile = {CA_FILE}\n"

HERE, ELSEWHERE = limited_to(["kernel-panic.it"]), limited_to(["example.org"])
MAY_NOT_SIGN = x509.KeyUsage(True, False, False, False, False, False, True, False, False)

ROOT = issuing("root", now=NOW)
FALSE_ROOT = issuing("root", now=NOW, is_ca=False)
STRANGER = issuing("stranger", now=NOW)
OLDER = issuing("older root", now=NOW)
CROSSED = issuing("root", (OLDER, "older root"), now=NOW, more=[ELSEWHERE])


def below(
    above: Certificate,
    *,
    is_ca: bool = True,
    path_length: int | None = None,
    more: Sequence[x509.ExtensionType] = (),
    whose: str = "lower",
    by: str = "root",
) -> Certificate:
    """A CA between the root and the server."""
    return issuing(whose, (above, by), now=NOW, is_ca=is_ca, path_length=path_length, more=more)


def bundle(*roots: Certificate) -> FileState:
    return file(BUNDLES[0], pems(roots))


def pems(certificates: Sequence[Certificate]) -> bytes:
    return b"".join(each.pem() for each in certificates)


def serving(
    *issuers: Certificate,
    root: Certificate = ROOT,
    by: str = "lower",
    names: Sequence[str] = (HOST,),
    main: str = "",
    sent: Sequence[Certificate] | None = None,
    own: Certificate | None = None,
    own_place: PurePosixPath = OWN_CA,
    roots: Sequence[Certificate] | None = None,
    at: PurePosixPath = CERTIFICATE,
) -> Facts:
    """A server with a certificate of the first of these CAs, or of the root itself.

    Unless it is said otherwise, all of these are sent, and clients have the root; ``own`` is a CA
    in a file of this machine.
    """
    able = issuing(by, now=NOW)  # of the same name, for pfwizard signs with no other
    leaf = server(able, ca_key=key(by), names=names, now=NOW, days=90)
    content = pems([leaf, *(issuers if sent is None else sent)])
    return certified(
        main,
        file(at, content),
        *([] if own is None else [file(own_place, own.pem())]),
        chain=content,
        key=secret(key("server")),
        pair=PAIR.replace(str(CERTIFICATE), str(at)),
        roots=bundle(*([root] if roots is None else roots)),
    )


def root_of_version_1(directory: Path) -> Certificate:
    (directory / "key").write_bytes(secret(key("root")))
    openssl("req", "-new", "-key", "key", "-subj", "/CN=root", "-out", "csr", directory=directory)
    openssl(
        *("x509", "-req", "-in", "csr", "-signkey", "key", "-days", "900", "-out", "root"),
        directory=directory,
    )
    return load_certificate((directory / "root").read_bytes())


def told_of(facts: Facts) -> set[str]:
    return identifiers(facts) & THE_THREE


# --- CA:TRUE --------------------------------------------------------------------------------------


def test_an_issuer_that_is_no_ca_is_told_with_the_file_that_has_it() -> None:
    (told,) = found(serving(below(ROOT, is_ca=False)), NOT_OF_A_CA)

    assert told.message.startswith(
        f"{CERTIFICATE}: the certificate of /CN=lower is not one of a CA"
    )


def test_an_issuer_whose_key_may_not_sign_is_told() -> None:
    assert found(serving(below(ROOT, more=[MAY_NOT_SIGN])), NOT_OF_A_CA)


@pytest.mark.parametrize("known", [FALSE_ROOT, STRANGER], ids=["known", "sent"])
def test_a_root_that_is_no_ca_is_told_whether_clients_know_it_or_it_is_sent(
    known: Certificate,
) -> None:
    facts = serving(root=FALSE_ROOT, by="root", sent=[FALSE_ROOT], roots=[known])

    (told,) = found(facts, NOT_OF_A_CA)

    assert "the certificate of /CN=root is not one of a CA" in told.message
    assert "CA:TRUE" in told.remedy


def test_of_two_certificates_of_a_root_one_of_a_ca_is_enough() -> None:
    assert told_of(serving(root=FALSE_ROOT, by="root", sent=[], roots=[FALSE_ROOT, ROOT])) == set()


def test_a_root_of_version_1_cannot_say_what_it_is_and_openssl_believes_it(tmp_path: Path) -> None:
    root = root_of_version_1(tmp_path)

    assert told_of(serving(root=root, by="root", sent=[root], roots=[root])) == set()


def test_what_signs_itself_is_issued_by_nobody_else() -> None:
    alone = issuing("server", now=NOW, is_ca=False)
    facts = certified(chain=alone.pem(), key=secret(key("server")), roots=bundle(alone))

    assert told_of(facts) == set()


# --- pathlen --------------------------------------------------------------------------------------


def test_more_cas_than_one_of_those_that_are_sent_may_have_are_told() -> None:
    upper = below(ROOT, whose="upper", path_length=0)
    lower = below(upper, by="upper")

    (told,) = found(serving(lower, upper), TOO_LONG)

    assert "the CA /CN=upper may have 0 other CAs below it, and here there are 1" in told.message


def test_more_cas_than_the_root_may_have_are_told_though_it_is_not_sent() -> None:
    root = issuing("root", now=NOW, path_length=0)

    assert found(serving(below(root), root=root), TOO_LONG)


def test_as_many_cas_as_may_be_are_passed_over() -> None:
    root = issuing("root", now=NOW, path_length=1)
    lower = below(root, path_length=0)

    assert identifiers(serving(lower, root=root)) == set()


# --- nameConstraints ------------------------------------------------------------------------------


def test_a_name_outside_the_limits_of_an_issuer_is_told() -> None:
    (told,) = found(serving(below(ROOT, more=[ELSEWHERE])), OUTSIDE)

    assert "the CA /CN=lower is limited to example.org" in told.message
    assert HOST in told.message


def test_one_name_outside_is_enough() -> None:
    names = (HOST, "mail.example.net")

    (told,) = found(serving(below(ROOT, more=[HERE]), names=names), OUTSIDE)

    assert "mail.example.net" in told.message


def test_names_inside_the_limits_are_passed_over() -> None:
    names = (HOST, "imap.kernel-panic.it")

    assert identifiers(serving(below(ROOT, more=[HERE]), names=names)) == set()


@pytest.mark.parametrize("place", [OWN_CA, CA_FILE])
def test_the_limits_of_a_ca_of_ones_own_count(place: PurePosixPath) -> None:
    own = issuing("root", now=NOW, more=[ELSEWHERE])
    facts = serving(
        root=own, by="root", main=NAMING_A_CA_FILE, own=own, own_place=place, roots=[STRANGER]
    )

    assert found(facts, OUTSIDE)


def test_a_renewed_ca_without_limits_beside_the_old_one_is_enough() -> None:
    own = issuing("root", now=NOW, more=[ELSEWHERE])

    assert told_of(serving(root=own, by="root", roots=[own, ROOT])) == set()


# --- where the way of clients leads ---------------------------------------------------------------


def test_what_is_sent_beyond_a_root_that_clients_have_is_of_no_account() -> None:
    lower = below(ROOT)

    assert told_of(serving(lower, CROSSED)) == set()
    assert told_of(serving(lower, CROSSED, roots=[OLDER])) == {OUTSIDE}


def test_an_intermediate_that_stands_in_the_ca_file_alone_is_judged_too() -> None:
    lower = below(ROOT, is_ca=False)
    facts = serving(lower, main=NAMING_A_CA_FILE, own=lower, own_place=CA_FILE, sent=[])

    assert found(facts, NOT_OF_A_CA)


def test_where_no_roots_are_known_what_is_sent_is_judged_all_the_same() -> None:
    assert told_of(serving(below(ROOT, more=[ELSEWHERE]), roots=[])) == {OUTSIDE}
    assert told_of(serving(below(ROOT), roots=[])) == set()


def test_a_certificate_that_a_package_has_made_is_not_judged() -> None:
    placeholder = PurePosixPath("/etc/ssl/certs/ssl-cert-snakeoil.pem")
    facts = serving(below(ROOT, is_ca=False), at=placeholder)

    assert told_of(facts) == set()


def test_what_the_guide_makes_is_in_order(tmp_path: Path) -> None:
    authority = ca_by_the_guide(tmp_path).certificate
    pair = server_by_the_guide(tmp_path)
    facts = certified(chain=pair.certificate.pem(), key=secret(pair.key), roots=bundle(authority))

    assert told_of(facts) == set()
