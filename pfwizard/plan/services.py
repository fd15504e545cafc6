"""The submission services in master.cf: switched on from their templates, or completed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pfwizard.cf.endpoint import SUBMISSION, SUBMISSIONS, Endpoint
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import NewService, Option, Service, ServiceField
from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective
from pfwizard.machine.postfix import Version
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import SmtpPort, note, refusal, warning
from pfwizard.plan.submission_template import template_options
from pfwizard.plan.tls.tls import LEVELS, level_of

LOGGED_IN = "permit_sasl_authenticated"
RESTRICTIONS = re.compile(r"smtpd_\w+_restrictions")

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
"""What a service is bound to that nobody but this machine reaches."""

BEHIND_A_PROXY = "smtpd_upstream_proxy_protocol"

NAMES_OF_ITS_OWN = Version(3, 6)
"""From here on Postfix knows ``submissions`` by itself (known_tcp_ports of postconf(5))."""


@dataclass(frozen=True)
class Submission:
    """A service for mail programs: its port, its names by version, and what makes it secure."""

    endpoint: Endpoint
    label: str
    label_before_3_6: str
    security: Option

    def label_for(self, version: Version) -> str:
        """Before 3.6 Postfix takes names from services(5) alone, which may lack the newer one."""
        return self.label if version >= NAMES_OF_ITS_OWN else self.label_before_3_6


TLS_FROM_THE_FIRST_BYTE = Submission(
    SUBMISSIONS, "submissions", "smtps", Option("smtpd_tls_wrappermode", "yes")
)
WITH_STARTTLS = Submission(
    SUBMISSION, "submission", "submission", Option("smtpd_tls_security_level", "encrypt")
)


def plan_services(draft: Draft) -> Draft:
    """Plan the services that the answers ask for; none is ever switched off."""
    if draft.answers.services.smtps:
        draft = _plan_service(draft, TLS_FROM_THE_FIRST_BYTE)
    if draft.answers.services.submission:
        draft = _plan_service(draft, WITH_STARTTLS)
    return _judge_wrapper_mode(_note_what_is_left_alone(draft))


def _note_what_is_left_alone(draft: Draft) -> Draft:
    asked = draft.answers.services
    for service, wanted in (
        (TLS_FROM_THE_FIRST_BYTE, asked.smtps),
        (WITH_STARTTLS, asked.submission),
    ):
        if not wanted and on_port(draft.master, service.endpoint):
            draft = draft.with_finding(
                note(
                    "service-left-alone",
                    f"a service is on port {service.endpoint.port} already, and stays as it is",
                )
            )
    return draft


def _judge_wrapper_mode(draft: Draft) -> Draft:
    """Whoever begins in clear gets no answer where main.cf has TLS begin with the first byte."""
    mode = TLS_FROM_THE_FIRST_BYTE.security
    if not draft.effective.is_on(mode.name):
        return draft
    reached = [
        service.name
        for service in smtp_servers(draft.master, draft.effective)
        if service.option(mode.name) is None and service.endpoint.port != SUBMISSIONS.port
    ]
    if not reached:
        return draft
    return draft.with_finding(
        warning(
            "wrapper-mode-everywhere",
            f"{mode.name} = yes in main.cf is for every server: nobody who begins in clear, as "
            f"other mail servers do on port 25, reaches {listed(reached)}",
            f"Take it out of main.cf, and write -o {mode.name}=yes for port 465 in master.cf.",
        )
    )


def _plan_service(draft: Draft, wanted: Submission) -> Draft:
    active = on_port(draft.master, wanted.endpoint)
    others = [service for service in active if service.command != "smtpd"]
    if others:
        return draft.with_finding(
            refusal(
                "port-taken",
                f"master.cf has {others[0].command} on port {wanted.endpoint.port}, where smtpd "
                "is to serve mail programs",
                "Remove this service, or do not ask for the port.",
            )
        )
    if active:
        for service in active:
            draft = _complete(draft, service, wanted)
        return _judge_addresses(draft, active)
    commented = draft.master.find_commented(wanted.endpoint)
    if commented is not None:
        return _from_template(replace(draft, master=draft.master.uncommented(commented)), wanted)
    return _added(draft, wanted)


def _judge_addresses(draft: Draft, active: Sequence[Service]) -> Draft:
    """Say where mail programs do not reach the port, whose service stays at its address."""
    if not all(service.endpoint.host in LOOPBACK_HOSTS for service in active):
        return draft
    names = listed(service.name for service in active)
    return draft.with_finding(
        warning(
            "service-for-itself",
            f"{names} listens to this machine itself alone: no mail program elsewhere reaches "
            f"port {active[0].endpoint.port}",
            f"Write {active[0].endpoint.port} as the name of the service in master.cf, without an "
            "address.",
        )
    )


def on_port(master: MasterCf, endpoint: Endpoint) -> tuple[Service, ...]:
    """The services on this port, on whatever address; of duplicates the one that counts."""
    endpoints = {
        service.endpoint
        for service in master.services
        if service.type == "inet" and service.endpoint.port == endpoint.port
    }
    found = [master.find(each) for each in endpoints]
    return tuple(sorted(filter(None, found), key=lambda service: service.line))


def _complete(draft: Draft, service: Service, wanted: Submission) -> Draft:
    """Give a service that is in use what it lacks; its restrictions are its operator's."""
    effective = draft.effective.of(service)
    security = wanted.security
    if effective.value(security.name).lower() != security.value:
        draft = _with_option(draft, service, security)
    if draft.answers.sasl.enabled and not effective.is_on("smtpd_sasl_auth_enable"):
        draft = _with_option(draft, service, Option("smtpd_sasl_auth_enable", "yes"))
    return draft


