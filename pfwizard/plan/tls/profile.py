"""The profile that the answers choose, as settings; what is stricter today stays."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pfwizard.enumeration import listed
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note
from pfwizard.plan.tls.profiles import (
    BEST_SUITES,
    NEVER_RENEGOTIATES,
    POST_QUANTUM,
    PROFILES,
    SINCE,
    Profile,
)
from pfwizard.plan.tls.tls_versions import allowed, at_least, is_at_least_as_strict

MANDATORY_PROTOCOLS, PROTOCOLS = "smtpd_tls_mandatory_protocols", "smtpd_tls_protocols"
GRADES = ("smtpd_tls_ciphers", "smtpd_tls_mandatory_ciphers")
DEFAULT_GRADE, STRICTEST_GRADE = "medium", "high"
POSTFIX_MINIMUM = "TLSv1"
"""What Postfix itself allows: ``>=TLSv1``, before 3.6 ``!SSLv2, !SSLv3``."""

NO_RENEGOTIATION = "NO_RENEGOTIATION"


@dataclass(frozen=True)
class Wish:
    """What the profile wants of one parameter: a value, or None for Postfix's own default.

    ``is_met`` tells whether a value does all that is wanted, and ``exceeds`` whether more.
    """

    name: str
    value: str | None
    is_met: Callable[[str], bool]
    exceeds: Callable[[str], bool] = lambda present: False


def plan_profile(draft: Draft) -> Draft:
    """Plan the settings of the chosen profile, and tell what it costs."""
    profile = PROFILES.get(draft.answers.tls.profile)
    if profile is None:
        return draft
    kept = []
    for wish in _wishes(draft, profile):
        present = draft.effective_until_now.value(wish.name)
        is_set = draft.main.get(wish.name) is not None
        if is_set and wish.exceeds(present):
            kept.append(wish.name)
        elif not (is_set and wish.is_met(present)):
            draft = _granted(draft, wish)
    return _tell(draft, profile, kept)


def _granted(draft: Draft, wish: Wish) -> Draft:
    if wish.value is None:
        return draft.without_setting(wish.name)
    return draft.with_setting(wish.name, wish.value)


def _tell(draft: Draft, profile: Profile, kept: list[str]) -> Draft:
    if kept:
        draft = draft.with_finding(
            note(
                "stricter-than-profile",
                f"{listed(kept)} in main.cf {'is' if len(kept) == 1 else 'are'} stricter than "
                f"{profile.title}, and stay{'s' if len(kept) == 1 else ''}",
                "To follow the profile there too, take the setting out of main.cf by hand.",
            )
        )
    return draft.with_finding(note("reach-of-profile", f"{profile.title}: {profile.reach}"))


def _wishes(draft: Draft, profile: Profile) -> Iterator[Wish]:
    version = draft.facts.postfix.version
    yield _versions(draft, MANDATORY_PROTOCOLS, profile.required)
    yield _versions(draft, PROTOCOLS, profile.optional)
    for name in GRADES:
        yield Wish(
            name,
            None,
            is_met=lambda present: present.lower() == DEFAULT_GRADE,
            exceeds=lambda present: present.lower() == STRICTEST_GRADE,
        )
    yield from _suites(draft, profile)
    if version >= SINCE["tls_eecdh_auto_curves"]:
        yield _groups(draft, profile)
    if version >= SINCE["tls_ffdhe_auto_groups"]:
        yield _finite_fields(profile)
    yield _order(profile)
    if not profile.renegotiates and SINCE["tls_ssl_options"] <= version < NEVER_RENEGOTIATES:
        yield _without_renegotiation(draft)


def _versions(draft: Draft, name: str, minimum: str) -> Wish:
    version = draft.facts.postfix.version
    value = None if minimum == POSTFIX_MINIMUM else at_least(minimum, version)
    wanted = allowed(at_least(minimum, version), version)

    def is_met(present: str) -> bool:
        return is_at_least_as_strict(present, minimum, version)

    def exceeds(present: str) -> bool:
        return is_met(present) and allowed(present, version) < wanted

    return Wish(name, value, is_met, exceeds)


def _suites(draft: Draft, profile: Profile) -> Iterator[Wish]:
    """The lists behind the grades in use; what is behind the others is of no consequence."""
    in_use = {draft.effective_until_now.value(name).lower() for name in GRADES}
    for grade in (DEFAULT_GRADE, STRICTEST_GRADE):
        is_used = grade == DEFAULT_GRADE or grade in in_use
        if is_used or not profile.suites:
            yield _selection(f"tls_{grade}_cipherlist", profile.suites, BEST_SUITES)


def _groups(draft: Draft, profile: Profile) -> Wish:
    is_known = POST_QUANTUM in draft.facts.postfix.defaults.get("tls_eecdh_auto_curves", "")
    known = tuple(each for each in profile.groups if is_known or each != POST_QUANTUM)
    return _selection("tls_eecdh_auto_curves", known, (), separator=" ")


def _selection(
    name: str, wanted: tuple[str, ...], strict: tuple[str, ...], separator: str = ":"
) -> Wish:
    """A list that is stricter where it names some of what is wanted, and nothing else.

    ``strict`` are the names that are stricter than Postfix's default, where that is wanted.
    """

    def exceeds(present: str) -> bool:
        names = set(_names(present))
        return names < set(wanted) if wanted else bool(names) and names <= set(strict)

    return Wish(
        name,
        separator.join(wanted) or None,
        is_met=lambda present: bool(wanted) and _names(present) == wanted,
        exceeds=lambda present: bool(present) and exceeds(present),
    )


def _names(value: str) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[\s,:]+", value)))


def _finite_fields(profile: Profile) -> Wish:
    """No groups at all, where none of the suites uses one."""
    return Wish(
        "tls_ffdhe_auto_groups",
        "" if profile.suites else None,
        is_met=lambda present: bool(profile.suites) and not present,
    )


def _order(profile: Profile) -> Wish:
    wanted = "yes" if profile.server_chooses else None
    return Wish(
        "tls_preempt_cipherlist", wanted, is_met=lambda present: present.lower() == (wanted or "no")
    )


def _without_renegotiation(draft: Draft) -> Wish:
    present = draft.effective_until_now.elements("tls_ssl_options")
    return Wish(
        "tls_ssl_options",
        " ".join((*present, NO_RENEGOTIATION)),
        is_met=lambda value: NO_RENEGOTIATION in _names(value.upper()),
    )
