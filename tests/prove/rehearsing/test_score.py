"""What is played of a plan, and where."""

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from pfwizard.cf.endpoint import SMTP, SUBMISSIONS
from pfwizard.plan.plan import Change, ChangeKind, Plan
from pfwizard.prove.rehearsing.score import CannotRehearse
from tests.plan import builders
from tests.prove.rehearsing.scores import MACHINE, score

PLAN = builders.plan_for(MACHINE)


def change(kind: ChangeKind, path: str) -> Change:
    return Change(kind, PurePosixPath(path), PurePosixPath(path), 0o755)


def mirrored(*changes: Change) -> set[str]:
    """The directories besides /etc, where groups are."""
    return {str(each) for each in score(with_changes(*changes)).order.mirrored} - {"/etc"}


def with_changes(*changes: Change) -> Plan:
    return replace(PLAN, changes=changes)


def test_every_service_has_another_port() -> None:
    ports = score(PLAN).ports

    assert {SMTP, SUBMISSIONS} <= ports.keys()
    assert len(set(ports.values())) == len(ports)


def test_a_directory_is_mirrored_where_something_changes_in_it() -> None:
    assert mirrored(
        change(ChangeKind.CREATE, "/srv/pki/server.crt"),
        change(ChangeKind.REPLACE, "/srv/pki/private/server.key"),
        change(ChangeKind.DELETE, "/var/lib/old/server.crt"),
    ) == {"/srv/pki", "/srv/pki/private", "/var/lib/old"}


def test_of_directories_that_are_made_the_one_above_them_is() -> None:
    assert mirrored(
        change(ChangeKind.MKDIR, "/srv/pki"),
        change(ChangeKind.MKDIR, "/srv/pki/private"),
        change(ChangeKind.CREATE, "/srv/pki/private/server.key"),
    ) == {"/srv"}


def test_of_directories_that_go_the_one_above_them_is() -> None:
    assert mirrored(
        change(ChangeKind.DELETE, "/srv/pki/private/server.key"),
        change(ChangeKind.RMDIR, "/srv/pki/private"),
        change(ChangeKind.RMDIR, "/srv/pki"),
    ) == {"/srv"}


def test_the_root_directory_cannot_be_mirrored() -> None:
    with pytest.raises(CannotRehearse, match="in the directory / itself"):
        score(with_changes(change(ChangeKind.MKDIR, "/pki")))


def test_sockets_of_postfix_itself_are_told_from_those_of_others() -> None:
    master = MACHINE.configuration.master.render() + b"old unix - - n - - smtp\n"
    before = builders.machine(master_cf=master.decode())

    order = score(replace(PLAN, master_cf=before.configuration.master.render())).order

    assert "old" in order.services
    assert "opendkim" not in order.services


def test_its_log_is_its_own() -> None:
    order = score(PLAN).order

    assert order.log.parent == order.base
    assert order.log_socket.parent == Path("/var/spool/postfix/public")
