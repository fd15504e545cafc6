"""Defaults that are taken from the machine: what is there today is asked for first."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from pfwizard.answers.question import Value
from pfwizard.answers.questions import QUESTIONS
from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.answers.services_answers import ClientCertificates
from pfwizard.cf.endpoint import SUBMISSION, SUBMISSIONS
from pfwizard.errors import InputProblem
from pfwizard.machine.authdaemond_sockets import SOCKETS, found_sockets
from pfwizard.machine.facts import Facts
from pfwizard.plan.clients.client_certificates import asks_today
from pfwizard.plan.outgoing.levels import outgoing_level
from pfwizard.plan.outgoing.relay_password import login_today
from pfwizard.plan.overrides import lacks_tlsproxy
from pfwizard.plan.services import on_port, ports_of
from pfwizard.plan.tls.obsolete import obsolete_settings
from pfwizard.plan.usual_answers import usual_answers
from pfwizard.wizard import suggested_certificates
from pfwizard.wizard.sheet import HostName
from pfwizard.wizard.suggested_certificates import Suggested
from pfwizard.wizard.suggested_logins import logins

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
    "outgoing.ca_file": "smtp_tls_CAfile",
    "outgoing.relay_host": "relayhost",
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
    if obsolete_settings(facts):
        yield "tls.migrate_obsolete", True


CERTIFICATES = {
    SUBMISSIONS: "services.smtps_client_certificates",
    SUBMISSION: "services.submission_client_certificates",
}


def _services(facts: Facts) -> Suggested:
    ports = {each.port for each in ports_of(facts.configuration.master, facts.effective)}
    if 587 in ports:
        yield "services.submission", True
    for endpoint, key in CERTIFICATES.items():
        for service in on_port(facts.configuration.master, endpoint):
            asked = asks_today(facts.effective.of(service))
            if asked is not ClientCertificates.UNCHANGED:
                yield key, asked.value
    if lacks_tlsproxy(facts.configuration.master):
        yield "services.tlsproxy", True


def _outgoing(facts: Facts) -> Suggested:
    user = login_today(facts, facts.effective.value("relayhost"))
    if user:
        yield "outgoing.relay_user", user
    level = outgoing_level(facts.effective)
    if level in ("encrypt", "secure") or (level in ("may", "dane") and not user):
        yield "outgoing.tls_security_level", level


AUTHDAEMOND = SaslBackend.AUTHDAEMOND.value


def _socket(facts: Facts) -> Suggested:
    """That of authdaemond, where it is to be asked and not where its package puts it."""
    checker = {**usual_answers(facts), **dict(logins(facts))}.get("sasl.backend", AUTHDAEMOND)
    if checker != AUTHDAEMOND:
        return
    usual = facts.file(facts.platform.authdaemond_socket.value.path)
    for socket in found_sockets(facts)[:1]:
        if facts.file(socket).real != usual.real:
            yield "sasl.socket", str(socket)


def _usual(facts: Facts) -> Suggested:
    yield from usual_answers(facts).items()


SUBJECTS = (
    _names,
    _usual,
    suggested_certificates.authority,
    suggested_certificates.server,
    _settings,
    _services,
    _outgoing,
    _socket,
    logins,
)
