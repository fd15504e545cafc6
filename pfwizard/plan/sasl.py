"""SMTP AUTH through Cyrus SASL: SASL_README, and smtpd.conf of the SASL library."""

from dataclasses import replace
from pathlib import PurePosixPath

from pfwizard.answers.answers import SaslScope
from pfwizard.cf.service import Service, ServiceField
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.machine.facts import sasl_directories, smtpd_conf_name
from pfwizard.plan.draft import PUBLIC_FILE, Draft
from pfwizard.plan.plan import JoinGroup, listed, note, refusal, warning
from pfwizard.plan.services import smtp_servers
from pfwizard.plan.socket import Reach, reachability

CYRUS = "cyrus"
OBSOLETE_DIALECT = "broken_sasl_auth_clients"


def plan_sasl(draft: Draft) -> Draft:
    """Plan SMTP AUTH; nothing when it is not asked for."""
    if not draft.answers.sasl.enabled:
        return draft
    for step in (_settings, _library_configuration, _plugins, _unchrooted, _socket, _clear_text):
        draft = step(draft)
    return draft


def _settings(draft: Draft) -> Draft:
    sasl = draft.answers.sasl
    if sasl.scope is SaslScope.EVERYWHERE:
        draft = draft.with_setting("smtpd_sasl_auth_enable", "yes")
    if draft.effective.value("smtpd_sasl_type") != CYRUS:
        draft = draft.with_setting("smtpd_sasl_type", CYRUS).with_setting(
            "smtpd_sasl_path", "smtpd"
        )
    if sasl.local_domain:
        draft = draft.with_setting("smtpd_sasl_local_domain", sasl.local_domain)
    if sasl.broken_clients:
        draft = draft.with_setting(OBSOLETE_DIALECT, "yes")
    return draft


def _library_configuration(draft: Draft) -> Draft:
    """The file of the SASL library, where this platform's Postfix looks for it."""
    path = smtpd_conf_path(draft)
    state = draft.facts.file(path)
    document = SmtpdConf.parse(state.content or b"")
    if document.problems():
        problem = document.problems()[0]
        return draft.with_finding(
            refusal(
                "smtpd-conf-malformed",
                f"{path}:{problem.line}: {problem.message}",
                "Correct this line; as it is, no SMTP server with AUTH can start.",
            )
        )
    sasl = draft.answers.sasl
    document = document.set("pwcheck_method", sasl.backend.value)
    document = document.set("authdaemond_path", str(sasl.socket))
    document = document.set("mech_list", " ".join(sasl.mechanisms))
    draft = draft.with_file(path, document.render(), PUBLIC_FILE)
    if draft.facts.platform.is_known:
        return draft
    return draft.with_finding(
        warning(
            "platform-unknown",
            f"where Postfix looks for {path.name} on this platform is not known; {path} is a guess",
            "Compare it with the documentation of this platform's Postfix package.",
        )
    )


def smtpd_conf_path(draft: Draft) -> PurePosixPath:
    """The file that wins today, or the first place where one would."""
    facts = draft.facts
    configuration = facts.configuration
    name = smtpd_conf_name(facts.postfix, configuration)
    places = [
        directory / name
        for directory in sasl_directories(facts.platform, facts.postfix, configuration)
    ]
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
    missing = [name for name in mechanisms if installed and name.lower() not in installed]
    if installed is not None and not missing:
        return draft
    return draft.with_finding(
        warning(
            "sasl-plugin-missing",
            f"no SASL plug-in for {listed(missing or mechanisms)} is installed, "
            "so that nobody can log in with it",
            f"Install {facts.platform.plugin_package}.",
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
    effective = draft.effective.of(service)
    uses_cyrus = effective.is_on("smtpd_sasl_auth_enable") and (
        effective.value("smtpd_sasl_type") == CYRUS
    )
    if service.chroot == "-":
        return uses_cyrus and effective.compatibility_level() < (1,)  # master(5)
    return uses_cyrus and service.chroot == "y"


def _socket(draft: Draft) -> Draft:
    socket = draft.answers.sasl.socket
    user = draft.effective.value("mail_owner")
    found = reachability(draft.facts, socket, user)
    if found.reach is Reach.NEEDS_GROUP and found.group is not None:
        return _joined(draft, user, found.group.name)
    if found.reach is Reach.ABSENT:
        return draft.with_finding(
            warning(
                "socket-missing",
                f"{socket} does not exist; until it does, every login fails",
                "Start authdaemond, or correct sasl.socket; the package is "
                f"{draft.facts.platform.authdaemond_package}.",
            )
        )
    if found.reach is Reach.NO_SOCKET:
        return draft.with_finding(
            refusal("not-a-socket", f"{socket} is not a socket", "Correct sasl.socket.")
        )
    if found.reach is Reach.CLOSED:
        return draft.with_finding(
            warning(
                "socket-closed",
                f"the user {user} cannot reach {socket}: {found.closed_at} does not let it pass",
                f"Give {user} access to {found.closed_at}.",
            )
        )
    return draft


def _joined(draft: Draft, user: str, group: str) -> Draft:
    socket = draft.answers.sasl.socket
    groups = sorted(
        each.name for each in draft.facts.accounts.groups.values() if user in each.members
    )
    join = JoinGroup(user, group, tuple(groups))
    return replace(draft, joins=(*draft.joins, join)).with_finding(
        note(
            "group-joined",
            f"the user {user} joins the group {group}, whose members alone can reach {socket}",
        )
    )


def _clear_text(draft: Draft) -> Draft:
    effective = draft.effective
    offered_in_clear = (
        effective.is_on("smtpd_sasl_auth_enable")
        and not effective.is_on("smtpd_tls_auth_only")
        and effective.value("smtpd_tls_security_level") != "encrypt"
    )
    if not offered_in_clear:
        return draft
    return draft.with_finding(
        warning(
            "auth-in-clear",
            "users may log in on port 25 without TLS, and their passwords can be read on the way",
            "Set tls.auth_only = true, so that AUTH is offered only after STARTTLS.",
        )
    )
