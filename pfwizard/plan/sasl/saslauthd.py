"""saslauthd's own configuration: its options, and saslauthd.conf where it asks LDAP.

Sources: saslauthd(8), LDAP_SASLAUTHD of Cyrus SASL 2.1.28, and /etc/init.d/saslauthd of Debian.
"""

import getopt
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import (
    ChrootChoice,
    LoginNames,
    SaslauthdAnswers,
    SaslauthdMechanism,
    SaslBackend,
)
from pfwizard.answers.wording import Named, Wording
from pfwizard.cf.shell_variables import ShellVariables
from pfwizard.cf.smtpd_conf import SmtpdConf
from pfwizard.cf.text import UnwritableValue
from pfwizard.machine.checkers import SASLAUTHD_CONF, addition_to_unit, units_of
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.record import Daemon, DaemonOptions, Need
from pfwizard.machine.saslauthd_options import Tokens, text_of, tokens_of, with_token
from pfwizard.plan.draft import PRIVATE_FILE, PUBLIC_FILE, Draft
from pfwizard.plan.plan import Finding, refusal
from pfwizard.plan.sasl.checker import socket_of
from pfwizard.plan.sasl.daemons import with_restart
from pfwizard.plan.sasl.directory_in_clear import warn_of_clear_text
from pfwizard.plan.sasl.password_file import Place, cannot_hold, with_password
from pfwizard.private_file import OPEN_TO_OTHERS

LEAVE_IT = Named("sasl.saslauthd.mechanism", "")

PID_FILE = b"PIDFile="
"""In a unit: systemd waits until saslauthd has written it, below the directory of its socket."""

UNIT_DROP_IN = """\
# Written by pfwizard: saslauthd's socket is in the chroot jail of Postfix.
[Service]
PIDFile={directory}/saslauthd.pid
ExecStartPre=/usr/bin/install -d {access} {directory}
"""

ARGUMENT_OF_THE_MECHANISM = "MECH_OPTIONS"
"""Debian has a variable of its own for the argument of -O."""


ON = re.compile(r"1|y|on|t")


def files_of_saslauthd(facts: Facts) -> tuple[PurePosixPath, ...]:
    """What may be written of it: its options, its unit, and the description of the directory."""
    options, unit = facts.platform.saslauthd_options.value, unit_of_saslauthd(facts)
    return (
        *([] if options is None else [options.path]),
        *([] if unit is None else [unit]),
        saslauthd_conf(facts),
    )


def saslauthd_conf(facts: Facts) -> PurePosixPath:
    return next((path for path in SASLAUTHD_CONF if facts.file(path).exists), SASLAUTHD_CONF[0])


def plan_saslauthd(draft: Draft) -> Draft:
    """Plan saslauthd's configuration as far as the answers speak of it."""
    sasl = draft.answers.sasl
    if sasl.backend is not SaslBackend.SASLAUTHD or not _is_asked_for(draft):
        return draft
    place = draft.facts.platform.saslauthd_options.value
    if place is None:
        return draft.with_finding(
            refusal(
                "saslauthd-options-unknown",
                "where this platform keeps the options of saslauthd is not known",
                Wording("Set them by hand, and say ", LEAVE_IT, "."),
            )
        )
    if place.is_of_package and not draft.facts.file(place.path).exists:
        return draft.with_finding(
            refusal(
                "saslauthd-not-installed",
                f"{place.path} is not there, so that saslauthd is not installed",
                draft.facts.platform.how_to_install([Need.SASLAUTHD]),
            )
        )
    before = len(draft.changes)
    if sasl.saslauthd.mechanism is SaslauthdMechanism.LDAP:
        draft = _ldap(draft)
    draft = _options(draft, place)
    if sasl.chroot is ChrootChoice.MOVE_SOCKET:
        draft = _room_for_the_socket(draft)
    return draft if len(draft.changes) == before else with_restart(draft)


def _is_asked_for(draft: Draft) -> bool:
    sasl = draft.answers.sasl
    return (
        sasl.saslauthd.mechanism is not SaslauthdMechanism.AS_IT_IS
        or sasl.saslauthd.login_names is not LoginNames.AS_THEY_ARE
        or sasl.chroot is ChrootChoice.MOVE_SOCKET
    )


def _options(draft: Draft, place: DaemonOptions) -> Draft:
    document = ShellVariables.parse(draft.facts.file(place.path).content or b"")
    try:
        tokens = tokens_of(document.get(place.options) or "")
        if not _names_a_mechanism(draft, place, tokens):
            return draft.with_finding(_unknown_mechanism(place))
        for name, value in _variables(draft, place, document, tokens):
            document = document.set(name, value)
    except (getopt.GetoptError, ValueError) as error:
        is_ours = isinstance(error, UnwritableValue)
        return draft.with_finding(
            refusal(
                "saslauthd-options-unread",
                f"{place.path}: {error}"
                if is_ours
                else f"{place.path}: {place.options} is not what saslauthd takes: {error}",
                "Correct it first.",
            )
        )
    return draft.with_file(place.path, document.render(), PUBLIC_FILE)


