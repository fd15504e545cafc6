"""Defaults that are taken from the machine: what is there today is asked for first."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import PurePosixPath

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.errors import InputProblem
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind
from pfwizard.pki.certificates import CertificateFacts, load_certificate
from pfwizard.pki.distinguished_name import decoded
from pfwizard.pki.errors import PkiError
from pfwizard.plan.services import ports_of

SOCKETS = tuple(
    PurePosixPath(path)
    for path in (
        "/run/courier/authdaemon/socket",
        "/var/run/courier/authdaemon/socket",
        "/var/run/courier-auth/socket",
        "/run/courier-auth/socket",
        "/var/spool/authdaemon/socket",
        "/usr/local/var/spool/authdaemon/socket",
    )
)
"""Where packages and authlib's own installation put authdaemond's socket."""

Suggested = Iterator[tuple[str, Value]]

_BY_KEY = {question.key: question for question in QUESTIONS}
CA = PurePosixPath(str(_BY_KEY["ca.certificate"].default))
SERVER = PurePosixPath(str(_BY_KEY["server.certificate"].default))


def files_to_look_at() -> tuple[PurePosixPath, ...]:
    """What has to be among the facts: sockets, and certificates that an earlier run has made."""
    return (*SOCKETS, CA, SERVER)


def suggest(facts: Facts) -> Mapping[str, Value]:
    """The values by the key of their question; each is one that the question accepts."""
    found: dict[str, Value] = {}
    for about in SUBJECTS:
        for key, value in about(facts):
            try:
                found[key] = _BY_KEY[key].validated(value)
            except InputProblem:
                continue
    return found


def _names(facts: Facts) -> Suggested:
    """Clients connect to the name that Postfix greets with, unless somebody knows better."""
    host = facts.effective.value("myhostname")
    domain = facts.effective.value("mydomain")
    if "." in host:
        yield "server.names", (host,)
        yield "server.subject.common_name", host
    if "." in domain:
        yield "ca.subject.common_name", f"Mail CA of {domain}"


def _certificates(facts: Facts) -> Suggested:
    """What an earlier run has made is asked for again, so that a second run changes nothing."""
    yield from _subject(facts, CA, "ca.subject")
    yield from _subject(facts, SERVER, "server.subject")
    server = _certificate(facts, SERVER)
    if server is not None:
        yield "server.names", (*server.dns_names, *server.ip_addresses)


def _subject(facts: Facts, path: PurePosixPath, section: str) -> Suggested:
    content = facts.file(path).content
    if content is None:
        return
    try:
        subject = decoded(load_certificate(content).parsed.subject)
    except PkiError:
        return
    for field in fields(subject):
        yield f"{section}.{field.name}", getattr(subject, field.name)


def _certificate(facts: Facts, path: PurePosixPath) -> CertificateFacts | None:
    content = facts.file(path).content
    try:
        return None if content is None else load_certificate(content).facts
    except PkiError:
        return None


TODAY = {
    "tls.log_level": "smtpd_tls_loglevel",
    "tls.ca_file": "smtpd_tls_CAfile",
    "tls.random_source": "tls_random_source",
    "sasl.local_domain": "smtpd_sasl_local_domain",
}
"""Settings whose present value, if main.cf has one, is the answer."""

BOOLEANS = {
    "sasl.broken_clients": "broken_sasl_auth_clients",
    "tls.auth_only": "smtpd_tls_auth_only",
}


def _settings(facts: Facts) -> Suggested:
    main, effective = facts.configuration.main, facts.effective
    for key, parameter in TODAY.items():
        value = main.get(parameter)
        if value:
            yield key, int(value) if value.isdecimal() else value
    for key, parameter in BOOLEANS.items():
        if main.get(parameter) is not None:
            yield key, effective.is_on(parameter)
    if effective.value("smtpd_tls_security_level") == "encrypt":
        yield "tls.security_level", "encrypt"  # what is stricter than our default stays


def _services(facts: Facts) -> Suggested:
    ports = {each.port for each in ports_of(facts.configuration.master, facts.effective)}
    if 587 in ports:
        yield "services.submission", True


def _socket(facts: Facts) -> Suggested:
    found = [path for path in SOCKETS if facts.file(path).kind is FileKind.SOCKET]
    if found:
        yield "sasl.socket", str(found[0])


SUBJECTS = (_names, _certificates, _settings, _services, _socket)
