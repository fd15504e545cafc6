"""SMTP AUTH through Cyrus SASL: SASL_README, and smtpd.conf of the SASL library."""

import re
from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.answers.answers import SaslScope
from pfwizard.answers.wording import Named, Wording
from pfwizard.cf.problem import Severity
from pfwizard.cf.service import Service, ServiceField
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective
from pfwizard.plan.draft import PUBLIC_FILE, Draft
from pfwizard.plan.plan import Finding, JoinGroup, note, refusal, warning
from pfwizard.plan.services import smtp_servers
from pfwizard.plan.socket import Reach, reachability

CYRUS = "cyrus"
PASSWORDS = re.compile(r"passw|_pw$|secret", re.IGNORECASE)
"""The options of smtpd.conf whose values nobody else may see: sql_passwd, ldapdb_pw."""

OBSOLETE_DIALECT = "broken_sasl_auth_clients"
DEFAULT_CHECKER = "auxprop"
"""What Cyrus SASL asks where smtpd.conf does not say (pwcheck_method)."""

CLEAR_OPTIONS = "smtpd_sasl_security_options"
TLS_OPTIONS = "smtpd_sasl_tls_security_options"

NO_LOGINS = Named("sasl.enabled", False)
AFTER_TLS = Named("tls.auth_only", True)
LEAVE_LOGINS_ALONE = Wording("Say ", NO_LOGINS, " to leave logins as they are.")


def plan_sasl(draft: Draft) -> Draft:
    """Plan SMTP AUTH; nothing when it is not asked for."""
    if not draft.answers.sasl.enabled:
        return _note_what_is_left_alone(draft)
    for step in (
        _settings,
        _library_configuration,
        _plugins,
        _unchrooted,
        _socket,
        _mechanisms_left,
        _clear_text,
    ):
        draft = step(draft)
    return draft


def _note_what_is_left_alone(draft: Draft) -> Draft:
    if not (_logins_work_through(draft, CYRUS) or _logins_work_through(draft, "dovecot")):
        return draft
    return draft.with_finding(
        note(
            "logins-left-alone",
            Wording("users can log in, and ", NO_LOGINS, " leaves that as it is"),
        )
    )


def _settings(draft: Draft) -> Draft:
    sasl = draft.answers.sasl
    if sasl.scope is SaslScope.EVERYWHERE:
        draft = draft.with_setting("smtpd_sasl_auth_enable", "yes")
    elif draft.effective.is_on("smtpd_sasl_auth_enable"):
        draft = draft.with_finding(
            note(
                "auth-everywhere-kept",
                "main.cf lets users log in on every port already, on port 25 too; so it stays, "
                "because other services may rely on it",
                "To end it, set smtpd_sasl_auth_enable = no in main.cf by hand.",
            )
        )
    draft = _cyrus(draft)
    if sasl.local_domain:
        draft = draft.with_setting("smtpd_sasl_local_domain", sasl.local_domain)
    if sasl.broken_clients:
        draft = draft.with_setting(OBSOLETE_DIALECT, "yes")
    return draft


def _cyrus(draft: Draft) -> Draft:
    present = draft.effective.value("smtpd_sasl_type")
    if present == CYRUS:
        return draft
    path = draft.effective.value("smtpd_sasl_path")
    draft = draft.with_setting("smtpd_sasl_type", CYRUS).with_setting("smtpd_sasl_path", "smtpd")
    return draft.with_finding(
        warning(
            "sasl-type-replaced",
            f"until now {present} checked the passwords (smtpd_sasl_path = {path}); from now on "
            f"{draft.answers.sasl.backend.value} does, for whom every user must be known",
            LEAVE_LOGINS_ALONE,
        )
    )


