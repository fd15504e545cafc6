"""Defaults that are taken from the machine: what is there today is asked for first."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.errors import InputProblem
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import FileKind
from pfwizard.plan.services import ports_of
from pfwizard.wizard import suggested_certificates
from pfwizard.wizard.sheet import HostName
from pfwizard.wizard.suggested_certificates import Suggested

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

_BY_KEY = {question.key: question for question in QUESTIONS}


def files_to_look_at() -> tuple[PurePosixPath, ...]:
    """What has to be among the facts: sockets, and certificates that an earlier run has made."""
    return (*SOCKETS, *suggested_certificates.PUBLIC)


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


def host_name(facts: Facts) -> HostName:
    return HostName(facts.effective.value("myhostname"), facts.effective.value("mydomain"))


def _names(facts: Facts) -> Suggested:
    """Clients connect to the name that Postfix greets with, unless somebody knows better."""
    name = host_name(facts)
    if "." in name.host:
        yield "server.names", (name.host,)
        yield "server.subject.common_name", name.host
    if "." in name.domain:
        yield "ca.subject.common_name", f"Mail CA of {name.domain}"


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


SUBJECTS = (
    _names,
    suggested_certificates.authority,
    suggested_certificates.server,
    _settings,
    _services,
    _socket,
)
