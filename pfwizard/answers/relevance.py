"""Which questions the other answers leave anything to say about."""

from collections.abc import Mapping
from dataclasses import dataclass

from pfwizard.answers.question import Question, Value
from pfwizard.answers.questions import QUESTIONS


@dataclass(frozen=True)
class Condition:
    """Another question's answer has to be one of these."""

    key: str
    values: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        return values.get(self.key) in self.values


@dataclass(frozen=True)
class Answered(Condition):
    """Another question has to have an answer, whatever it is."""

    values: tuple[Value, ...] = ()

    def holds(self, values: Mapping[str, Value]) -> bool:
        return bool(values.get(self.key))


_WITH_A_CA = Condition("ca.source", ("create", "existing"))
_WITH_A_NEW_CA = Condition("ca.source", ("create",))
_SIGNED_HERE = Condition("server.source", ("ca",))
_WITH_A_KEY_OF_OURS = Condition("server.source", ("ca", "request"))
_WITH_LOGINS = Condition("sasl.enabled", (True,))


def _through(*backends: str) -> tuple[Condition, ...]:
    return _WITH_LOGINS, Condition("sasl.backend", backends)


_LDAP_OF_SASLAUTHD = Condition("sasl.saslauthd.mechanism", ("ldap",))
_WITH_A_SERVER = Condition("sasl.sql.engine", ("mysql", "pgsql"))

_BY_PATTERN: Mapping[str, tuple[Condition, ...]] = {
    "ca.certificate": (_WITH_A_CA,),
    "ca.key": (_WITH_A_CA,),
    "ca.key_type": (_WITH_A_NEW_CA,),
    "ca.days": (_WITH_A_NEW_CA,),
    "ca.name_constraints": (_WITH_A_NEW_CA,),
    "ca.domains": (_WITH_A_NEW_CA, Condition("ca.name_constraints", (True,))),
    "ca.encrypted": (_WITH_A_NEW_CA,),
    "ca.subject.*": (_WITH_A_NEW_CA,),
    "server.key_type": (_WITH_A_KEY_OF_OURS,),
    "server.days": (_SIGNED_HERE,),
    "server.request": (_WITH_A_KEY_OF_OURS,),
    "server.subject.*": (_WITH_A_KEY_OF_OURS,),
    "server.request_attributes.*": (_WITH_A_KEY_OF_OURS,),
    "server.ecdsa": (Condition("server.source", ("ca", "files")),),
    "server.ecdsa_certificate": (Condition("server.ecdsa", (True,)),),
    "server.ecdsa_key": (Condition("server.ecdsa", (True,)),),
    "clients.names": (_WITH_A_CA,),
    "services.smtps_client_certificates": (Condition("services.smtps", (True,)),),
    "services.submission_client_certificates": (Condition("services.submission", (True,)),),
    "outgoing.relay_user": (Answered("outgoing.relay_host"),),
    "outgoing.relay_password_file": (
        Answered("outgoing.relay_host"),
        Answered("outgoing.relay_user"),
    ),
    "tls.auth_only": (_WITH_LOGINS,),
    "sasl.*": (_WITH_LOGINS,),
    "sasl.socket": _through("authdaemond", "saslauthd", "dovecot"),
    "sasl.database": _through("sasldb"),
    "sasl.saslauthd.*": _through("saslauthd"),
    "sasl.saslauthd.ldap_servers": (_LDAP_OF_SASLAUTHD,),
    "sasl.saslauthd.ldap_search_base": (_LDAP_OF_SASLAUTHD,),
    "sasl.saslauthd.ldap_filter": (_LDAP_OF_SASLAUTHD,),
    "sasl.saslauthd.ldap_bind_dn": (_LDAP_OF_SASLAUTHD,),
    "sasl.saslauthd.ldap_bind_password_file": (_LDAP_OF_SASLAUTHD,),
    "sasl.saslauthd.rimap_host": (Condition("sasl.saslauthd.mechanism", ("rimap",)),),
    "sasl.sql.*": _through("sql"),
    "sasl.sql.hosts": (_WITH_A_SERVER,),
    "sasl.sql.user": (_WITH_A_SERVER,),
    "sasl.sql.password_file": (_WITH_A_SERVER,),
    "sasl.ldapdb.*": _through("ldapdb"),
    "sasl.dovecot.*": _through("dovecot"),
    "sasl.dovecot.drop_in": (Condition("sasl.dovecot.listener", (True,)),),
}
"""``section.*`` stands for every question of the section but the condition's own."""


def is_relevant(question: Question, values: Mapping[str, Value]) -> bool:
    """Whether there is anything to ask, by the answers so far."""
    if len(question.choices) == 1:
        return False
    return all(condition.holds(values) for condition in CONDITIONS.get(question.key, ()))


def _conditions_of(question: Question) -> tuple[Condition, ...]:
    named = (
        *_BY_PATTERN.get(question.key, ()),
        *_BY_PATTERN.get(f"{question.section}.*", ()),
    )
    return tuple(each for each in named if each.key != question.key)


CONDITIONS: Mapping[str, tuple[Condition, ...]] = {
    question.key: conditions for question in QUESTIONS if (conditions := _conditions_of(question))
}
"""By the key of the question."""
