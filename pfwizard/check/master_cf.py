"""What master.cf says otherwise than its author meant it, and what it overrides."""

from collections.abc import Iterator

from pfwizard.cf.endpoint import SUBMISSION, SUBMISSIONS
from pfwizard.check.inspection import NOTHING, Daemon, Inspection
from pfwizard.check.place import Place
from pfwizard.check.reading import (
    DUPLICATE,
    HALF_UNCOMMENTED,
    NO_EQUALS,
    SURPLUS,
    problems_about,
)
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.plan.overrides import TLSPROXY_MISSING, lacks_tlsproxy, overridden
from pfwizard.plan.plan import Severity
from pfwizard.plan.services import on_port

MAIL = 25

QUOTES = ("'", '"')

OTHERS_PARAMETERS = {
    "smtpd": ("smtp_", "lmtp_", "postscreen_", "smtpd_tls_session_cache_database"),
    "smtp": ("smtpd_", "postscreen_", "lmtp_", "smtp_tls_session_cache_database"),
    "lmtp": ("smtpd_", "postscreen_", "smtp_", "lmtp_tls_session_cache_database"),
}
"""By command how parameters begin that another program looks at: the caches are tlsmgr's."""

OF_THE_MASTER = ("inet_interfaces", "inet_protocols", "default_process_limit")
"""Parameters that master(8) and postsuper(1) read before a service is started; an address of its
own a service has by its name."""

FOR_MAIL_PROGRAMS = ("submission", "smtps")

# --- options --------------------------------------------------------------------------------------


def _blanks(inspection: Inspection) -> Iterator[Occurrence]:
    first: dict[Place, str] = {}
    for place, message in problems_about(inspection, NO_EQUALS, SURPLUS):
        first.setdefault(place, message)
    for place, message in first.items():
        yield Occurrence(
            f"a value with blanks in it ends at the first one, and the service cannot start: "
            f"{message}",
            "Write -o name=value without blanks, separate a list by commas alone, or write "
            "-o { name = value } (Postfix 3.0).",
            place,
        )


def _quoted(inspection: Inspection) -> Iterator[Occurrence]:
    for service in inspection.active:
        for option in service.options:
            if option.value.startswith(QUOTES) or option.value.endswith(QUOTES):
                yield Occurrence(
                    f"the quotes in -o {option.name} are part of the value: there is no shell "
                    "that would take them off",
                    "Leave out the quotes; for a value with blanks write -o { name = value }.",
                    inspection.place_of(option.name, service),
                    f"{option.name} = {option.value}",
                )


def _without_effect(inspection: Inspection) -> Iterator[Occurrence]:
    for service in inspection.active:
        others = OTHERS_PARAMETERS.get(service.command, ())
        for option in service.options:
            is_read_elsewhere = option.name.startswith(others) if others else False
            if is_read_elsewhere or option.name in OF_THE_MASTER:
                yield Occurrence(
                    f"{service.command} does not go by {option.name}: another program reads it, "
                    "in main.cf",
                    f"Take out the option, or set {option.name} in main.cf.",
                    inspection.place_of(option.name, service),
                    f"{option.name} = {inspection.effective.value(option.name)}",
                )


# --- services -------------------------------------------------------------------------------------


def _half_uncommented(inspection: Inspection) -> Iterator[Occurrence]:
    for place, message in problems_about(inspection, HALF_UNCOMMENTED):
        yield Occurrence(
            message,
            "Take off the number sign before the service, or put one before each of its options.",
            place,
        )