def _names_a_mechanism(draft: Draft, place: DaemonOptions, tokens: Tokens) -> bool:
    """Options in the file are instead of the service's own, which would name one."""
    is_asked_for = draft.answers.sasl.saslauthd.mechanism is not SaslauthdMechanism.AS_IT_IS
    return is_asked_for or bool(place.mechanism) or "-a" in dict(tokens)


def _unknown_mechanism(place: DaemonOptions) -> Finding:
    return refusal(
        "saslauthd-mechanism-unknown",
        f"{place.options} in {place.path} names no mechanism for saslauthd, and what is set there "
        "is instead of what the service has by itself",
        Wording("Say whom it asks today: ", Named("sasl.saslauthd.mechanism", "pam"), "."),
    )


def _variables(
    draft: Draft, place: DaemonOptions, document: ShellVariables, tokens: Tokens
) -> Iterator[tuple[str, str]]:
    """What the variables have to be; those that are not named stay."""
    sasl = draft.answers.sasl
    mechanism = sasl.saslauthd.mechanism
    if place.switch:  # systemd does not read it, and the file of Debian 12 has it no more
        yield place.switch, "yes"
    if mechanism is not SaslauthdMechanism.AS_IT_IS:
        is_shadow = mechanism is SaslauthdMechanism.SHADOW
        name = place.shadow if is_shadow else mechanism.value
        if place.mechanism:
            yield place.mechanism, name
        else:
            tokens = with_token(tokens, "-a", name)
        argument = sasl.saslauthd.rimap_host if mechanism is SaslauthdMechanism.RIMAP else None
        if document.get(ARGUMENT_OF_THE_MECHANISM) is not None:
            yield ARGUMENT_OF_THE_MECHANISM, argument or ""
        else:
            tokens = with_token(tokens, "-O", argument)
    if sasl.saslauthd.login_names is not LoginNames.AS_THEY_ARE:
        both = sasl.saslauthd.login_names is LoginNames.USER_AT_DOMAIN
        tokens = with_token(tokens, "-r", "" if both else None)
    socket = socket_of(draft.facts, sasl)
    if sasl.chroot is ChrootChoice.MOVE_SOCKET and socket is not None:
        if place.directory:
            yield place.directory, str(socket.parent)
        else:
            tokens = with_token(tokens, "-m", str(socket.parent))
    if tokens != tokens_of(document.get(place.options) or ""):
        yield place.options, text_of(tokens)


def _room_for_the_socket(draft: Draft) -> Draft:
    """The directory in the queue: made by its unit, by Debian's script (install -d), or by us."""
    socket = socket_of(draft.facts, draft.answers.sasl)
    if socket is None:
        return draft
    unit = unit_of_saslauthd(draft.facts)
    if unit is None:
        return draft.with_directory(socket.parent)
    place = draft.facts.platform.saslauthd_socket.value
    access = f"-g {place.group} -m 0710" if place.group else "-m 0755"
    content = UNIT_DROP_IN.format(directory=socket.parent, access=access)
    return draft.with_file(unit, content.encode(), PUBLIC_FILE)


def unit_of_saslauthd(facts: Facts) -> PurePosixPath | None:
    """What adds to the unit that systemd has for saslauthd, where it has one with a PID file."""
    name = facts.platform.service_names.get(Daemon.SASLAUTHD)
    if name is None:
        return None
    units = [facts.file(unit).content for unit in units_of(name.value)]
    counts = next((content for content in units if content is not None), b"")
    return addition_to_unit(name.value) if PID_FILE in counts else None


def _ldap(draft: Draft) -> Draft:
    path = saslauthd_conf(draft.facts)
    state, asked = draft.facts.file(path), draft.answers.sasl.saslauthd
    document = SmtpdConf.parse(state.content or b"")
    if asked.ldap_bind_password_file is not None:
        place = Place(path, "ldap_password")
        draft, document = with_password(draft, document, place, asked.ldap_bind_password_file)
    try:
        for key, value in _of_ldap(asked):
            document = document.set(key, value)
    except UnwritableValue as error:
        return draft.with_finding(cannot_hold(path, error))
    draft = draft.with_file(
        path,
        document.render(),
        PRIVATE_FILE,
        secret=document.get("ldap_password") is not None,
        summary=("not shown, because it may hold a password",)
        if document.get("ldap_password") is not None
        else (),
        sets_mode=bool(state.mode & OPEN_TO_OTHERS),
    )
    return draft if _is_after_starttls(document) else warn_of_clear_text(draft, asked.ldap_servers)


def _of_ldap(asked: SaslauthdAnswers) -> Iterator[tuple[str, str]]:
    values = {
        "ldap_servers": " ".join(asked.ldap_servers),
        "ldap_search_base": asked.ldap_search_base,
        "ldap_filter": asked.ldap_filter,
        "ldap_bind_dn": asked.ldap_bind_dn,
    }
    return ((key, value) for key, value in values.items() if value)


def _is_after_starttls(document: SmtpdConf) -> bool:
    """Whether saslauthd.conf says so: cfile_getswitch of saslauthd looks at the first letters."""
    return bool(ON.match(document.get("ldap_start_tls") or ""))