def _from_template(draft: Draft, wanted: Submission) -> Draft:
    """The template's own options, with the values that the answers ask for."""
    service = draft.master.find(wanted.endpoint)
    if service is None:
        raise LookupError(f"{wanted.endpoint} is not there after it was switched on")
    kept = _lists_of_the_operator(draft, service)
    options = [
        *_without_undefined(draft, service),
        *(option for option in _options(draft, wanted) if option.name not in kept),
    ]
    if not draft.answers.sasl.enabled:
        options = [*_without_logins(service), *options]
    for option in options:
        draft = _with_option(draft, service, option)
    if service.name == wanted.label and draft.facts.postfix.version < NAMES_OF_ITS_OWN:
        name = wanted.label_before_3_6
        master = draft.master.with_field(service, ServiceField.NAME, name)
        draft = replace(draft, master=master)
    return draft


def _without_logins(service: Service) -> Iterator[Option]:
    """The template's options for a service in which nobody logs in, but one's own networks send."""
    for option in service.options:
        if option.name == "smtpd_sasl_auth_enable":
            yield Option(option.name, "no")
        elif LOGGED_IN in option.value:
            yield Option(option.name, option.value.replace(LOGGED_IN, "permit_mynetworks"))


def _lists_of_the_operator(draft: Draft, service: Service) -> frozenset[str]:
    """Restrictions that the template takes from parameters which the operator has defined."""
    return frozenset(
        option.name
        for option in service.options
        if RESTRICTIONS.fullmatch(option.name)
        and "$" in option.value
        and draft.effective.expanded(option.value, option.name)
    )


def _without_undefined(draft: Draft, service: Service) -> Iterator[Option]:
    """Options that refer to parameters nobody defined, such as ``$mua_helo_restrictions``.

    Templates up to Postfix 3.6 hold them; undefined, they are empty, which is said plainly here.
    """
    effective = draft.effective
    for option in service.options:
        is_list = RESTRICTIONS.fullmatch(option.name) is not None
        if is_list and option.value and not effective.expanded(option.value, option.name):
            yield Option(option.name, "")


def _added(draft: Draft, wanted: Submission) -> Draft:
    version = draft.facts.postfix.version
    label = wanted.label_for(version)
    service = NewService(
        name=label,
        type="inet",
        private="n",
        command="smtpd",
        options=template_options(label, wanted.security, version),
    )
    master = draft.master.with_new_service(service, _neighbour(draft.master))
    return _from_template(replace(draft, master=master), wanted).with_finding(
        note(
            "service-added",
            f"master.cf has no template for {label}; the service is written as the master.cf of "
            "this release would have it",
        )
    )


