"""What the servers of this machine should do, by their configuration."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from pfwizard.apply.live.listening import addresses_of
from pfwizard.cf.service import Service
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.expiry.servers import met_by_clients, reached_at
from pfwizard.machine.effective import Effective
from pfwizard.machine.facts import Facts
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import SmtpPort
from pfwizard.plan.relay.open_relay import LISTS
from pfwizard.plan.relay.relay_policy import LISTED_CERTIFICATE
from pfwizard.plan.sasl.asked import asked_by
from pfwizard.plan.sasl.mechanism_filter import let_through
from pfwizard.plan.sasl.mechanisms import NO_PLAINTEXT
from pfwizard.plan.sasl.parameters import CLEAR_OPTIONS, TLS_OPTIONS
from pfwizard.plan.tls.tls import LEVELS, level_of
from pfwizard.plan.tls.tls_versions import VERSIONS, UnknownProtocols, allowed, lost_by_blanks
from pfwizard.prove.server import (
    READABLE,
    BlankInRange,
    Expectation,
    Mechanisms,
    PasswordChecker,
    Security,
    Server,
)
from pfwizard.prove.shown_certificates import certificates_shown, files_shown
from pfwizard.prove.way_to_checker import looked_at_for, way_to
from pfwizard.prove.way_to_store import files_of_stores, ways_to_stores

BY_CERTIFICATE = frozenset({LISTED_CERTIFICATE, "permit_tls_all_clientcerts"})
"""What lets clients relay by their certificates (postconf(5), smtpd_relay_restrictions)."""

PLAINTEXT = frozenset({"PLAIN", "LOGIN"})
"""What ``noplaintext`` forbids (SASL_README)."""


def files_of_expectations(facts: Facts) -> tuple[PurePosixPath, ...]:
    """The files with the certificates that the servers show, and what is on the way to the sockets
    of password checkers."""
    return tuple(dict.fromkeys(_files(facts)))


def _files(facts: Facts) -> Iterator[PurePosixPath]:
    for _, effective in met_by_clients(facts.configuration.master, facts.effective):
        yield from files_shown(effective)
        for checker in asked_by(effective, _smtpd_conf(facts, effective), facts.platform):
            yield from looked_at_for(checker)
        yield from files_of_stores(effective, _smtpd_conf(facts, effective), facts.platform)


def password_checkers(facts: Facts) -> frozenset[PasswordChecker]:
    """Those that some server asks."""
    servers = met_by_clients(facts.configuration.master, facts.effective)
    return frozenset(each for _, effective in servers for each in _checkers(facts, effective))


def with_certificates(facts: Facts) -> Facts:
    """With the files of the certificates that nobody has looked at yet; raises Failed."""
    missing = [path for path in files_of_expectations(facts) if path not in facts.files]
    return replace(facts, files={**Tree().look_at(missing), **facts.files})


@dataclass(frozen=True)
class Place:
    """Where a server is to be met, what it is called there, if not by that, and where from.

    ``newcomer`` is another address to come from, which postscreen(8) does not know.
    """

    address: str
    port: int
    label: str = ""
    comes_from: str = ""
    newcomer: str = ""


Placing = Callable[[Service, SmtpPort], Iterable[Place]]


def live(master: int) -> Placing:
    """Where the running servers listen; ``master`` is the number of their master(8)."""
    return lambda service, smtp_port: (
        Place(address, smtp_port.port) for address in _addresses(smtp_port, master)
    )


def expectations(facts: Facts, place: Placing) -> Iterator[Expectation]:
    """One for each place of each server; raises Failed for a value that Postfix gives up on."""
    master = facts.configuration.master
    for service, effective in met_by_clients(master, facts.effective):
        smtp_port = reached_at(service, effective, master)
        if smtp_port is not None:
            for found in place(service, smtp_port):
                expected = _expectation(facts, effective, smtp_port, found)
                yield replace(expected, rivals=_rivals(facts, service))


def _addresses(smtp_port: SmtpPort, master: int) -> tuple[str, ...]:
    """Its own; of a server that listens on all of them one of each family, whose clients may be
    told apart."""
    found = addresses_of(smtp_port, master)
    if smtp_port.hosts:
        return found or ("127.0.0.1",)
    families = {":" in address: address for address in reversed(found)}
    return tuple(families[is_ipv6] for is_ipv6 in sorted(families)) or ("127.0.0.1",)


def _expectation(
    facts: Facts, effective: Effective, smtp_port: SmtpPort, place: Place
) -> Expectation:
    name = effective.value("myhostname")
    server = Server(
        place.address,
        place.port,
        _security(smtp_port),
        name,
        place.label,
        place.comes_from,
        # Nobody stands in front of the private Postfix, which is told where we come from.
        behind_proxy=smtp_port.behind_proxy and not place.comes_from,
    )
    offered = _mechanisms(facts, effective)
    in_clear = _allowed_in_clear(effective, offered)
    is_ever_encrypted = server.security is not Security.NONE
    return Expectation(
        server,
        certificates=certificates_shown(facts, effective),
        oldest=_oldest(facts, effective, server.security),
        blank_in_range=blank_in_range(facts, effective, smtp_port),
        in_clear=in_clear,
        never_in_clear=_forbidden_in_clear(effective),
        public_port=smtp_port.port,
        over_tls=_permitted(effective, TLS_OPTIONS, offered) if is_ever_encrypted else in_clear,
        asks_certificate=_asks_certificate(effective),
        requires_certificate=_requires_certificate(effective, server.security),
        relays_by_certificate=_relays_by_certificate(effective),
        digest=effective.value("smtpd_tls_fingerprint_digest"),
        domains=_domains(effective),
        checkers=_checkers(facts, effective),
        newcomer=place.newcomer,
    )


def _rivals(facts: Facts, service: Service) -> tuple[str, ...]:
    """master(8) goes by the last of several entries for one port, and warns of it in the log."""
    services = facts.configuration.master.services
    entries = [each for each in services if each.endpoint == service.endpoint]
    ways = {facts.effective.of(each).is_on("smtpd_tls_wrappermode") for each in entries}
    return tuple(f"{each.name} in line {each.line}" for each in entries) if len(ways) > 1 else ()


def _domains(effective: Effective) -> tuple[str, ...]:
    names = ("smtpd_sasl_local_domain", "mydomain", "myhostname")
    return tuple(dict.fromkeys(filter(None, map(effective.value, names))))


def _relays_by_certificate(effective: Effective) -> bool:
    lists = (*LISTS, *effective.classes)
    return any(not BY_CERTIFICATE.isdisjoint(effective.elements(name)) for name in lists)


def _asks_certificate(effective: Effective) -> bool:
    return effective.is_on("smtpd_tls_ask_ccert") or effective.is_on("smtpd_tls_req_ccert")


def _requires_certificate(effective: Effective, security: Security) -> bool:
    """Postfix does not insist where TLS itself may be left out (postconf(5))."""
    is_mandatory = security is Security.IMPLICIT or _requires_tls(effective)
    return is_mandatory and effective.is_on("smtpd_tls_req_ccert")


def _security(smtp_port: SmtpPort) -> Security:
    if not smtp_port.offers_tls:
        return Security.NONE
    return Security.STARTTLS if smtp_port.greets else Security.IMPLICIT


def _oldest(facts: Facts, effective: Effective, security: Security) -> str | None:
    protocols = effective.value(_name_of_protocols(effective, security))
    try:
        versions = allowed(protocols, facts.postfix.version)
    except UnknownProtocols:
        return None
    return next((each for each in VERSIONS if each in versions), None)


def blank_in_range(facts: Facts, effective: Effective, smtp_port: SmtpPort) -> BlankInRange | None:
    """Of the versions of TLS that count on this port."""
    name = _name_of_protocols(effective, _security(smtp_port))
    protocols = effective.value(name)
    lost = lost_by_blanks(protocols, facts.postfix.version)
    return BlankInRange(f"{name} = {protocols}", lost) if lost else None


def _name_of_protocols(effective: Effective, security: Security) -> str:
    is_mandatory = security is Security.IMPLICIT or _requires_tls(effective)
    return "smtpd_tls_mandatory_protocols" if is_mandatory else "smtpd_tls_protocols"


def _requires_tls(effective: Effective) -> bool:
    return level_of(effective) >= LEVELS.index("encrypt")


def _mechanisms(facts: Facts, effective: Effective) -> Mechanisms | None:
    """Those of smtpd.conf that Postfix does not hide; only Dovecot knows its own."""
    if not effective.is_on("smtpd_sasl_auth_enable") or _is_discarded("auth", effective):
        return frozenset()
    if effective.value("smtpd_sasl_type") != "cyrus" or _tells_clients_apart(effective):
        return None
    listed = _smtpd_conf(facts, effective).get("mech_list")
    if listed is None:
        return None
    return let_through(listed.upper().split(), effective, facts.postfix.version)


def _is_discarded(keyword: str, effective: Effective) -> bool:
    discarded = effective.elements("smtpd_discard_ehlo_keywords")
    return keyword in (each.lower() for each in discarded)


def _tells_clients_apart(effective: Effective) -> bool:
    """Whether AUTH is kept from some clients, of which we may be one (postconf(5))."""
    names = ("smtpd_sasl_exceptions_networks", "smtpd_discard_ehlo_keyword_address_maps")
    return any(effective.value(name) for name in names)


def _smtpd_conf(facts: Facts, effective: Effective) -> SmtpdConf:
    """The one that counts; without any it is as if it were empty."""
    contents = [facts.file(place).content for place in facts.smtpd_conf_places_of(effective)]
    return SmtpdConf.parse(next((each for each in contents if each is not None), b""))


def _checkers(facts: Facts, effective: Effective) -> tuple[PasswordChecker, ...]:
    smtpd_conf = _smtpd_conf(facts, effective)
    asked = asked_by(effective, smtpd_conf, facts.platform)
    return (
        *(way_to(facts, effective, each) for each in asked),
        *ways_to_stores(facts, effective, smtpd_conf),
    )


def _allowed_in_clear(effective: Effective, offered: Mechanisms | None) -> Mechanisms | None:
    """smtpd_tls_auth_only counts without TLS too: then there is no AUTH at all."""
    if effective.is_on("smtpd_tls_auth_only") or _requires_tls(effective):
        return frozenset()
    return _permitted(effective, CLEAR_OPTIONS, offered)


def _forbidden_in_clear(effective: Effective) -> Mechanisms:
    """Who lets passwords be sent without TLS is warned of it by the plan, and means it."""
    return READABLE if NO_PLAINTEXT in effective.elements(CLEAR_OPTIONS) else frozenset()


def _permitted(effective: Effective, options: str, offered: Mechanisms | None) -> Mechanisms | None:
    if offered is None:
        return None
    forbidden = PLAINTEXT if NO_PLAINTEXT in effective.elements(options) else frozenset()
    return offered - forbidden