def _library_configuration(draft: Draft) -> Draft:
    """The file of the SASL library, where this platform's Postfix looks for it."""
    path = smtpd_conf_path(draft)
    state = draft.facts.file(path)
    document = SmtpdConf.parse(state.content or b"")
    fatal = [problem for problem in document.problems() if problem.severity is Severity.FATAL]
    if fatal:
        problem = fatal[0]
        return draft.with_finding(
            refusal(
                "smtpd-conf-malformed",
                f"{path}:{problem.line}: {problem.message}",
                "Correct this line; as it is, no SMTP server with AUTH can start.",
            )
        )
    sasl = draft.answers.sasl
    draft = _warn_of_replaced_checker(draft, document.get("pwcheck_method") or DEFAULT_CHECKER)
    document = document.set("pwcheck_method", sasl.backend.value)
    document = document.set("authdaemond_path", str(sasl.socket))
    document = document.set("mech_list", " ".join(sasl.mechanisms))
    private = [each.key for each in document.options if PASSWORDS.search(each.key)]
    draft = draft.with_file(
        path,
        document.render(),
        PUBLIC_FILE,
        secret=bool(private),
        summary=(f"not shown, because it holds {listed(private)}",) if private else (),
    )
    if draft.facts.platform.is_known:
        return draft
    return draft.with_finding(
        warning(
            "platform-unknown",
            f"where Postfix looks for {path.name} on this platform is not known; {path} is a guess",
            "Compare it with the documentation of this platform's Postfix package.",
        )
    )


def _warn_of_replaced_checker(draft: Draft, present: str) -> Draft:
    wanted = draft.answers.sasl.backend.value
    if present == wanted or not _logins_work_through(draft, CYRUS):
        return draft
    return draft.with_finding(
        warning(
            "checker-replaced",
            f"until now {present} checked the passwords; from now on {wanted} does, for whom "
            "every user must be known",
            LEAVE_LOGINS_ALONE,
        )
    )


def _logins_work_through(draft: Draft, sasl_type: str) -> bool:
    """Whether some service has let users log in through this type of SASL until now."""
    until_now = draft.effective_until_now
    servers = smtp_servers(draft.facts.configuration.master)
    contexts = [until_now, *(until_now.of(service) for service in servers)]
    return any(
        each.is_on("smtpd_sasl_auth_enable") and each.value("smtpd_sasl_type") == sasl_type
        for each in contexts
    )


def smtpd_conf_path(draft: Draft) -> PurePosixPath:
    """The file that wins today, or the first place where one would."""
    facts = draft.facts
    places = facts.smtpd_conf_places
    return next((place for place in places if facts.file(place).exists), places[0])


def _plugins(draft: Draft) -> Draft:
    facts = draft.facts
    if facts.postfix.sasl_types is not None and CYRUS not in facts.postfix.sasl_types:
        return draft.with_finding(
            refusal(
                "no-cyrus-sasl",
                "this Postfix was built without Cyrus SASL "
                f"(postconf -a: {' '.join(facts.postfix.sasl_types) or 'nothing'})",
                "Install the variant of the Postfix package that has it.",
            )
        )
    mechanisms = draft.answers.sasl.mechanisms
    installed = facts.sasl_plugins
    missing = [name for name in mechanisms if name.lower() not in (installed or ())]
    if not missing:
        return draft
    words = f"no SASL plug-in for {listed(missing)} is installed"
    remedy = f"Install {facts.platform.plugin_package}."
    if len(missing) < len(mechanisms):
        return draft.with_finding(
            warning("sasl-plugin-missing", f"{words}, so that nobody can log in with it", remedy)
        )
    if installed is None and not facts.platform.is_known:
        return draft.with_finding(
            warning("sasl-plugins-not-found", f"{words} in the places that are known", remedy)
        )
    return draft.with_finding(
        refusal(
            "no-sasl-plugin",
            f"{words}; without any mechanism smtpd breaks off every session, and no mail comes in",
            remedy,
        )
    )


def _unchrooted(draft: Draft) -> Draft:
    """Inside the chroot jail the socket of the password checker does not exist."""
    moved = [service for service in smtp_servers(draft.master) if _is_jailed(draft, service)]
    if not moved:
        return draft
    master = draft.master
    for service in moved:
        master = master.with_field(service, ServiceField.CHROOT, "n")
    names = listed(service.name for service in moved)
    return replace(draft, master=master).with_finding(
        note(
            "unchrooted",
            f"{names} will run outside the chroot jail, because the socket "
            f"{draft.answers.sasl.socket} cannot be reached from inside",
        )
    )


def _is_jailed(draft: Draft, service: Service) -> bool:
    if not _uses_cyrus(draft.effective.of(service)):
        return False
    if service.chroot == "-":
        return draft.effective.compatibility_level() < (1,)  # master(5)
    return service.chroot == "y"


def _uses_cyrus(effective: Effective) -> bool:
    return effective.is_on("smtpd_sasl_auth_enable") and effective.value("smtpd_sasl_type") == CYRUS


