"""From the values of all questions to the typed answers."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import PurePosixPath
from typing import Any

from pfwizard.answers import answers as typed
from pfwizard.answers import sasl_answers as logins
from pfwizard.answers.answers import Answers
from pfwizard.answers.outgoing_answers import OutgoingAnswers, OutgoingLevel
from pfwizard.answers.question import Kind, Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.services_answers import ClientCertificates, ServicesAnswers
from pfwizard.answers.tls_answers import ProfileName, SecurityLevel, TlsAnswers
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.subject import Subject
from pfwizard.secret import Secret


def assemble(values: Mapping[str, Value]) -> Answers:
    """Build the typed answers from the validated values of all questions."""
    return Answers(
        ca=_section(
            typed.AuthorityAnswers, "ca", values, subject=_section(Subject, "ca.subject", values)
        ),
        server=_section(
            typed.ServerAnswers,
            "server",
            values,
            subject=_section(Subject, "server.subject", values),
            request_attributes=_section(
                typed.RequestAttributes, "server.request_attributes", values
            ),
        ),
        clients=_section(typed.ClientsAnswers, "clients", values),
        tls=_section(TlsAnswers, "tls", values),
        outgoing=_section(OutgoingAnswers, "outgoing", values),
        services=_section(ServicesAnswers, "services", values),
        sasl=_section(
            logins.SaslAnswers,
            "sasl",
            values,
            saslauthd=_section(logins.SaslauthdAnswers, "sasl.saslauthd", values),
            sql=_section(logins.SqlAnswers, "sasl.sql", values),
            ldapdb=_section(logins.LdapdbAnswers, "sasl.ldapdb", values),
            dovecot=_section(logins.DovecotAnswers, "sasl.dovecot", values),
        ),
    )


def _section(kind: type[Any], section: str, values: Mapping[str, Value], **parts: object) -> Any:
    """One dataclass of the typed answers: its fields are the questions of its section."""
    for each in fields(kind):
        key = f"{section}.{each.name}"
        if key in values:
            parts[each.name] = _typed(key, values[key])
    return kind(**parts)


_BY_KEY = {question.key: question for question in QUESTIONS}
_ENUMERATIONS: Mapping[str, type] = {
    "ca.source": typed.AuthoritySource,
    "server.source": typed.CertificateSource,
    "ca.key_type": KeyType,
    "server.key_type": KeyType,
    "server.layout": typed.CertificateLayout,
    "tls.security_level": SecurityLevel,
    "outgoing.tls_security_level": OutgoingLevel,
    "tls.profile": ProfileName,
    "services.smtps_client_certificates": ClientCertificates,
    "services.submission_client_certificates": ClientCertificates,
    "sasl.scope": logins.SaslScope,
    "sasl.backend": logins.SaslBackend,
    "sasl.chroot": logins.ChrootChoice,
    "sasl.saslauthd.mechanism": logins.SaslauthdMechanism,
    "sasl.saslauthd.login_names": logins.LoginNames,
    "sasl.sql.engine": logins.SqlEngine,
    "sasl.ldapdb.starttls": logins.LdapdbStartTls,
}


def _typed(key: str, value: Value) -> object:
    if key in _ENUMERATIONS:
        return _ENUMERATIONS[key](value)
    kind = _BY_KEY[key].kind
    if kind is Kind.INTEGER and value == "":
        return None
    if kind is Kind.PATH:
        return PurePosixPath(str(value)) if value else None
    if kind is Kind.SECRET:
        return Secret(str(value))
    return value
