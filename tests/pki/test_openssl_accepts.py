"""Whatever the checks let through, openssl takes too."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pfwizard.pki import names
from pfwizard.pki.countries import COUNTRIES
from pfwizard.pki.names import NameProblem
from pfwizard.pki.requests import build_request
from pfwizard.pki.subject import Subject
from pfwizard.secret import Secret
from tests.pki.builders import HOST, SERVER_SUBJECT, key
from tests.pki.openssl import openssl, openssl_accepts

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
    email=st.sampled_from(["", "x" * 64 + "@" + "d" * 51 + ".example.org"]),
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


labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@few
@given(parts=st.lists(labels, min_size=1, max_size=4), wildcard=st.booleans())
def test_openssl_matches_every_host_name_that_passes(
    parts: list[str], wildcard: bool, directory: Path
) -> None:
    """-verify_hostname with the very name; a wildcard with a host it stands for."""
    name = ".".join([*(["*"] if wildcard else []), *parts, "example"])
    try:
        checked = names.check_dns_name(name)
    except NameProblem:
        assume(False)
    made = build_request(key("server"), SERVER_SUBJECT, [checked])
    (directory / "csr").write_bytes(made.pem().reveal())
    openssl(
        *("x509", "-req", "-in", "csr", "-signkey", "server.key", "-copy_extensions", "copy"),
        *("-out", "crt"),
        directory=directory,
    )
    said = openssl(
        *("x509", "-in", "crt", "-noout", "-checkhost", checked.replace("*", "any")),
        directory=directory,
    )
    assert "does match" in said
