"""Who can log in, where, and whether Postfix can have the password checked."""

from collections.abc import Iterator

from pfwizard.check.inspection import Daemon, Inspection
from pfwizard.check.mechanisms import offered
from pfwizard.check.password_checkers import checkers_of, for_each_smtpd_conf, offers_logins
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.machine.tree import FileKind
from pfwizard.plan.plan import Severity
from pfwizard.plan.sasl.asked import Checker, Kind
from pfwizard.plan.sasl.mechanisms import DEMANDS, MECHANISMS
from pfwizard.plan.sasl.parameters import CLEAR_OPTIONS, CYRUS, TLS_OPTIONS
from pfwizard.plan.sasl.security import over_tls_only, takes_passwords_in_clear
from pfwizard.plan.sasl.socket import Reach, reachability

AUTH, TYPE = "smtpd_sasl_auth_enable", "smtpd_sasl_type"

MAIL = 25


def _logging_in(inspection: Inspection) -> list[Daemon]:
    return [each for each in inspection.servers if each.effective.is_on(AUTH)]


# --- where ----------------------------------------------------------------------------------------


def _in_clear(inspection: Inspection) -> Iterator[Occurrence]:
    in_clear = [each for each in inspection.servers if takes_passwords_in_clear(each.effective)]
    for value in inspection.in_force("smtpd_tls_auth_only", in_clear):
        yield Occurrence(
            f"users may log in to {listed(each.name for each in value.daemons)} without TLS, and "
            "their passwords can be read on the way",
            "Set smtpd_tls_auth_only = yes.",
            value.place,
            str(value),
        )


def _on_port_25(inspection: Inspection) -> Iterator[Occurrence]:
    on_25 = [each for each in _logging_in(inspection) if each.service.endpoint.port == MAIL]
    for value in inspection.in_force(AUTH, on_25):
        yield Occurrence(
            "users may log in on port 25 too, where nobody does but those who guess passwords",
            f"Take {AUTH} out of main.cf, and write -o {AUTH}=yes for ports 465 and 587 in "
            "master.cf.",
            value.place,
            str(value),
        )


# --- how ------------------------------------------------------------------------------------------


def _none_left(inspection: Inspection) -> Iterator[Occurrence]:
    """smtpd stops where its options leave nothing of what the library offers."""
    mechanisms = offered(inspection)
    if mechanisms is None or not mechanisms <= MECHANISMS.keys():
        return
    asking = [each for each in _logging_in(inspection) if offers_logins(each, CYRUS)]
    if not mechanisms:
        for value in inspection.in_force(AUTH, asking):
            yield Occurrence(
                "the SASL library has nothing to offer, and smtpd breaks off every session",
                f"Install {inspection.facts.platform.plugin_package}, and name its mechanisms in "
                "mech_list.",
                value.place,
                str(value),
            )
        return
    for daemon in asking:
        names = [] if over_tls_only(daemon.effective) else [CLEAR_OPTIONS]
        for name in (*names, TLS_OPTIONS):
            options = daemon.effective.elements(name)
            if not any(MECHANISMS[each].is_left_by(options) for each in mechanisms):
                forbidding, forbidden = sorted(DEMANDS.intersection(options)), sorted(mechanisms)
                yield Occurrence(
                    f"{name} says {listed(forbidding)}, which forbids {listed(forbidden)}: no way "
                    "to log in is left, and smtpd breaks off every session",
                    f"Set {TLS_OPTIONS} = noanonymous and smtpd_tls_auth_only = yes.",
                    inspection.place_of(name, daemon.service),
                    f"{name} = {daemon.effective.value(name)} for {daemon.name}",
                )
                break


def _unavailable(inspection: Inspection) -> Iterator[Occurrence]:
    known = inspection.facts.postfix.sasl_types
    if known is None:
        return
    for value in inspection.in_force(TYPE, _logging_in(inspection)):
        if value.value not in known:
            yield Occurrence(
                f"this Postfix has no {TYPE} {value.value} (postconf -a: "
                f"{' '.join(known) or 'nothing'}): smtpd stops at every connection",
                f"Set {TYPE} to one of them, or install a Postfix with it.",
                value.place,
                str(value),
            )


# --- the checker's socket -------------------------------------------------------------------------


def _checkers(inspection: Inspection) -> Iterator[tuple[Daemon, Checker]]:
    for daemon in _logging_in(inspection):
        for checker in checkers_of(inspection, daemon):
            yield daemon, checker


def _is_jailed_out(inspection: Inspection, daemon: Daemon, checker: Checker) -> bool:
    """Whether a server in the jail asks for a socket that is outside.

    In a tree no socket is there; a directory for it inside the jail shows that it will be.
    """
    if not daemon.effective.is_jailed or not checker.path.is_absolute():
        return False
    inside = inspection.file(checker.seen)
    directory = inspection.file(checker.seen.parent)
    has_directory = directory is not None and directory.exists
    if inside is None or inside.exists:
        return False
    return not (inspection.facts.works_on_a_tree and has_directory)


