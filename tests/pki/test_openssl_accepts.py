"""Whatever the checks let through, openssl takes too."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pfwizard.pki import names
from pfwizard.pki.countries import COUNTRIES
from pfwizard.pki.names import NameProblem
from pfwizard.pki.requests import build_request, load_request
from pfwizard.pki.subject import Subject
from pfwizard.secret import Secret
from tests.pki.builders import HOST, ca, client, key, server
from tests.pki.field_rules import RULES
from tests.pki.openssl import openssl, openssl_accepts
from tests.pki.verifiers import complaint_of_openssl, findings_of_pkilint

ISSUER = ca()

few = settings(derandomize=True, max_examples=40, deadline=None)


def accepted(check: Callable[[str], str], longest: int) -> st.SearchStrategy[str]:
    """Texts that pass ``check``, in the form it gives them."""
    anything = st.text(max_size=longest)
    seen = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=longest)

    def passes(text: str) -> bool:
        try:
            return bool(check(text))
        except NameProblem:
            return False

    return st.one_of(st.just(""), (anything | seen).filter(passes).map(check))


subjects = st.builds(
    Subject,
    country=st.sampled_from(["", *sorted(COUNTRIES)]),
    state=accepted(names.check_state, 128),
    locality=accepted(names.check_locality, 128),
    organization=accepted(names.check_organization, 64),
    organizational_unit=accepted(names.check_organizational_unit, 64),
    common_name=accepted(names.check_common_name, 64),
    email=st.one_of(
        st.sampled_from(["", "x" * 64 + "@" + "d" * 51 + ".example.org"]),
        RULES["e-mail address"].good.map(names.check_email),
    ),
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("openssl")
    (where / "server.key").write_bytes(key("server").pem().reveal())
    return where


@few
@given(subject=subjects)
def test_openssl_makes_a_request_for_every_subject_that_passes(
    subject: Subject, directory: Path
) -> None:
    assume(subject)
    assert openssl_accepts(
        *("req", "-new", "-key", "server.key", "-utf8", "-subj", subject.one_line()),
        directory=directory,
    )


@few
@given(
    subject=subjects,
    password=accepted(names.check_challenge_password, 20),
    company=accepted(names.check_company_name, 255),
)
def test_openssl_reads_every_request_that_is_built(
    subject: Subject, password: str, company: str, directory: Path
) -> None:
    made = build_request(
        key("server"), subject, [HOST], challenge_password=Secret(password), company_name=company
    )
    said = openssl(
        *("req", "-verify", "-noout", "-text"), given=made.pem().reveal(), directory=directory
    )
    assert "verify OK" in said


hosts = RULES["host name"].good.map(names.check_dns_name)
addresses = RULES["IP address"].good.map(names.check_ip)
mailboxes = RULES["e-mail address"].good.map(names.check_email)


@few
@given(
    san=st.lists(
        hosts.map("DNS:{}".format)
        | addresses.map("IP:{}".format)
        | mailboxes.map("email:{}".format),
        min_size=1,
        max_size=4,
    )
)
def test_openssl_asks_for_every_name_that_passes(san: list[str], directory: Path) -> None:
    made = openssl(
        *("req", "-new", "-key", "server.key", "-subj", "/CN=any"),
        *("-addext", f"subjectAltName={as_configured(','.join(san))}"),
        directory=directory,
    )
    asked = load_request(made.encode()).names
    assert asked == tuple(
        name.partition(":")[2] for kind in ("DNS:", "IP:") for name in san if name.startswith(kind)
    )


def as_configured(value: str) -> str:
    """The value in a configuration file of openssl: variables, comments and quotes (config(5))."""
    return re.sub(r"([$#\"'`\\])", r"\\\1", value)


@few
@given(name=hosts)
def test_openssl_matches_every_host_name_that_passes(name: str, directory: Path) -> None:
    """-verify_hostname with the very name; a wildcard with a host it stands for."""
    leaf = server(ISSUER, names=[name])
    said = openssl(
        *("x509", "-noout", "-checkhost", name.replace("*", "any")),
        given=leaf.pem(),
        directory=directory,
    )
    assert "does match" in said


@few
@given(name=mailboxes)
def test_openssl_matches_every_mailbox_that_passes(name: str, directory: Path) -> None:
    leaf = client(ISSUER, names=[name])
    said = openssl(*("x509", "-noout", "-checkemail", name), given=leaf.pem(), directory=directory)
    assert "does match" in said


@few
@given(subject=subjects)
def test_openssl_verifies_a_server_of_any_subject(subject: Subject, directory: Path) -> None:
    leaf = server(ISSUER, subject=subject)
    assert not complaint_of_openssl(ISSUER, leaf, "-verify_hostname", HOST, directory=directory)


@few
@given(subject=subjects)
def test_the_linter_finds_nothing_in_a_server_of_any_subject(subject: Subject) -> None:
    """But for the domain of an e-mail address, of which it has ideas that no RFC has."""
    assert findings_of_pkilint(server(ISSUER, subject=replace(subject, email=""))) == []
