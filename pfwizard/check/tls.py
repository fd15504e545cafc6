"""Whether TLS is offered, and which."""

import re
from collections.abc import Iterator

from pfwizard.check.inspection import Daemon, InForce, Inspection
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.check.tls_files import CHAIN_FILES
from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective
from pfwizard.plan.plan import Severity
from pfwizard.plan.tls.tls import CLIENT_LEVELS, LEVELS, PAIR, level_of
from pfwizard.plan.tls.tls_versions import UnknownProtocols, allowed

LEVEL, WRAPPER = "smtpd_tls_security_level", "smtpd_tls_wrappermode"

LEVELS_OF_CLIENTS = frozenset(
    {"", "none", "may", "encrypt", "dane", "dane-only", "fingerprint", "verify", "secure"}
)
"""smtp_tls_security_level (postconf(5))."""

PROTOCOLS = tuple(
    f"{prefix}_tls_{name}"
    for prefix in ("smtpd", "smtp", "lmtp")
    for name in ("protocols", "mandatory_protocols")
)
BROKEN = ("SSLv2", "SSLv3")

CIPHERS = tuple(
    f"{prefix}_tls_{name}"
    for prefix in ("smtpd", "smtp", "lmtp")
    for name in ("ciphers", "mandatory_ciphers")
)
WEAK_CIPHERS = ("null", "export", "low")

RANGE_WITH_BLANK = re.compile(r"[<>]=[\s,:]+\S|[<>]=$")

FROM_THE_FIRST_BYTE = 465


def is_wrapped(effective: Effective) -> bool:
    """Whether TLS begins with the first byte."""
    return effective.is_on(WRAPPER)


def offers_tls(effective: Effective) -> bool:
    """Whether the server speaks TLS at all."""
    return is_wrapped(effective) or level_of(effective) >= LEVELS.index("may")


# --- levels ---------------------------------------------------------------------------------------


def _wrapped_everywhere(inspection: Inspection) -> Iterator[Occurrence]:
    wrapped = [
        each
        for each in inspection.servers
        if each.service.option(WRAPPER) is None
        and is_wrapped(each.effective)
        and each.service.endpoint.port != FROM_THE_FIRST_BYTE
    ]
    for value in inspection.in_force(WRAPPER, wrapped):
        yield Occurrence(
            f"{WRAPPER} = yes in main.cf is for every server, so that "
            f"{listed(each.name for each in value.daemons)} can be reached by nobody who begins "
            "in clear, as mail servers do and STARTTLS does",
            f"Take it out of main.cf, and write -o {WRAPPER}=yes for port 465 in master.cf.",
            value.place,
            str(value),
        )


