"""Whoever signs the server's certificate, pfwizard writes nothing where certbot keeps its own."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Plan
from tests.plan.authority_builders import refusals
from tests.plan.builders import SERVER, SERVER_KEY, answers, file, plan_for
from tests.plan.others import CHAIN, FULL_CHAIN, KEY, LETSENCRYPT, RSA, certbot, secret, with_roots

BY_US = ["ca", "request"]


def planned(*files: FileState, source: str, **overrides: object) -> Plan:
    return plan_for(with_roots(*certbot(), *files), answers(server__source=source, **overrides))


def link_to(state: PurePosixPath, path: PurePosixPath) -> FileState:
    """One of the operator's own."""
    (end,) = [each for each in certbot() if each.path == state]
    return replace(end, path=path)


@pytest.mark.parametrize("source", BY_US)
def test_certbots_files_are_not_written(source: str) -> None:
    plan = planned(source=source, server__certificate=str(FULL_CHAIN), server__key=str(KEY))

    assert refusals(plan) == ["managed-by-certbot"]
    assert str(FULL_CHAIN) in plan.refusals[0].message
    assert 'server.source = "files"' in plan.refusals[0].remedy


@pytest.mark.parametrize("source", BY_US)
@pytest.mark.parametrize(
    "link", [link_to(FULL_CHAIN, SERVER), link_to(KEY, SERVER_KEY)], ids=["certificate", "key"]
)
def test_a_link_into_certbots_tree_is_not_followed_in_writing(link: FileState, source: str) -> None:
    plan = planned(link, source=source)

    assert refusals(plan) == ["managed-by-certbot"]
    assert f"{link.path} (which leads to {link.real})" in plan.refusals[0].message
    assert not [change for change in plan.changes if change.real.is_relative_to(LETSENCRYPT)]


@pytest.mark.parametrize("source", BY_US)
def test_a_link_to_where_certbot_would_have_its_next_file_is_none_for_us(source: str) -> None:
    end = LETSENCRYPT / "archive/mail.kernel-panic.it/fullchain4.pem"

    plan = planned(FileState(SERVER, end, FileKind.ABSENT), source=source)

    assert refusals(plan) == ["managed-by-certbot"]


@pytest.mark.parametrize(
    ("source", "overrides"),
    [
        ("request", {"server__request": "/etc/letsencrypt/server.csr"}),
        ("ca", {"server__ecdsa": True, "server__ecdsa_key": "/etc/letsencrypt/live/mail/key.pem"}),
    ],
)
def test_nothing_else_of_the_server_is_written_there(
    source: str, overrides: dict[str, object]
) -> None:
    assert refusals(planned(source=source, **overrides)) == ["managed-by-certbot"]


def test_they_may_be_named_as_those_of_somebody_else() -> None:
    plan = planned(source="files", server__certificate=str(FULL_CHAIN), server__key=str(KEY))

    assert refusals(plan) == []


def test_a_place_that_only_begins_with_the_same_letters_is_ones_own() -> None:
    own = PurePosixPath("/etc/letsencrypt-own")

    plan = planned(
        file(own / "mail.pem", CHAIN),
        file(own / "mail.key", secret(RSA), 0o600),
        source="request",
        server__certificate=str(own / "mail.pem"),
        server__key=str(own / "mail.key"),
    )

    assert refusals(plan) == []
