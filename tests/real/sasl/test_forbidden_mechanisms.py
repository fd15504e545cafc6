"""Mechanisms that a password checker cannot do: pfwizard refuses them, and a real server shows why.

Here they are offered by hand, and the user tries them with the right password.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.machines.authdaemond import SOCKET
from tests.machines.machine import Machine
from tests.machines.suites import SUITES
from tests.real.conftest import OpenMachine
from tests.real.sasl import courier, directory, dovecot, saslauthd, stores
from tests.real.sasl.login_client import AUTHENTICATED, BROKEN_OFF, REFUSED, UNAVAILABLE, replies
from tests.real.sasl.login_server import (
    ANSWERS,
    ANSWERS_FILE,
    PASSWORD,
    PasswordServer,
    Provisioning,
    restart,
)

pytestmark = pytest.mark.machine

SMTPD_CONF = "/etc/postfix/sasl/smtpd.conf"

NO_SECRET = "authentication failure"
"""It has asked for a stored password, of which there is none (SASL_NOUSER)."""

DOVECOTS_LOG = "/var/log/dovecot.log"

LISTENER = f"""\
log_path = {DOVECOTS_LOG}
service auth {{
  unix_listener /var/spool/postfix/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
"""

LET_USERS_LOG_IN_THROUGH_DOVECOT = """\
postconf -e smtpd_sasl_type=dovecot smtpd_sasl_path=private/auth smtpd_sasl_auth_enable=yes
"""

NO_PLUGIN = "no mechanism available"

CHALLENGES = (
    *("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"),
    *("CRAM-MD5", "DIGEST-MD5", "NTLM"),
)
NOT_INSTALLED = ("OTP", "OAUTHBEARER", "XOAUTH2")
"""Cyrus SASL has the last two for clients only, and Debian has OTP in a package of its own."""

OF_A_STORE = dict.fromkeys(NOT_INSTALLED, NO_PLUGIN)
OF_A_DAEMON = {**dict.fromkeys(CHALLENGES, NO_SECRET), **OF_A_STORE}

# What SMTP AUTH needs beside smtpd.conf, by hand and on port 25 alone.
LET_USERS_LOG_IN = """\
gpasswd -a postfix sasl
gpasswd -a postfix courier
if test -e /etc/sasldb2; then chgrp sasl /etc/sasldb2; chmod 640 /etc/sasldb2; fi
postconf -e smtpd_sasl_auth_enable=yes
postconf -F smtp/inet/chroot=n
"""

OF_SQL = f"""\
auxprop_plugin: sql
sql_engine: sqlite3
sql_database: {stores.DATABASE}
sql_select: {stores.SELECT}
"""

OF_LDAPDB = """\
auxprop_plugin: ldapdb
ldapdb_uri: ldap://127.0.0.1
ldapdb_id: postfix
ldapdb_mech: SCRAM-SHA-256
"""


@dataclass(frozen=True)
class Checker:
    """``lines`` of smtpd.conf; ``refuses`` says what the log has to say of each mechanism.

    ``plain`` is the reply to the right password by PLAIN, which it can do if it runs.
    """

    name: str
    provisioning: Provisioning
    lines: str
    refuses: Mapping[str, str]
    plain: int = AUTHENTICATED


CHECKERS = (
    Checker("saslauthd", saslauthd.with_pam, "pwcheck_method: saslauthd\n", OF_A_DAEMON),
    Checker(
        "authdaemond",
        courier.authdaemond,
        f"pwcheck_method: authdaemond\nauthdaemond_path: {SOCKET}\n",
        OF_A_DAEMON,
    ),
    Checker("sasldb", stores.sasldb, "auxprop_plugin: sasldb\n", OF_A_STORE),
    Checker("sql", stores.sqlite, OF_SQL, OF_A_STORE),
    Checker("ldapdb", directory.that_does_not_run, OF_LDAPDB, OF_A_STORE, plain=UNAVAILABLE),
)


@pytest.fixture
def machine(open_machine: OpenMachine) -> Machine:
    machine = open_machine(Machine(SUITES["bookworm"]))
    machine.start_postfix()
    return machine


def is_refused_beforehand(machine: Machine, answers: str, mechanisms: Mapping[str, str]) -> bool:
    """Whether pfwizard will not have any of these mechanisms beside the one that can be."""
    names = ", ".join(f'"{each}"' for each in ("PLAIN", *mechanisms))
    lines = [line for line in answers.splitlines() if not line.startswith("mechanisms = ")]
    lines.insert(1, f"mechanisms = [{names}]")
    machine.write(ANSWERS_FILE, ANSWERS + "\n".join(lines) + "\n", 0o600)
    before = machine.snapshot(["/etc"])
    done = machine.pfwizard("--answers", ANSWERS_FILE)
    refusals = [line for line in done.stderr.splitlines() if " cannot do " in line]
    return (
        done.returncode == 1
        and len(refusals) == 1
        and all(name in refusals[0] for name in mechanisms)
        and machine.snapshot(["/etc"]) == before
    )


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda each: each.name)
def test_a_mechanism_that_the_checker_cannot_do_lets_nobody_in(
    checker: Checker, machine: Machine
) -> None:
    told = checker.provisioning(machine)
    assert is_refused_beforehand(machine, told.answers, checker.refuses)

    mechanisms = ("PLAIN", *checker.refuses)
    machine.run(["sh", "-ec", LET_USERS_LOG_IN])
    machine.write(SMTPD_CONF, f"{checker.lines}mech_list: {' '.join(mechanisms)}\n")
    machine.postfix.reload()

    assert codes(machine, told, *mechanisms) == {
        "PLAIN": checker.plain,
        **dict.fromkeys(checker.refuses, REFUSED),
    }
    log = machine.mail_log()
    for mechanism, words in checker.refuses.items():
        assert f"SASL {mechanism} authentication failed: {words}" in log


@pytest.mark.parametrize(
    ("suite", "mechanism", "words"),
    [
        ("bookworm", "SCRAM-SHA-512", "Unknown authentication mechanism 'SCRAM-SHA-512'"),
        ("bookworm", "NTLM", "Unknown authentication mechanism 'NTLM'"),
        ("bookworm", "OTP", "OTP mechanism can't be supported with given passdbs"),
        ("sid", "SCRAM-SHA-512", "Unknown authentication mechanism 'SCRAM-SHA-512'"),
        ("sid", "NTLM", "Unknown authentication mechanism 'NTLM'"),
        ("sid", "OTP", "Unknown authentication mechanism 'OTP'"),
    ],
)
def test_a_mechanism_that_dovecot_cannot_do_ends_all_mail(
    suite: str, mechanism: str, words: str, open_machine: OpenMachine
) -> None:
    machine = open_machine(Machine(SUITES[suite]))
    machine.start_postfix()
    told = dovecot.dovecot(machine)
    assert is_refused_beforehand(machine, told.answers, {mechanism: words})

    machine.write("/etc/dovecot/conf.d/99-listener.conf", LISTENER)
    dovecot.write_settings(machine, ("PLAIN", mechanism))
    restart(machine, "dovecot")
    machine.run(["sh", "-ec", LET_USERS_LOG_IN_THROUGH_DOVECOT])
    machine.postfix.reload()

    assert codes(machine, told, "PLAIN") == {"PLAIN": BROKEN_OFF}
    assert words in machine.read(DOVECOTS_LOG).decode()
    assert "fatal: no SASL authentication mechanisms" in machine.mail_log()


def codes(machine: Machine, told: PasswordServer, *mechanisms: str) -> Mapping[str, int]:
    """The reply to the right password by each of these mechanisms, on port 25."""
    attempts = [(25, mechanism, PASSWORD) for mechanism in mechanisms]
    return {name: code for (_, name, _), code in replies(machine, told.user, attempts).items()}