def _outside(inspection: Inspection) -> Iterator[Occurrence]:
    for daemon, checker in _checkers(inspection):
        if _is_jailed_out(inspection, daemon, checker):
            yield Occurrence(
                f"runs in the chroot jail, where {checker.path} of {checker.kind.value} is "
                f"{checker.seen}, and that is not there: {_consequence(checker)}",
                f"Have {checker.kind.value} make its socket there, or write n in the chroot "
                "column of the service in master.cf.",
                inspection.place_of_service(daemon.service),
                f"chroot = {daemon.service.chroot} for {daemon.name}",
            )


def _consequence(checker: Checker) -> str:
    if checker.kind is Kind.DOVECOT:
        return "smtpd stops at every connection, and no mail comes in"
    return "every login fails"


def _missing(inspection: Inspection) -> Iterator[Occurrence]:
    if inspection.facts.works_on_a_tree:
        return
    for daemon, checker in _checkers(inspection):
        state = inspection.file(checker.seen)
        is_told = _is_jailed_out(inspection, daemon, checker)
        if state is not None and state.kind is not FileKind.SOCKET and not is_told:
            what = "is no socket" if state.exists else "is not there"
            yield Occurrence(
                f"the socket of {checker.kind.value}, {checker.seen}, {what}: "
                f"{_consequence(checker)}",
                f"Start {checker.kind.value}, or correct the path.",
                inspection.place_of("smtpd_sasl_path", daemon.service),
                f"smtpd_sasl_path = {daemon.effective.value('smtpd_sasl_path')} for {daemon.name}",
            )


def _closed(inspection: Inspection) -> Iterator[Occurrence]:
    user = inspection.effective.value("mail_owner")
    for daemon, checker in _checkers(inspection):
        state = inspection.file(checker.seen)
        if state is None or state.kind is not FileKind.SOCKET:
            continue
        found = reachability(inspection.facts, checker.seen, user)
        if found.reach is Reach.NEEDS_GROUP and found.group is not None:
            words = f"only members of the group {found.group.name} can reach it"
            remedy = f"usermod -aG {found.group.name} {user}, and then stop and start Postfix."
        elif found.reach is Reach.CLOSED:
            words = f"{found.closed_at} does not let {user} pass"
            remedy = f"Give {user} access to {found.closed_at}."
        else:
            continue
        yield Occurrence(
            f"the user {user} cannot reach the socket of {checker.kind.value}, {checker.seen}: "
            f"{words}; {_consequence(checker)}",
            remedy,
            inspection.place_of_service(daemon.service),
        )


RULES = (
    Rule(
        "auth-in-clear",
        Severity.WARNING,
        "Passwords taken without TLS",
        "PLAIN and LOGIN send the password as it is. Without smtpd_tls_auth_only a client that "
        "does not encrypt, or is kept from it by somebody on the way, sends it in clear.",
        _in_clear,
    ),
    Rule(
        "auth-on-port-25",
        Severity.NOTE,
        "Logins on the port for mail servers",
        "Mail programs use ports 465 and 587 (RFC 8314). With smtpd_sasl_auth_enable in main.cf "
        "port 25 depends on the password checker too: if Dovecot's socket is gone, no mail comes "
        "in.",
        _on_port_25,
    ),
    for_each_smtpd_conf(
        Rule(
            "no-mechanism-left",
            Severity.REFUSAL,
            "Security options that leave no way to log in",
            "smtpd ends with no SASL authentication mechanisms, a fatal error, in every session "
            "that would offer AUTH.",
            _none_left,
        )
    ),
    Rule(
        "sasl-type-unavailable",
        Severity.REFUSAL,
        "A type of SASL that this Postfix does not have",
        "smtpd ends with SASL per-process initialization failed, a fatal error.",
        _unavailable,
    ),
    Rule(
        "sasl-socket-outside-chroot",
        Severity.REFUSAL,
        "A password checker outside the chroot jail",
        "A server in the jail sees the queue directory as its root, and asks the password "
        "checker from there. EHLO shows AUTH all the same.",
        _outside,
    ),
    Rule(
        "sasl-socket-missing",
        Severity.REFUSAL,
        "A password checker that is not there",
        "Cyrus SASL answers with 454 4.7.0 to every login; with Dovecot smtpd stops, and the "
        "port is dead for a minute at a time.",
        _missing,
    ),
    Rule(
        "sasl-socket-closed",
        Severity.REFUSAL,
        "A password checker that Postfix may not ask",
        "The directory of the socket is often open to a group alone. A new membership counts "
        "only after Postfix was stopped and started.",
        _closed,
    ),
)