def _on_port_25(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon in inspection.servers:
        service = daemon.service
        if service.type == "inet" and service.endpoint.port == MAIL:
            found = list(_meant_for_mail_programs(daemon))
            if found:
                yield Occurrence(
                    f"{listed(found)} on port 25, to which other servers deliver mail: they do "
                    "not log in, and many do not encrypt",
                    "Move these options to the service for port 587 or 465.",
                    inspection.place_of_service(service),
                )


def _meant_for_mail_programs(daemon: Daemon) -> Iterator[str]:
    service, effective = daemon.service, daemon.effective
    name = service.option("syslog_name") or ""
    if any(each in name for each in FOR_MAIL_PROGRAMS):
        yield f"syslog_name={name}"
    if (service.option("smtpd_tls_security_level") or "").lower() == "encrypt":
        yield "smtpd_tls_security_level=encrypt"
    for option in service.options:
        is_list = option.name.startswith("smtpd_") and option.name.endswith("_restrictions")
        elements = effective.elements(option.name) if is_list else ()
        if elements[:2] == ("permit_sasl_authenticated", "reject"):
            yield f"{option.name}={option.value}"


def _duplicates(inspection: Inspection) -> Iterator[Occurrence]:
    for place, message in problems_about(inspection, DUPLICATE):
        yield Occurrence(
            f"{message}; smtps, submissions and 465 are the same port",
            "Take out the entry that is not meant; only the last one counts.",
            place,
        )


def _goes_its_own_way(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon in inspection.servers:
        names = _against_main_cf(inspection, daemon)
        if names:
            yield Occurrence(
                f"does not follow main.cf in {listed(names)}",
                "Take out these -o options if the service is to follow main.cf.",
                inspection.place_of_service(daemon.service),
                _values(daemon, names),
            )


def _against_main_cf(inspection: Inspection, daemon: Daemon) -> list[str]:
    names = overridden(inspection.effective, daemon.service)
    return [name for name in names if name in inspection.settings]


def _differs(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon in inspection.daemons:
        told = _against_main_cf(inspection, daemon)
        names = [
            name
            for name in dict.fromkeys(option.name for option in daemon.service.options)
            if name in inspection.settings
            and name not in told
            and daemon.effective.value(name) != inspection.effective.value(name)
        ]
        if names:
            yield Occurrence(
                f"has its own {listed(names)}, whatever main.cf says",
                "",
                inspection.place_of_service(daemon.service),
                _values(daemon, names),
            )


def _values(daemon: Daemon, names: list[str]) -> str:
    return ", ".join(f"{name} = {daemon.effective.value(name) or NOTHING}" for name in names)


def _no_implicit_tls(inspection: Inspection) -> Iterator[Occurrence]:
    submission = on_port(inspection.master, SUBMISSION)
    if submission and not on_port(inspection.master, SUBMISSIONS):
        yield Occurrence(
            "mail programs can send through port 587 but not through 465, which is preferred "
            "today (RFC 8314 section 3.3)",
            "Switch on the service submissions (smtps before Postfix 3.6) as well.",
            inspection.place_of_service(submission[0]),
        )


# --- postscreen -----------------------------------------------------------------------------------


def _tlsproxy_missing(inspection: Inspection) -> Iterator[Occurrence]:
    if lacks_tlsproxy(inspection.master):
        screen = next(each for each in inspection.active if each.command == "postscreen")
        yield Occurrence(
            TLSPROXY_MISSING.message,
            TLSPROXY_MISSING.remedy,
            inspection.place_of_service(screen),
        )


def _behind_postscreen(inspection: Inspection) -> Iterator[Occurrence]:
    if all(each.command != "postscreen" for each in inspection.active):
        return
    for daemon in inspection.servers:
        own = [
            option.name for option in daemon.service.options if option.name.startswith("smtpd_tls_")
        ]
        if daemon.service.type == "pass" and own:
            yield Occurrence(
                f"tlsproxy, which does TLS for postscreen, does not see the {listed(own)} of this "
                "service",
                "Set it in main.cf, or give tlsproxy the same with -o.",
                inspection.place_of_service(daemon.service),
                _values(daemon, own),
            )


RULES = (
    Rule(
        "option-with-blanks",
        Severity.REFUSAL,
        "An -o option with blanks in it",
        "master.cf is split at blanks. What follows the blank is an argument of its own, at "
        "which the service stops with a fatal error, and it is tried again every minute only.",
        _blanks,
    ),
    Rule(
        "option-quoted",
        Severity.WARNING,
        "An -o option in quotes, which are part of its value",
        "Nothing in master.cf takes quotes off.",
        _quoted,
    ),
    Rule(
        "option-without-effect",
        Severity.WARNING,
        "An -o option that the service does not look at",
        "An option counts for the one program that is started with it. The caches of TLS are "
        "opened by tlsmgr, the addresses to listen on by the master.",
        _without_effect,
    ),
    Rule(
        "half-uncommented-service",
        Severity.WARNING,
        "A service of which the options alone are switched on",
        "Options continue the service before them. With the line of their own service still a "
        "comment, they belong to the one above, mostly to port 25, which then asks other mail "
        "servers to encrypt or to log in.",
        _half_uncommented,
    ),
    Rule(
        "submission-options-on-port-25",
        Severity.WARNING,
        "Options for mail programs on the port for mail servers",
        "Other servers deliver mail to port 25 without logging in. If it asks them to, no mail "
        "comes in any more.",
        _on_port_25,
    ),
    Rule(
        "duplicate-service",
        Severity.WARNING,
        "Two services for the same port",
        "The master knows a service by its port, whatever the name, and uses the last one.",
        _duplicates,
    ),
    Rule(
        "overridden-in-master",
        Severity.WARNING,
        "A service that does not follow main.cf",
        "An -o option beats main.cf. Here it names another certificate or another way to check "
        "passwords than main.cf does, or asks for less TLS, so that a change in main.cf has no "
        "effect on this service.",
        _goes_its_own_way,
    ),
    Rule(
        "differs-from-main",
        Severity.NOTE,
        "A service with a value of its own for what main.cf sets",
        "An -o option beats main.cf. That is what such options are for; it is told because a "
        "change in main.cf does not reach this service.",
        _differs,
    ),
    Rule(
        "no-implicit-tls",
        Severity.NOTE,
        "Port 587 without port 465 beside it",
        "Port 465 was given up once and is back: RFC 8314 prefers TLS from the first byte, in "
        "which nobody can suppress STARTTLS.",
        _no_implicit_tls,
    ),
    Rule(
        "tlsproxy-missing",
        Severity.WARNING,
        "postscreen without its helper for TLS",
        "postscreen hands encrypted sessions to tlsproxy. Without that service in master.cf it "
        "cannot offer STARTTLS while it tests a client.",
        _tlsproxy_missing,
    ),
    Rule(
        "tlsproxy-differs",
        Severity.NOTE,
        "TLS options that postscreen's helper does not see",
        "With postscreen on port 25, tlsproxy loads the certificate and goes by main.cf, not by "
        "the options of the smtpd behind it.",
        _behind_postscreen,
    ),
)