def _socket(draft: Draft) -> Draft:
    socket = draft.answers.sasl.socket
    user = draft.effective.value("mail_owner")
    found = reachability(draft.facts, socket, user)
    while found.reach is Reach.NEEDS_GROUP and found.group is not None:
        draft = _joined(draft, user, found.group.name)
        found = reachability(draft.facts, socket, user, joined=frozenset(_joins_of(draft, user)))
    if found.reach is Reach.ABSENT:
        return draft.with_finding(_missing_socket(draft))
    if found.reach is Reach.NO_SOCKET:
        return draft.with_finding(
            refusal(
                "not-a-socket",
                f"{socket} is not a socket",
                Wording("Correct ", Named("sasl.socket"), "."),
            )
        )
    if found.reach is Reach.CLOSED:
        words = f"the user {user} cannot reach {socket}: {found.closed_at} does not let it pass"
        remedy = f"Give {user} access to {found.closed_at}."
        if _replaces_a_checker(draft):
            return draft.with_finding(refusal("logins-would-end", words, remedy))
        return draft.with_finding(warning("socket-closed", words, remedy))
    return draft


def _missing_socket(draft: Draft) -> Finding:
    """A warning where logins are new, a refusal where it would end those that work today."""
    socket = draft.answers.sasl.socket
    remedy = Wording(
        "Start authdaemond, or correct ",
        Named("sasl.socket"),
        f"; the package is {draft.facts.platform.authdaemond_package}.",
    )
    if _replaces_a_checker(draft):
        return refusal(
            "logins-would-end",
            f"{socket} does not exist: users who can log in today could not any more",
            remedy,
        )
    return warning(
        "socket-missing", f"{socket} does not exist; until it does, every login fails", remedy
    )


def _replaces_a_checker(draft: Draft) -> bool:
    """Whether users can log in today, through something else."""
    found = {finding.identifier for finding in draft.findings}
    return bool(found & {"sasl-type-replaced", "checker-replaced"})


def _joined(draft: Draft, user: str, group: str) -> Draft:
    socket = draft.answers.sasl.socket
    return replace(draft, joins=(*draft.joins, JoinGroup(user, group))).with_finding(
        note(
            "group-joined",
            f"the user {user} joins the group {group}, whose members alone can reach {socket}",
        )
    )


def _joins_of(draft: Draft, user: str) -> tuple[str, ...]:
    return tuple(join.group for join in draft.joins if join.user == user)


def _mechanisms_left(draft: Draft) -> Draft:
    """smtpd is fatal, on every session, where its security options leave no mechanism at all.

    PLAIN and LOGIN are the mechanisms of authdaemond, and ``noplaintext`` forbids both.
    """
    for service in smtp_servers(draft.master):
        effective = draft.effective.of(service)
        names = [TLS_OPTIONS] if _over_tls_only(effective) else [CLEAR_OPTIONS, TLS_OPTIONS]
        forbidding = [name for name in names if "noplaintext" in effective.elements(name)]
        if forbidding and _uses_cyrus(effective):
            return draft.with_finding(
                refusal(
                    "no-mechanism-left",
                    f"{forbidding[0]} says noplaintext, which forbids PLAIN and LOGIN; with no "
                    f"mechanism left, the service {service.name} would break off every session",
                    Wording(f"Set {TLS_OPTIONS} = noanonymous and ", AFTER_TLS, "."),
                )
            )
    return draft


def _clear_text(draft: Draft) -> Draft:
    open_ones = [
        service.name
        for service in smtp_servers(draft.master)
        if takes_passwords_in_clear(draft.effective.of(service))
    ]
    if not open_ones:
        return draft
    return draft.with_finding(
        warning(
            "auth-in-clear",
            f"users may log in to {listed(open_ones)} without TLS, and their passwords can be "
            "read on the way",
            Wording("Set ", AFTER_TLS, ", so that AUTH is offered only after STARTTLS."),
        )
    )


def takes_passwords_in_clear(effective: Effective) -> bool:
    """Whether a service with these parameters lets users log in without TLS."""
    return effective.is_on("smtpd_sasl_auth_enable") and not _over_tls_only(effective)


def _over_tls_only(effective: Effective) -> bool:
    """Whether AUTH is offered to encrypted sessions alone."""
    return (
        effective.is_on("smtpd_tls_auth_only")
        or effective.is_on("smtpd_tls_wrappermode")
        or effective.value("smtpd_tls_security_level") == "encrypt"
    )
