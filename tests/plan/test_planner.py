"""The plan as a whole: what it is made of, in which order, and that nothing else is touched."""

import builtins
import os
import socket
import subprocess
from dataclasses import replace
from pathlib import PurePosixPath
from typing import NoReturn

import pytest

from pfwizard.errors import Failed
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import ChangeKind, Reload, Severity
from tests.plan.builders import (
    CA,
    CA_KEY,
    MAIN_CF,
    MASTER_CF,
    SERVER,
    SERVER_KEY,
    SMTPD_CONF,
    STOCK_MAIN,
    STOCK_MASTER,
    answers,
    applied,
    directory,
    file,
    guide_pki,
    identifiers,
    machine,
    plan_for,
    with_files,
)


def test_the_same_question_has_the_same_answer() -> None:
    assert plan_for(machine()) == plan_for(machine())


def test_making_a_plan_touches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = machine()
    expected = plan_for(facts)

    def forbidden(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a plan is made from its arguments alone")

    monkeypatch.setattr(builtins, "open", forbidden)
    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(subprocess, "Popen", forbidden)
    for name in ("open", "stat", "lstat", "readlink", "scandir", "listdir", "urandom"):
        monkeypatch.setattr(os, name, forbidden)

    assert plan_for(facts) == expected


def test_what_nothing_refers_to_yet_comes_first() -> None:
    order = [change.path for change in plan_for(machine()).changes]
    places = [order.index(path) for path in (CA_KEY, CA, SERVER_KEY, SERVER)]

    assert places == sorted(places)
    assert order[-3:] == [SMTPD_CONF, MASTER_CF, MAIN_CF]


def test_a_directory_comes_before_what_is_in_it() -> None:
    changes = plan_for(machine()).changes

    made: set[PurePosixPath] = set(map(PurePosixPath, ("/etc/postfix", "/etc/ssl/private")))
    for change in changes:
        if change.kind is ChangeKind.MKDIR:
            made.add(change.path)
        elif change.kind is ChangeKind.CREATE:
            assert change.path.parent in made | {CA.parent}


def test_a_directory_for_keys_is_private() -> None:
    modes = {c.path: c.mode for c in plan_for(machine()).changes if c.kind is ChangeKind.MKDIR}

    assert modes[SERVER_KEY.parent] == 0o700
    assert modes[SERVER.parent] == 0o755


def test_after_the_plan_there_is_nothing_to_do() -> None:
    facts = machine()

    assert plan_for(applied(facts, plan_for(facts))).is_empty


def test_a_plan_for_a_running_postfix_ends_with_a_reload() -> None:
    assert isinstance(plan_for(machine()).actions[-1], Reload)


@pytest.mark.parametrize(
    "facts", [machine(is_running=False), machine(works_on_a_tree=True, is_running=False)]
)
def test_nothing_is_reloaded_that_does_not_run(facts: Facts) -> None:
    assert plan_for(facts).actions_to_show == ()


@pytest.mark.parametrize(("works_on_a_tree", "noted"), [(False, True), (True, False)])
def test_that_postfix_is_stopped_is_noted_on_a_machine(works_on_a_tree: bool, noted: bool) -> None:
    found = plan_for(machine(works_on_a_tree=works_on_a_tree, is_running=False))

    assert ("postfix-stopped" in identifiers(found)) is noted


@pytest.mark.parametrize(("version", "refused"), [("2.11.11", True), ("3.0.0", False)])
def test_a_postfix_before_3_0_is_refused(version: str, refused: bool) -> None:
    found = plan_for(machine(STOCK_MAIN, STOCK_MASTER, *guide_pki(), version=version))

    assert ("postfix-too-old" in identifiers(found)) is refused


def test_an_assumed_version_is_warned_of() -> None:
    found = plan_for(machine(version_source="assumed for Debian 12"))

    assert "version-assumed" in identifiers(found)


@pytest.mark.parametrize("path", [CA, CA_KEY, SERVER, SERVER_KEY, SMTPD_CONF])
@pytest.mark.parametrize("kind", [FileKind.DIRECTORY, FileKind.SOCKET, FileKind.OTHER])
def test_what_is_no_file_is_not_replaced_by_one(path: PurePosixPath, kind: FileKind) -> None:
    found = plan_for(machine(STOCK_MAIN, STOCK_MASTER, FileState(path, path, kind)))

    named = [f.message for f in found.refusals if f.identifier == "not-a-file"]
    assert [str(path) in message for message in named] == [True]


def test_no_file_is_planned_below_a_file() -> None:
    found = plan_for(machine(STOCK_MAIN, STOCK_MASTER, file(SERVER.parent, b"")))

    named = [f.message for f in found.refusals if f.identifier == "not-a-directory"]
    assert [message.startswith(f"{SERVER.parent} ") for message in named] == [True]


def test_a_link_to_a_file_elsewhere_is_written_where_it_leads() -> None:
    real = PurePosixPath("/srv/conf/main.cf")
    link = replace(file(MAIN_CF, STOCK_MAIN.encode()), real=real)
    facts = with_files(machine(), link, directory("/srv"), directory("/srv/conf"))

    changes = {change.path: change for change in plan_for(facts).changes}

    assert changes[MAIN_CF].real == real
    assert real.parent not in changes


@pytest.mark.parametrize(
    ("main_cf", "master_cf", "place"),
    [
        ("no equals sign\n", STOCK_MASTER, f"{MAIN_CF}:1: "),
        (STOCK_MAIN, "smtp inet n - y\n", f"{MASTER_CF}:1: "),
    ],
)
def test_files_that_postfix_cannot_read_end_the_run(
    main_cf: str, master_cf: str, place: str
) -> None:
    with pytest.raises(Failed) as caught:
        plan_for(machine(main_cf, master_cf))

    assert caught.value.message.startswith(place)
    assert caught.value.remedy


@pytest.mark.parametrize("broken", ["${mynetworks", "$mynetworks 10.0.0.0/8", "${}"])
def test_a_value_that_postfix_gives_up_on_ends_the_run_with_its_name(broken: str) -> None:
    with pytest.raises(Failed, match="mynetworks"):
        plan_for(machine(f"{STOCK_MAIN}mynetworks = {broken}\n"))


def test_every_finding_says_why_and_what_to_do() -> None:
    found = plan_for(machine("mynetworks = 0.0.0.0/0\n"), answers(tls__ca_file="/missing"))

    assert {finding.severity for finding in found.findings} == set(Severity)
    for finding in found.findings:
        assert finding.message
        assert finding.remedy.endswith(".") or finding.severity is Severity.NOTE


def test_no_secret_is_in_the_representation_of_a_plan() -> None:
    assert "PRIVATE KEY" not in repr(plan_for(machine()))


def test_a_plan_remembers_everything_it_was_made_from() -> None:
    found = plan_for(machine())

    remembered = {premise.path: premise.content for premise in found.premises}
    assert remembered[MAIN_CF] == STOCK_MAIN.encode()
    assert remembered[CA_KEY] is None
    assert {MASTER_CF, SMTPD_CONF, SERVER_KEY} <= remembered.keys()