def _not_wrapped(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon in inspection.servers:
        is_on_465 = daemon.service.endpoint.port == FROM_THE_FIRST_BYTE
        if is_on_465 and not is_wrapped(daemon.effective):
            yield Occurrence(
                "port 465 begins in clear, where mail programs expect TLS from the first byte",
                f"Give the service -o {WRAPPER}=yes.",
                inspection.place_of(WRAPPER, daemon.service)
                if daemon.service.option(WRAPPER)
                else inspection.place_of_service(daemon.service),
                f"{WRAPPER} = {daemon.effective.value(WRAPPER)} for {daemon.name}",
            )


def _unknown_levels(inspection: Inspection) -> Iterator[Occurrence]:
    known_to_servers = frozenset(LEVELS) | CLIENT_LEVELS.keys()
    for parameter, daemons, known in (
        (LEVEL, inspection.servers, known_to_servers),
        ("smtp_tls_security_level", _called(inspection, "smtp"), LEVELS_OF_CLIENTS),
        ("lmtp_tls_security_level", _called(inspection, "lmtp"), LEVELS_OF_CLIENTS),
    ):
        for value in inspection.in_force(parameter, daemons):
            if value.value.lower() not in known:
                yield Occurrence(
                    f"{parameter} has no level {value.value!r}, and the program stops at it",
                    f"Write one of {listed(sorted(filter(None, known)))}.",
                    value.place,
                    str(value),
                )


def _called(inspection: Inspection, command: str) -> list[Daemon]:
    return [each for each in inspection.clients if each.service.command == command]


def _levels_of_clients(inspection: Inspection) -> Iterator[Occurrence]:
    for value in inspection.in_force(LEVEL, inspection.servers):
        if value.value.lower() in CLIENT_LEVELS:
            yield Occurrence(
                f"{value.value} is a level for clients; smtpd takes it for encrypt and verifies "
                "nobody",
                f"Set {LEVEL} = encrypt, and smtpd_tls_req_ccert = yes where a certificate is to "
                "be required.",
                value.place,
                str(value),
            )


def _without_certificate(inspection: Inspection) -> Iterator[Occurrence]:
    bare = [
        each
        for each in inspection.servers
        if offers_tls(each.effective) and not _names_a_certificate(each.effective)
    ]
    wrapped = [each for each in bare if is_wrapped(each.effective)]
    others = [each for each in bare if not is_wrapped(each.effective)]
    for parameter, daemons in ((WRAPPER, wrapped), (LEVEL, others)):
        for value in inspection.in_force(parameter, daemons):
            yield Occurrence(
                "TLS is switched on, but there is no certificate: almost no client can use it",
                f"Set {CHAIN_FILES} (Postfix 3.4), or smtpd_tls_cert_file and smtpd_tls_key_file.",
                value.place,
                str(value),
            )


def _names_a_certificate(effective: Effective) -> bool:
    return any(effective.value(name) for name in (CHAIN_FILES, *PAIR))


def _not_offered(inspection: Inspection) -> Iterator[Occurrence]:
    if any(offers_tls(each.effective) for each in inspection.servers):
        return
    silent = [each for each in inspection.servers if _names_a_certificate(each.effective)]
    for value in inspection.in_force(LEVEL, silent):
        yield Occurrence(
            "there is a certificate, but TLS is switched off",
            f"Set {LEVEL} = may.",
            value.place,
            str(value),
        )


def _dane(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon_name in ("smtp", "lmtp"):
        parameter = f"{daemon_name}_tls_security_level"
        for value in inspection.in_force(parameter, _called(inspection, daemon_name)):
            is_dane = value.value.lower() in ("dane", "dane-only")
            support = value.effective.value(f"{daemon_name}_dns_support_level").lower()
            if is_dane and support != "dnssec":
                yield Occurrence(
                    f"{value.value} needs answers that DNSSEC vouches for, and "
                    f"{daemon_name}_dns_support_level does not ask for them",
                    f"Set {daemon_name}_dns_support_level = dnssec, with a validating resolver on "
                    "this machine.",
                    value.place,
                    str(value),
                )


# --- protocols and ciphers ------------------------------------------------------------------------


def _values(inspection: Inspection, names: tuple[str, ...]) -> Iterator[InForce]:
    """What is set of these parameters, for the programs that they are for; defaults are not."""
    for name in names:
        program = name.partition("_")[0]
        daemons = inspection.servers if program == "smtpd" else _called(inspection, program)
        for value in inspection.in_force(name, daemons):
            if value.place.line is not None:
                yield value


def _invalid_protocols(inspection: Inspection) -> Iterator[Occurrence]:
    version = inspection.facts.postfix.version
    for value in _values(inspection, PROTOCOLS):
        try:
            allowed(value.value, version)
        except UnknownProtocols as word:
            yield Occurrence(
                f"Postfix {version} cannot read {str(word)!r} in {value.parameter}, and switches "
                "TLS off",
                "Write >=TLSv1.2 from Postfix 3.6 on, and !SSLv2, !SSLv3, !TLSv1, !TLSv1.1 before.",
                value.place,
                str(value),
            )


def _blank_in_range(inspection: Inspection) -> Iterator[Occurrence]:
    for value in _values(inspection, PROTOCOLS):
        if RANGE_WITH_BLANK.search(value.value):
            yield Occurrence(
                f"{value.parameter}: Postfix reads the range and the version behind the blank "
                "each by itself, and allows that one version alone",
                "Write it without the blank: >=TLSv1.2.",
                value.place,
                str(value),
            )


def _broken_protocols(inspection: Inspection) -> Iterator[Occurrence]:
    version = inspection.facts.postfix.version
    for value in _values(inspection, PROTOCOLS):
        try:
            found = [each for each in BROKEN if each in allowed(value.value, version)]
        except UnknownProtocols:
            continue
        if value.value and found:
            yield Occurrence(
                f"{value.parameter} allows {listed(found)}, long since broken",
                "Write >=TLSv1.2, or !SSLv2, !SSLv3, !TLSv1, !TLSv1.1 before Postfix 3.6.",
                value.place,
                str(value),
            )


def _weak_ciphers(inspection: Inspection) -> Iterator[Occurrence]:
    for value in _values(inspection, CIPHERS):
        if value.value.lower() in WEAK_CIPHERS:
            yield Occurrence(
                f"{value.parameter} = {value.value} "
                + (
                    "allows sessions that are not encrypted at all"
                    if value.value.lower() == "null"
                    else "allows ciphers that can be broken; Postfix 3.8 takes it for medium"
                ),
                "Take it out; the default is medium.",
                value.place,
                str(value),
            )


RULES = (
    Rule(
        "wrappermode-in-main",
        Severity.REFUSAL,
        "TLS from the first byte on every port",
        "smtpd_tls_wrappermode is for port 465. On port 25 no other server can deliver mail any "
        "more, and on 587 no mail program gets as far as STARTTLS.",
        _wrapped_everywhere,
    ),
    Rule(
        "wrappermode-missing",
        Severity.WARNING,
        "Port 465 without TLS from the first byte",
        "Whoever dials port 465 speaks TLS at once (RFC 8314), and waits in vain for an answer.",
        _not_wrapped,
    ),
    Rule(
        "tls-level-invalid",
        Severity.REFUSAL,
        "A TLS level that does not exist",
        "The program ends with a fatal error, and so no mail comes in, or none goes out.",
        _unknown_levels,
    ),
    Rule(
        "tls-level-of-clients",
        Severity.WARNING,
        "A TLS level of clients for the server",
        "verify, secure and fingerprint are about the other side's certificate, which a server "
        "asks for with parameters of its own.",
        _levels_of_clients,
    ),
    Rule(
        "tls-without-certificate",
        Severity.WARNING,
        "TLS switched on without a certificate",
        "Without one only anonymous ciphers are left, which hardly any client offers, and none "
        "in TLS 1.3.",
        _without_certificate,
    ),
    Rule(
        "tls-not-offered",
        Severity.NOTE,
        "Certificates for a server that does not offer TLS",
        "smtpd_tls_security_level is empty or none, so that STARTTLS is not offered.",
        _not_offered,
    ),
    Rule(
        "dane-without-dnssec",
        Severity.WARNING,
        "DANE without DNSSEC",
        "Without smtp_dns_support_level = dnssec the level dane is no better than may, and mail "
        "with dane-only is deferred.",
        _dane,
    ),
    Rule(
        "tls-protocols-invalid",
        Severity.REFUSAL,
        "A list of TLS versions that this Postfix cannot read",
        "Ranges such as >=TLSv1.2 came with Postfix 3.6. A list that cannot be read switches TLS "
        "off, while EHLO still offers STARTTLS.",
        _invalid_protocols,
    ),
    Rule(
        "tls-protocols-blank",
        Severity.WARNING,
        "A blank inside a range of TLS versions",
        ">= TLSv1.2 is read as two words and means TLS 1.2 alone: TLS 1.3 is switched off.",
        _blank_in_range,
    ),
    Rule(
        "tls-protocols-old",
        Severity.WARNING,
        "Versions of TLS that are broken",
        "A list that names what is excluded lets in whatever it forgets. SSLv2 and SSLv3 are "
        "broken (RFC 6176, RFC 7568).",
        _broken_protocols,
    ),
    Rule(
        "tls-ciphers-weak",
        Severity.WARNING,
        "Ciphers that are broken",
        "export and low were for the law and the machines of the nineties; null does not encrypt.",
        _weak_ciphers,
    ),
)
