"""Which of Dovecot's mechanisms Postfix offers: it has no mech_list, but a filter of Postfix.

Cyrus SASL goes by mech_list, and a filter that is left over from Dovecot hides what is new there.

Source: smtpd_sasl_mechanism_filter of postconf(5).
"""

from collections.abc import Iterable

from pfwizard.answers.sasl_answers import SaslBackend
from pfwizard.enumeration import listed
from pfwizard.machine.effective import Effective
from pfwizard.machine.postfix import Version
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, refusal, warning
from pfwizard.plan.sasl.checker import mechanisms_of, servers_asking
from pfwizard.plan.sasl.mechanisms import MECHANISMS
from pfwizard.plan.sasl.parameters import DOVECOT

FILTER = "smtpd_sasl_mechanism_filter"
FILTER_SINCE = Version(3, 6)
FILTER_UNLESS_SET = ("!external", "static:rest")

MATCHES_ALL = "static:"
"""A table that has every key (DATABASE_README), as in Postfix's default."""


def plan_mechanism_filter(draft: Draft) -> Draft:
    """Plan that Postfix offers what the answers name, and nothing else that Dovecot may do.

    Where they name nothing, whatever Dovecot offers stays.
    """
    chosen = draft.answers.sasl.mechanisms
    if draft.answers.sasl.backend is not SaslBackend.DOVECOT or not chosen:
        return draft
    names = listed(chosen)
    if draft.facts.postfix.version < FILTER_SINCE:
        return draft.with_finding(
            warning(
                "mechanisms-left-to-dovecot",
                f"Postfix {draft.facts.postfix.version} offers whatever Dovecot does, and cannot "
                f"be told to offer {names} alone ({FILTER} came with 3.6)",
                _in_dovecot(chosen),
            )
        )
    wanted = [name.lower() for name in chosen]
    if {name.lower() for name in draft.effective.elements(FILTER)} == set(wanted):
        return draft
    return draft.with_setting(FILTER, ", ".join(wanted)).with_finding(
        warning(
            "mechanisms-of-dovecot",
            f"Postfix offers {names} only as far as Dovecot does; with none of them, it would "
            "break off every session",
            _in_dovecot(chosen),
        )
    )


def _in_dovecot(chosen: Iterable[str]) -> str:
    """Dovecot itself offers nothing but PLAIN where its configuration does not say."""
    names = " ".join(name.lower() for name in chosen)
    return f"See that Dovecot's own configuration says auth_mechanisms = {names}."


def plan_filter_of_dovecot(draft: Draft) -> Draft:
    """Plan that the filter goes with Dovecot, if it looks as ours does; else see what it hides."""
    present = draft.main.get(FILTER)
    until_now = draft.effective_until_now.value("smtpd_sasl_type")
    if present is None or until_now != DOVECOT or not _looks_like_ours(present):
        return _judge_filter(draft)
    return draft.without_setting(FILTER).with_finding(
        note(
            "mechanism-filter-removed",
            f"{FILTER} = {present} was for Dovecot, and goes with it: Cyrus SASL offers what "
            "mech_list in its smtpd.conf says",
        )
    )


def _looks_like_ours(value: str) -> bool:
    names = value.split(", ")
    return all(name == name.lower() and name.upper() in MECHANISMS for name in names)


def _judge_filter(draft: Draft) -> Draft:
    wanted = mechanisms_of(draft)
    for service in servers_asking(draft):
        elements = elements_in_force(draft.effective.of(service))
        hidden = [name for name in wanted if is_hidden(name, elements)]
        if not hidden:
            continue
        words = f"{FILTER} hides {listed(hidden)} on the service {service.name}"
        remedy = f"Take {FILTER} out of main.cf and master.cf, or add them to it."
        if len(hidden) == len(wanted):
            words = f"{words}; with no mechanism left, it would break off every session"
            return draft.with_finding(refusal("no-mechanism-left", words, remedy))
        return draft.with_finding(
            warning(
                "mechanisms-filtered",
                f"{words}, so that nobody can log in that way there",
                remedy,
            )
        )
    return draft


def elements_in_force(effective: Effective) -> tuple[str, ...]:
    """Those of Postfix's default where it is not set; one that is set to nothing hides all."""
    is_set = effective.written(FILTER) is not None
    return effective.elements(FILTER) if is_set else FILTER_UNLESS_SET


def is_hidden(mechanism: str, elements: tuple[str, ...]) -> bool:
    """Whether this filter surely hides it. What a table or file would say is not looked at."""
    return _lets_through(mechanism, elements) is False


def let_through(
    mechanisms: Iterable[str], effective: Effective, version: Version
) -> frozenset[str] | None:
    """Those that the filter in force does not hide; None where a table or file decides."""
    names = frozenset(mechanisms)
    if version < FILTER_SINCE:
        return names
    elements = elements_in_force(effective)
    answers = {name: _lets_through(name, elements) for name in names}
    if None in answers.values():
        return None
    return frozenset(name for name, passes in answers.items() if passes)


def _lets_through(mechanism: str, elements: tuple[str, ...]) -> bool | None:
    """The first element that matches decides, and where none does it is hidden, too.

    None where a table or file may match before. Each exclamation mark turns an element round.
    """
    for element in elements:
        pattern = element.lstrip("!")
        if pattern.upper() == mechanism or pattern.startswith(MATCHES_ALL):
            return (len(element) - len(pattern)) % 2 == 0
        if ":" in pattern or "/" in pattern:
            return None
    return False
