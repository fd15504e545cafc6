"""Settings of TLS in spellings that are no longer read, or have a better one: offered a move."""

from collections.abc import Iterator, Mapping

from pfwizard.answers.wording import Named, Wording
from pfwizard.enumeration import listed
from pfwizard.machine.facts import Facts
from pfwizard.machine.postfix import Version
from pfwizard.plan.draft import Draft
from pfwizard.plan.plan import note, warning
from pfwizard.plan.tls.older_levels import OLDER_LEVELS

WITHOUT_EFFECT: Mapping[str, Version] = {
    "smtpd_tls_cipherlist": Version(2, 3),
    "smtp_tls_cipherlist": Version(2, 3),
    "smtpd_tls_dh1024_param_file": Version(3, 1),
    "smtpd_tls_dh512_param_file": Version(3, 6),
    "smtpd_tls_eecdh_grade": Version(3, 6),
    "tls_eecdh_strong_curve": Version(3, 6),
    "tls_eecdh_ultra_curve": Version(3, 6),
    "tls_export_cipherlist": Version(3, 8),
    "tls_low_cipherlist": Version(3, 8),
}
"""From which version on Postfix ignores it (postconf(5)).

smtpd_tls_dh1024_param_file is read still; since 3.1 there is a group of 2048 bits without it, and
since 3.9 a warning with it.
"""

CACHES = tuple(f"{each}_tls_session_cache_database" for each in ("smtpd", "smtp", "lmtp"))

BY_HAND: Mapping[str, str] = {
    "smtp_tls_per_site": "smtp_tls_policy_maps",
    "lmtp_tls_per_site": "lmtp_tls_policy_maps",
}
"""Tables whose entries have another form in the newer parameter."""

UNNEEDED = (
    "smtpd_tls_session_cache_database",
    "smtpd_tls_session_cache_timeout",
    "tls_random_source",
    "tls_random_bytes",
    "tls_random_reseed_period",
    "tls_random_prng_update_period",
    "tls_random_exchange_name",
    "tls_daemon_random_source",
    "tls_daemon_random_bytes",
)
"""Sessions are resumed by tickets since 2.11, and every system of today has good randomness."""


def plan_obsolete(draft: Draft) -> Draft:
    """Move obsolete settings to what stands for them today, or tell of them."""
    found = obsolete_settings(draft.facts)
    if found and draft.answers.tls.migrate_obsolete:
        draft = _migrated(draft, found)
    elif found:
        draft = draft.with_finding(
            warning(
                "obsolete-settings",
                f"main.cf sets {listed(found)}, which this Postfix ignores or will soon not know",
                Wording("Set ", Named("tls.migrate_obsolete", True), " to have it replaced."),
            )
        )
    return _tell_of_unneeded(_tell_of_what_needs_hands(draft), found)


def obsolete_settings(facts: Facts) -> tuple[str, ...]:
    """The names in main.cf that can be replaced without anybody's help."""
    return tuple(name for name in _replaceable(facts) if facts.configuration.main.get(name))


def _replaceable(facts: Facts) -> Iterator[str]:
    for older in OLDER_LEVELS:
        yield from older.names
    for name, since in WITHOUT_EFFECT.items():
        if facts.postfix.version >= since:
            yield name
    known = facts.postfix.map_types
    for name in CACHES:
        kind, colon, _ = facts.effective.value(name).partition(":")
        if colon and known is not None and kind not in known:
            yield name


def _migrated(draft: Draft, found: tuple[str, ...]) -> Draft:
    for older in OLDER_LEVELS:
        level = older.level_in(draft.effective_until_now)
        if level and not draft.effective_until_now.value(older.level):
            draft = draft.with_setting(older.level, level)
    for name in found:
        draft = draft.without_setting(name)
    return draft.with_finding(
        note(
            "obsolete-settings-replaced",
            f"{listed(found)} in main.cf give{'s' if len(found) == 1 else ''} way to what stands "
            "for it today; what clients and servers meet stays as it is",
        )
    )


def _tell_of_what_needs_hands(draft: Draft) -> Draft:
    tables = [f"{name} in main.cf" for name in BY_HAND if draft.main.get(name)]
    booleans = {name for older in OLDER_LEVELS for name in older.names}
    options = [
        f"{option.name} of the service {service.name} in master.cf"
        for service in draft.master.services
        for option in service.options
        if option.name in booleans
    ]
    if not tables and not options:
        return draft
    return draft.with_finding(
        warning(
            "obsolete-by-hand",
            f"{listed([*tables, *options])}: Postfix will soon not know it, and it cannot be "
            "replaced without a look at what is meant",
            "Write smtp_tls_policy_maps for a table of sites, and the security level in place of "
            "an option (TLS_README).",
        )
    )


def _tell_of_unneeded(draft: Draft, obsolete: tuple[str, ...]) -> Draft:
    asked = {"tls_random_source"} if draft.answers.tls.random_source else set()
    before = draft.facts.configuration.main
    names = [
        name for name in UNNEEDED if before.get(name) and name not in asked and name not in obsolete
    ]
    if not names:
        return draft
    return draft.with_finding(
        note(
            "settings-unneeded",
            f"main.cf sets {listed(names)}: Postfix resumes sessions by tickets and finds good "
            "randomness by itself, so that this does no harm and is not needed",
        )
    )
