"""Defaults that hang on the platform: who checks passwords, and where the server's files are."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.answers.question import Value
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.recognition import recognise
from pfwizard.machine.tree import FileKind, FileState, OnlyForRoot
from pfwizard.plan.usual_answers import usual_answers
from tests.plan.builders import SOCKET, STOCK_MAIN, STOCK_MASTER, machine


def on(os_release: dict[str, str]) -> Facts:
    """A machine of another platform, on which nothing listens."""
    absent = FileState(SOCKET, SOCKET, FileKind.ABSENT)
    return machine(STOCK_MAIN, STOCK_MASTER, absent, platform=recognise(os_release))


def in_directory(directory: str, identifier: str) -> Mapping[str, Value]:
    facts = machine(platform=recognise({"ID": identifier}))
    postfix = replace(facts.postfix, config_directory=PurePosixPath(directory))
    return usual_answers(replace(facts, postfix=postfix))


def test_debian_has_what_the_questions_have() -> None:
    assert usual_answers(on({"ID": "debian"})) == {}


def test_saslauthd_checks_passwords_where_no_package_brings_authdaemond() -> None:
    assert usual_answers(on({"ID": "rocky", "VERSION_ID": "9.4"})) == {"sasl.backend": "saslauthd"}


def test_an_authdaemond_that_somebody_has_built_is_kept() -> None:
    assert usual_answers(machine(platform=recognise({"ID": "arch"}))) == {}


def test_a_socket_that_only_root_can_see_is_none() -> None:
    facts = machine(platform=recognise({"ID": "arch"}))
    hidden = {SOCKET: OnlyForRoot("cannot be read")}

    assert usual_answers(replace(facts, unseen=hidden)) == {"sasl.backend": "saslauthd"}


def test_dovecot_does_where_postfix_knows_nothing_else() -> None:
    assert usual_answers(machine(sasl_types=("dovecot",))) == {"sasl.backend": "dovecot"}


def test_the_servers_files_are_beside_those_of_this_platforms_postfix() -> None:
    found = in_directory("/usr/local/etc/postfix", "freebsd")

    assert found["server.certificate"] == "/usr/local/etc/postfix/ssl/server.crt"
    assert found["server.ecdsa_key"] == "/usr/local/etc/postfix/ssl/private/server-ecdsa.key"
    assert "ca.key" not in found


def test_another_instance_has_its_files_with_those_of_the_first() -> None:
    assert in_directory("/etc/postfix-two", "freebsd") == {}
