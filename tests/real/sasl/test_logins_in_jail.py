"""Passwords outside of the chroot jail, and mounted into it: the rehearsal knows the difference.

One machine for all of them, to which nothing is applied before the last two tests.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache

import pytest

from tests.machines import policy
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.sasl import courier, databases, directory, stores
from tests.real.sasl.jail import JAIL, mounted
from tests.real.sasl.login_server import LoginServer, PasswordServer, Provisioning, Rehearsed

pytestmark = pytest.mark.machine

LEAVE = 'chroot = "leave"\n'

MYSQLD = "/run/mysqld/mysqld.sock"
SLAPD = "/run/slapd/ldapi"

PLUGINS = "/usr/lib/x86_64-linux-gnu/sasl2"


@dataclass(frozen=True)
class Case:
    """``path`` is what smtpd lacks in the jail, and ``cause`` what the rehearsal says of that."""

    name: str
    provisioning: Provisioning
    path: str
    cause: str

    def __str__(self) -> str:
        return self.name


CASES = (
    Case(
        "authdaemond",
        courier.authdaemond,
        "/run/courier/authdaemon",
        "where the socket /run/courier/authdaemon/socket of authdaemond would be "
        f"{JAIL}/run/courier/authdaemon/socket, and that is not there",
    ),
    Case(
        "sasldb",
        stores.sasldb,
        "/etc/sasldb2",
        f"where the passwords in /etc/sasldb2 would be in {JAIL}/etc/sasldb2, and that is not "
        "there",
    ),
    Case(
        "sqlite",
        stores.sqlite,
        "/var/lib/mailusers",
        f"where the passwords in {stores.DATABASE} would be in {JAIL}{stores.DATABASE}, and that "
        "is not there",
    ),
    Case(
        "ldapdb",
        directory.ldapdb,
        PLUGINS,
        "where libldap finds none of the SASL plug-ins with which it logs in to the directory",
    ),
    Case(
        "ldapdb by its socket",
        directory.ldapdb_by_its_socket,
        "/run/slapd",
        f"where the socket {SLAPD} would be {JAIL}{SLAPD}, and that is not there",
    ),
    Case(
        "mariadb",
        databases.mariadb_by_its_socket,
        "/run/mysqld",
        f"where the socket {MYSQLD} would be {JAIL}{MYSQLD}, and that is not there",
    ),
)


@dataclass(frozen=True)
class Jailed:
    """A machine whose smtpd is in the jail, and whoever knows the passwords there, once each."""

    machine: Machine
    checker: Callable[[Provisioning], PasswordServer]


@pytest.fixture(scope="module")
def jailed() -> Iterator[Jailed]:
    with ExitStack() as machines:
        machine = policy.booted(Machine(SUITES["bookworm"]), machines)
        machine.start_postfix()
        yield Jailed(machine, cache(lambda provisioning: provisioning(machine)))


every_case = pytest.mark.parametrize("case", CASES, ids=str)


@every_case
def test_a_rehearsal_says_what_is_missing_in_the_jail(case: Case, jailed: Jailed) -> None:
    server = LoginServer.asking(jailed.machine, jailed.checker(case.provisioning), LEAVE)

    done = server.rehearsal()

    assert json.loads(done.stdout)["result"] == "failed"
    unproven = Rehearsed.of(done).unproven
    assert {each for each in unproven if each.startswith("login ")}
    assert [each for each in unproven.values() if case.cause not in each] == []


@every_case
def test_what_is_mounted_in_the_jail_lets_users_log_in_there(case: Case, jailed: Jailed) -> None:
    server = LoginServer.asking(jailed.machine, jailed.checker(case.provisioning))

    with mounted(jailed.machine, case.path):
        done = server.rehearsal()

    findings = {each["id"] for each in json.loads(done.stdout)["findings"]}
    assert not findings & {"unchrooted", "jail-left"}
    rehearsed = Rehearsed.of(done)
    assert rehearsed.unproven == {}
    assert rehearsed.logins == server.rehearsed_logins()


def test_they_log_in_when_it_is_live_and_smtpd_is_still_in_the_jail(jailed: Jailed) -> None:
    case = CASES[0]
    server = LoginServer.asking(jailed.machine, jailed.checker(case.provisioning))

    with mounted(jailed.machine, case.path):
        server.apply()

        assert server.jailed() == ("smtp", "submissions", "submission")
        assert server.logins() == server.expected_logins()
        assert server.finds_nothing_to_do()


AUXPROP = "pwcheck_method: auxprop\nmech_list: PLAIN\nauxprop_plugin: "


@pytest.mark.parametrize(
    ("smtpd_conf", "provisioning", "path", "rule"),
    [
        pytest.param(
            f"{AUXPROP}sql\nsql_engine: sqlite3\nsql_database: {stores.DATABASE}\nsql_select: x\n",
            stores.sqlite,
            "/var/lib/mailusers",
            "sqlite-outside-chroot",
            id="sqlite",
        ),
        pytest.param(
            f"{AUXPROP}ldapdb\nldapdb_uri: ldap://127.0.0.1\n",
            directory.ldapdb,
            PLUGINS,
            "ldapdb-outside-chroot",
            id="ldapdb",
        ),
    ],
)
def test_check_tells_of_what_is_not_mounted_in_the_jail(
    smtpd_conf: str, provisioning: Provisioning, path: str, rule: str, jailed: Jailed
) -> None:
    machine = jailed.machine
    jailed.checker(provisioning)
    machine.run(["postconf", "-e", "smtpd_sasl_auth_enable=yes"])
    machine.write("/etc/postfix/sasl/smtpd.conf", smtpd_conf)

    assert rule in told(machine)
    with mounted(machine, path):
        assert rule not in told(machine)


def told(machine: Machine) -> set[str]:
    return {
        each["id"] for each in json.loads(machine.pfwizard("check", "--json").stdout)["findings"]
    }
