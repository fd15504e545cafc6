"""SMTP AUTH: SASL_README."""

import re
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import SaslBackend, SaslScope
from pfwizard.answers.wording import Named, Wording
from pfwizard.machine.checkers import path_of_dovecot, queue_of
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, warning
from pfwizard.plan.sasl.checker import (
    backend_of,
    let_log_in_until_now,
    socket_of,
)
from pfwizard.plan.sasl.directory_in_clear import judge_directory
from pfwizard.plan.sasl.dovecot import drop_in_of, judge_listener_left, plan_dovecot
from pfwizard.plan.sasl.jail import plan_jail
from pfwizard.plan.sasl.library import LEAVE_LOGINS_ALONE, plan_library, smtpd_conf_path
from pfwizard.plan.sasl.mechanism_filter import plan_filter_of_dovecot, plan_mechanism_filter
from pfwizard.plan.sasl.parameters import CYRUS, DOVECOT, OBSOLETE_DIALECT
from pfwizard.plan.sasl.plugins import judge_plugins, judge_possible, judge_sasl_type
from pfwizard.plan.sasl.reach import plan_reach
from pfwizard.plan.sasl.realm import judge_realm
from pfwizard.plan.sasl.saslauthd import files_of_saslauthd, plan_saslauthd
from pfwizard.plan.sasl.security import (
    judge_clear_text,
    judge_mechanisms_left,
    judge_old_mechanisms,
    plan_security_options,
)

SMTPD = "smtpd"
"""What Postfix's Cyrus SASL has its smtpd.conf by, unless smtpd_sasl_path says otherwise."""

NAME_OF_A_FILE = re.compile(r"[^/:\s]+")
"""An smtpd_sasl_path that is not one of Dovecot's."""

NO_LOGINS = Named("sasl.enabled", False)

FOR_ALL = (
    judge_possible,
    judge_sasl_type,
)
FOR_CYRUS = (
    plan_library,
    judge_plugins,
    judge_directory,
    plan_filter_of_dovecot,
    judge_listener_left,
)
FOR_DOVECOT = (plan_dovecot, plan_mechanism_filter)
AFTERWARDS = (
    plan_jail,
    plan_reach,
    plan_security_options,
    judge_realm,
    judge_mechanisms_left,
    judge_old_mechanisms,
    judge_clear_text,
)


def plan_sasl(draft: Draft) -> Draft:
    """Plan SMTP AUTH; nothing when it is not asked for."""
    if not draft.answers.sasl.enabled:
        return _note_what_is_left_alone(draft)
    draft = _settings(draft)
    by_type = {CYRUS: FOR_CYRUS, DOVECOT: FOR_DOVECOT}[backend_of(draft).sasl_type]
    for step in (*FOR_ALL, *by_type, plan_saslauthd, *AFTERWARDS):
        draft = step(draft)
    return draft


def files_written_for_logins(draft: Draft) -> tuple[PurePosixPath, ...]:
    """The files that the plan may write for the back end of the answers."""
    if draft.answers.sasl.backend is SaslBackend.DOVECOT:
        return (drop_in_of(draft),)
    if draft.answers.sasl.backend is SaslBackend.SASLAUTHD:
        return (smtpd_conf_path(draft), *files_of_saslauthd(draft.facts))
    return (smtpd_conf_path(draft),)


def _note_what_is_left_alone(draft: Draft) -> Draft:
    if not (let_log_in_until_now(draft, CYRUS) or let_log_in_until_now(draft, DOVECOT)):
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
    draft = _sasl_type(draft)
    if sasl.local_domain:
        draft = draft.with_setting("smtpd_sasl_local_domain", sasl.local_domain)
    if sasl.broken_clients:
        draft = draft.with_setting(OBSOLETE_DIALECT, "yes")
    return draft


def _sasl_type(draft: Draft) -> Draft:
    present, wanted = draft.effective.value("smtpd_sasl_type"), backend_of(draft).sasl_type
    path = draft.effective.value("smtpd_sasl_path")
    if wanted == CYRUS and present == CYRUS and NAME_OF_A_FILE.fullmatch(path):
        return draft  # whatever its smtpd.conf is called
    if present != wanted:
        draft = draft.with_setting("smtpd_sasl_type", wanted)
    if path != _sasl_path(draft):
        draft = draft.with_setting("smtpd_sasl_path", _sasl_path(draft))
    if present == wanted or not _is_in_use(draft, present):
        return draft
    return draft.with_finding(
        warning(
            "sasl-type-replaced",
            f"until now {present} checked the passwords (smtpd_sasl_path = {path}); from now on "
            f"{backend_of(draft).name} does, for whom every user must be known",
            LEAVE_LOGINS_ALONE,
        )
    )


def _is_in_use(draft: Draft, present: str) -> bool:
    """Nothing is lost where nobody logs in through it: one of them is always compiled in."""
    is_chosen = draft.facts.configuration.main.get("smtpd_sasl_type") is not None
    return (is_chosen and present != CYRUS) or let_log_in_until_now(draft, present)


def _sasl_path(draft: Draft) -> str:
    """A socket is named from the queue directory where it can be: right in the jail and outside."""
    sasl = draft.answers.sasl
    socket, today = socket_of(draft.facts, sasl), path_of_dovecot(draft.facts.effective)
    if sasl.backend is not SaslBackend.DOVECOT:
        return SMTPD
    if socket is None or (sasl.socket is None and today):
        return today
    queue = queue_of(draft.facts.effective)
    return str(socket.relative_to(queue) if socket.is_relative_to(queue) else socket)
