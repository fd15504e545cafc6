"""The back ends of SASL: what each of them is to Postfix, and what it can do.

Sources: lib/checkpw.c and the plug-ins of Cyrus SASL 2.1.28, SASL_README of Postfix, and the manual
of Dovecot.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pfwizard.answers.sasl_answers import SaslBackend, SqlEngine
from pfwizard.machine.platforms.record import Daemon, Need
from pfwizard.plan.sasl.parameters import CYRUS, DOVECOT

ONLY_SAYS_YES_OR_NO = "it says yes or no to a password, and {name} needs the password itself"
NO_SUCH_SERVER = "Cyrus SASL has no {name} for servers"
CANNOT_WRITE = "{name} writes a new password after each login, and it is only read here"
NOT_OF_DOVECOT = "Dovecot does not know {name}"
NOT_ANY_MORE = (
    "Dovecot 2.4 does not know {name} any more, and earlier ones cannot do it with a passwd-file"
)


@dataclass(frozen=True)
class Backend:
    """One back end.

    ``sasl_type`` is that of Postfix, ``checker`` the ``pwcheck_method`` of smtpd.conf and
    ``auxprop`` the plug-in with the passwords, both empty where there is none. ``socket_option``
    names the daemon's socket in smtpd.conf. ``usual`` are the mechanisms where the answers name
    none; ``impossible`` says of a mechanism why it cannot be.
    """

    name: str
    sasl_type: str
    checker: str
    usual: tuple[str, ...]
    impossible: Mapping[str, str]
    auxprop: str = ""
    daemon: Daemon | None = None
    need: Need | None = None
    socket_option: str = ""

    def why_not(self, mechanism: str) -> str:
        """Why it cannot do this mechanism; empty where it can."""
        return self.impossible.get(mechanism, "").format(name=mechanism)


WITH_THE_PASSWORD_IN_CLEAR = ("PLAIN", "LOGIN")
WITH_A_STORED_PASSWORD = ("PLAIN", "LOGIN", "SCRAM-SHA-256")

_CHALLENGES = (
    *("SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"),
    *("CRAM-MD5", "DIGEST-MD5", "NTLM", "OTP"),
)
_TOKENS = dict.fromkeys(("OAUTHBEARER", "XOAUTH2"), NO_SUCH_SERVER)
_OF_A_DAEMON = {**dict.fromkeys(_CHALLENGES, ONLY_SAYS_YES_OR_NO), **_TOKENS}
_OF_A_STORE = {"OTP": CANNOT_WRITE, **_TOKENS}

BACKENDS: Mapping[SaslBackend, Backend] = {
    SaslBackend.AUTHDAEMOND: Backend(
        name="authdaemond",
        sasl_type=CYRUS,
        checker="authdaemond",
        usual=WITH_THE_PASSWORD_IN_CLEAR,
        impossible=_OF_A_DAEMON,
        daemon=Daemon.AUTHDAEMOND,
        need=Need.AUTHDAEMOND,
        socket_option="authdaemond_path",
    ),
    SaslBackend.SASLAUTHD: Backend(
        name="saslauthd",
        sasl_type=CYRUS,
        checker="saslauthd",
        usual=WITH_THE_PASSWORD_IN_CLEAR,
        impossible=_OF_A_DAEMON,
        daemon=Daemon.SASLAUTHD,
        need=Need.SASLAUTHD,
        socket_option="saslauthd_path",
    ),
    SaslBackend.SASLDB: Backend(
        name="sasldb",
        sasl_type=CYRUS,
        checker="auxprop",
        usual=WITH_A_STORED_PASSWORD,
        impossible=_OF_A_STORE,
        auxprop="sasldb",
        need=Need.SASLDB,
    ),
    SaslBackend.SQL: Backend(
        name="the database",
        sasl_type=CYRUS,
        checker="auxprop",
        usual=WITH_A_STORED_PASSWORD,
        impossible=_OF_A_STORE,
        auxprop="sql",
    ),
    SaslBackend.LDAPDB: Backend(
        name="the LDAP directory",
        sasl_type=CYRUS,
        checker="auxprop",
        usual=WITH_A_STORED_PASSWORD,
        impossible=_OF_A_STORE,
        auxprop="ldapdb",
        need=Need.LDAPDB,
    ),
    SaslBackend.DOVECOT: Backend(
        name="Dovecot",
        sasl_type=DOVECOT,
        checker="",
        usual=WITH_THE_PASSWORD_IN_CLEAR,
        impossible={
            "SCRAM-SHA-512": NOT_OF_DOVECOT,
            "NTLM": NOT_OF_DOVECOT,
            "OTP": NOT_ANY_MORE,
        },
        daemon=Daemon.DOVECOT,
        need=Need.DOVECOT,
    ),
}

NEED_OF_ENGINE: Mapping[SqlEngine, Need] = {
    SqlEngine.MYSQL: Need.MYSQL,
    SqlEngine.POSTGRESQL: Need.POSTGRESQL,
    SqlEngine.SQLITE: Need.SQLITE,
}
"""What brings the plug-in for SQL that talks to this database."""
