"""ldapdb: what smtpd.conf says, the proxy's password, and why smtpd leaves the jail."""

import pytest

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.machine.tree import FileState
from pfwizard.plan.plan import Plan
from tests.plan.builders import SMTPD_CONF, file, identifiers, master_of
from tests.plan.sasl.logins import (
    PASSWORD_FILE,
    change_of,
    logins,
    message_of,
    password_file,
    smtpd_conf_of,
    wanting,
)


def plan(*files: FileState, **overrides: object) -> Plan:
    return wanting(SaslBackend.LDAPDB, logins(*files), **overrides)


def test_smtpd_conf_has_what_the_plug_in_needs() -> None:
    found = plan(
        password_file(),
        sasl__ldapdb__password_file=str(PASSWORD_FILE),
        sasl__ldapdb__starttls="demand",
    )

    assert smtpd_conf_of(found) == {
        "pwcheck_method": "auxprop",
        "auxprop_plugin": "ldapdb",
        "ldapdb_uri": "ldaps://ldap.example.org",
        "ldapdb_id": "postfix",
        "ldapdb_pw": "hunter2",
        "ldapdb_mech": "SCRAM-SHA-256",
        "ldapdb_starttls": "demand",
        "mech_list": "PLAIN LOGIN SCRAM-SHA-256",
    }
    assert change_of(found, SMTPD_CONF).secret


def test_without_starttls_there_is_no_option() -> None:
    assert "ldapdb_starttls" not in smtpd_conf_of(plan())


def test_the_password_of_today_stays_where_none_is_given() -> None:
    there = file(SMTPD_CONF, b"ldapdb_pw: of today\n", 0o600)

    assert smtpd_conf_of(plan(there))["ldapdb_pw"] == "of today"


@pytest.mark.parametrize("uri", ["ldaps://ldap.example.org", "ldapi:///"])
def test_smtpd_leaves_the_jail_however_it_asks(uri: str) -> None:
    found = plan(sasl__ldapdb__uri=uri)

    assert [service.chroot for service in master_of(found).services] == ["n"]
    assert "libldap reads" in message_of(found, "unchrooted")


@pytest.mark.parametrize(
    ("uri", "starttls", "is_warned_of"),
    [
        ("ldap://ldap.example.org", "", True),
        ("ldap://ldap.example.org", "try", True),
        ("ldap://ldap.example.org", "demand", False),
        ("ldaps://ldap.example.org", "", False),
        ("ldap://localhost:389/", "", False),
        ("ldap://[::1]", "", False),
        ("ldapi:///", "", False),
    ],
)
def test_passwords_on_their_way_from_another_machine_are_warned_of(
    uri: str, starttls: str, is_warned_of: bool
) -> None:
    found = plan(sasl__ldapdb__uri=uri, sasl__ldapdb__starttls=starttls)

    assert ("ldap-in-clear" in identifiers(found)) is is_warned_of
