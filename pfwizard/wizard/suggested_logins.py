"""Who checks passwords today, and how: the answers begin with it where users log in already."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import SaslBackend, SaslScope
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.plan.relay.relay_policy import RECIPIENT, RELAY
from pfwizard.plan.sasl.parameters import CYRUS
from pfwizard.plan.services import LOGGED_IN, smtp_servers
from pfwizard.wizard.suggested_certificates import Suggested

DOVECOT = "dovecot"

CHECKERS: Mapping[str, SaslBackend] = {
    "authdaemond": SaslBackend.AUTHDAEMOND,
    "saslauthd": SaslBackend.SASLAUTHD,
}
"""By the values of pwcheck_method in smtpd.conf."""

PLUGINS: Mapping[str, SaslBackend] = {
    "sasldb": SaslBackend.SASLDB,
    "sql": SaslBackend.SQL,
    "ldapdb": SaslBackend.LDAPDB,
}
"""By the values of auxprop_plugin, where pwcheck_method is auxprop."""

OPTIONS: Mapping[str, str] = {
    "authdaemond_path": "sasl.socket",
    "saslauthd_path": "sasl.socket",
    "sasldb_path": "sasl.database",
    "sql_engine": "sasl.sql.engine",
    "sql_database": "sasl.sql.database",
    "sql_user": "sasl.sql.user",
    "sql_select": "sasl.sql.select",
    "ldapdb_uri": "sasl.ldapdb.uri",
    "ldapdb_id": "sasl.ldapdb.id",
    "ldapdb_mech": "sasl.ldapdb.mechanism",
    "ldapdb_starttls": "sasl.ldapdb.starttls",
}
"""Where the value of an option of smtpd.conf is the answer. Passwords stay where they are."""

OVER_TLS_ONLY = "smtpd_tls_auth_only"


def logins(facts: Facts) -> Suggested:
    """No password checker where nobody can log in yet, or nobody knows through what."""
    types = set(_types(facts))
    if not types and facts.configuration.main.get(OVER_TLS_ONLY) is None:
        yield "tls.auth_only", True  # what is safe shuts nobody out who logs in already
    if _users_relay_already(facts):
        yield "sasl.recipient_restrictions", ()
    if facts.effective.is_on("smtpd_sasl_auth_enable"):
        yield "sasl.scope", SaslScope.EVERYWHERE.value
    if types == {DOVECOT}:
        yield "sasl.backend", SaslBackend.DOVECOT.value
    elif types == {CYRUS}:
        yield from _of_cyrus(SmtpdConf.parse(facts.file(_smtpd_conf(facts)).content or b""))


def _users_relay_already(facts: Facts) -> bool:
    """Since Postfix 2.10 smtpd_relay_restrictions suffices, unless another list stops them."""
    has_none = facts.configuration.main.get(RECIPIENT) is None
    return has_none and LOGGED_IN in facts.effective.elements(RELAY)


def _types(facts: Facts) -> Iterator[str]:
    for effective in _letting_log_in(facts):
        yield effective.value("smtpd_sasl_type")


def _letting_log_in(facts: Facts) -> Iterator[Effective]:
    for service in smtp_servers(facts.configuration.master, facts.effective):
        effective = facts.effective.of(service)
        if effective.is_on("smtpd_sasl_auth_enable"):
            yield effective


def _smtpd_conf(facts: Facts) -> PurePosixPath:
    """The one that all servers go by, or that of main.cf where they do not agree."""
    found = {facts.smtpd_conf_of(each) for each in _letting_log_in(facts)}
    return found.pop() if len(found) == 1 else facts.smtpd_conf


def _of_cyrus(document: SmtpdConf) -> Suggested:
    method = (document.get("pwcheck_method") or "").lower()
    plugin = (document.get("auxprop_plugin") or "").lower()
    backend = PLUGINS.get(plugin) if method == "auxprop" else CHECKERS.get(method)
    if backend is None:
        return
    yield "sasl.backend", backend.value
    for option, key in OPTIONS.items():
        value = document.get(option)
        if value:
            yield key, value
    hosts = (document.get("sql_hostnames") or "").replace(",", " ").split()
    if hosts:
        yield "sasl.sql.hosts", tuple(hosts)
    mechanisms = (document.get("mech_list") or "").upper().split()
    if mechanisms:
        yield "sasl.mechanisms", tuple(mechanisms)