def _neighbour(master: MasterCf) -> Service | None:
    """The last of the SMTP servers, after which another one is expected."""
    servers = [service for service in master.services if service.command == "smtpd"]
    return servers[-1] if servers else None


def _options(draft: Draft, wanted: Submission) -> Iterator[Option]:
    yield wanted.security
    if draft.answers.sasl.enabled:
        yield Option("smtpd_sasl_auth_enable", "yes")
        yield Option(_list_for_logins(draft), "permit_sasl_authenticated,reject")
    else:
        yield Option("smtpd_client_restrictions", "permit_mynetworks,reject")
    yield Option("milter_macro_daemon_name", "ORIGINATING")


def _list_for_logins(draft: Draft) -> str:
    """The client's list is read before the client can log in where nothing is delayed."""
    delayed = draft.effective.is_on("smtpd_delay_reject")
    return "smtpd_client_restrictions" if delayed else "smtpd_recipient_restrictions"


def _with_option(draft: Draft, service: Service, option: Option) -> Draft:
    return replace(draft, master=draft.master.with_option(service, option.name, option.value))


def running(master: MasterCf, effective: Effective) -> tuple[Service, ...]:
    """Every service that master(8) starts: of duplicates the one that counts, if not disabled."""
    last = {service.endpoint: service for service in master.services}
    return tuple(
        service
        for service in master.services
        if last[service.endpoint] == service and not effective.of(service).is_disabled
    )


def smtp_servers(master: MasterCf, effective: Effective) -> tuple[Service, ...]:
    """Those of them that smtpd(8) serves."""
    return tuple(each for each in running(master, effective) if each.command == "smtpd")


def ports_of(master: MasterCf, effective: Effective) -> tuple[SmtpPort, ...]:
    """The ports on which a server answers with this configuration."""
    found = [
        replace(smtp_port(port, effective.of(service)), hosts=(service.endpoint.host,))
        for service in smtp_servers(master, effective)
        if service.type == "inet" and isinstance(port := service.endpoint.port, int)
    ]
    ways = dict.fromkeys(map(_way, found))
    return tuple(_on_all(found, way) for way in ways)


def smtp_port(port: int, effective: Effective, proxy: str = BEHIND_A_PROXY) -> SmtpPort:
    """What clients meet on this port of a service with these parameters.

    ``proxy`` is the parameter by which it is behind one.
    """
    greets = not effective.is_on("smtpd_tls_wrappermode")
    offers_tls = not greets or _offers_starttls(effective)
    return SmtpPort(port, greets, offers_tls, behind_proxy=effective.value(proxy) != "")


def _way(smtp_port: SmtpPort) -> tuple[int, bool, bool]:
    """How the server on a port is to be spoken to."""
    return smtp_port.port, smtp_port.greets, smtp_port.behind_proxy


def _on_all(found: Sequence[SmtpPort], way: tuple[int, bool, bool]) -> SmtpPort:
    """Each address may have a service of its own on the same port; TLS is sure if all offer it."""
    alike = [each for each in found if _way(each) == way]
    others = [each for each in found if each.port == way[0] and _way(each) != way]
    hosts = tuple(_hosts(alike))
    is_on_all = not all(hosts)
    return replace(
        alike[0],
        offers_tls=all(each.offers_tls for each in alike),
        hosts=hosts if others and not is_on_all else (),
        elsewhere=tuple(filter(None, _hosts(others))) if is_on_all else (),
    )


def _hosts(ports: Iterable[SmtpPort]) -> Iterator[str]:
    for each in ports:
        yield from each.hosts


def _offers_starttls(effective: Effective) -> bool:
    """Whether every client is told of STARTTLS (smtpd(8), src/smtpd/smtpd.c).

    From whom a table hides it is not looked up.
    """
    is_on = level_of(effective) >= LEVELS.index("may")
    hidden = [each.lower() for each in effective.elements("smtpd_discard_ehlo_keywords")]
    is_hidden_by_table = effective.value("smtpd_discard_ehlo_keyword_address_maps") != ""
    return is_on and "starttls" not in hidden and not is_hidden_by_table
