"""Obsolete parameters and restrictions, and those that are too new for this Postfix."""

from collections.abc import Iterator, Mapping

from pfwizard.check.inspection import Inspection
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.machine.parameter_names import came_after
from pfwizard.machine.postfix import SINCE, Version
from pfwizard.plan.plan import Severity
from pfwizard.plan.relay.open_relay import LISTS
from pfwizard.plan.sasl.parameters import OBSOLETE_DIALECT
from pfwizard.plan.tls.obsolete import BY_HAND, UNNEEDED, WITHOUT_EFFECT
from pfwizard.plan.tls.older_levels import OLDER_LEVELS
from pfwizard.plan.tls.profiles import PROFILES

NOTHING = ""
DSA = ("dcert", "dkey")

_LEVELS: Mapping[str, str] = {
    name: f"{older.level} = {words}"
    for older in OLDER_LEVELS
    for name, words in (
        (older.use, "may in place of yes, and none in place of no"),
        (older.enforce, "encrypt in place of yes, and may in place of no"),
        (older.name_check, "verify in place of yes, and encrypt in place of no"),
    )
    if name is not None
}

_OTHERS: Mapping[str, str] = {
    **dict.fromkeys(
        (f"{each}_tls_{kind}_file" for each in ("smtpd", "smtp", "lmtp") for kind in DSA), NOTHING
    ),
    "authorized_verp_clients": "smtpd_authorized_verp_clients",
    "disable_dns_lookups": "smtp_dns_support_level = disabled",
    "fallback_relay": "smtp_fallback_relay",
    "lmtp_per_record_deadline": "lmtp_per_request_deadline",
    "postscreen_blacklist_action": "postscreen_denylist_action",
    "postscreen_dnsbl_whitelist_threshold": "postscreen_dnsbl_allowlist_threshold",
    "postscreen_whitelist_interfaces": "postscreen_allowlist_interfaces",
    "smtp_per_record_deadline": "smtp_per_request_deadline",
    "smtpd_client_connection_limit_exceptions": "smtpd_client_event_limit_exceptions",
    "smtpd_per_record_deadline": "smtpd_per_request_deadline",
    "smtpd_sasl_application_name": "smtpd_sasl_path",
    "tls_dane_digest_agility": NOTHING,
    "tls_dane_trust_anchor_digest_enable": NOTHING,
    "tls_legacy_public_key_fingerprints": NOTHING,
    "tlsproxy_client_level": "tlsproxy_client_security_level",
    "tlsproxy_client_policy": "tlsproxy_client_policy_maps",
    "tlsproxy_enforce_tls": "tlsproxy_tls_security_level",
    "tlsproxy_use_tls": "tlsproxy_tls_security_level",
    "virtual_maps": "virtual_alias_maps",
}

PARAMETERS: Mapping[str, str] = {
    **_LEVELS,
    **dict.fromkeys(WITHOUT_EFFECT, NOTHING),
    **BY_HAND,
    **_OTHERS,
}
"""By name what to set instead, or nothing (DEPRECATION_README; src/postconf/postconf_unused.c)."""

SINCE_WHEN: Mapping[str, Version] = {
    **WITHOUT_EFFECT,
    **dict.fromkeys(
        (
            name
            for name in _OTHERS
            if name.startswith(("postscreen_", "tlsproxy_client")) or "per_record" in name
        ),
        Version(3, 6),
    ),
}
"""Before these releases they had no other name, or were of use."""

OLDEST = Version(0, 0)

RESTRICTIONS: Mapping[str, str] = {
    "permit_naked_ip_address": "permit_mynetworks or permit_sasl_authenticated",
    "reject_maps_rbl": "reject_rbl_client with the domain",
    "reject_rbl": "reject_rbl_client",
    "reject_rhsbl": "reject_rhsbl_sender",
    "check_relay_domains": "reject_unauth_destination",
    "check_recipient_maps": "reject_unlisted_recipient",
    "reject_invalid_hostname": "reject_invalid_helo_hostname",
    "reject_non_fqdn_hostname": "reject_non_fqdn_helo_hostname",
    "reject_unknown_hostname": "reject_unknown_helo_hostname",
    "reject_unknown_client": "reject_unknown_client_hostname",
    "reject_unknown_address": "reject_unknown_sender_domain or reject_unknown_recipient_domain",
}
"""By name the restriction that does it today (postconf(5), postconf_unused.c)."""

OF_PROFILES = frozenset(":".join(each.suites) for each in PROFILES.values())
"""The lists of ciphers that tls.profile sets."""

CIPHER_LISTS = ("tls_high_cipherlist", "tls_medium_cipherlist", "tls_null_cipherlist")


def _set(inspection: Inspection) -> Iterator[tuple[str, str, Place]]:
    """Each parameter that is set somewhere, its value, and where."""
    for name, setting in inspection.settings.items():
        yield name, setting.value, Place(inspection.main_path, setting.line)
    for service in inspection.active:
        for option in service.options:
            yield option.name, option.value, inspection.place_of(option.name, service)


def _parameters(inspection: Inspection) -> Iterator[Occurrence]:
    version = inspection.facts.postfix.version
    for name, value, place in _set(inspection):
        is_obsolete = name in PARAMETERS and version >= SINCE_WHEN.get(name, OLDEST)
        if is_obsolete and value:
            harm = "" if PARAMETERS[name] else ", which has no effect or does harm today"
            yield Occurrence(
                f"{name} is obsolete{harm}",
                _instead(inspection, name),
                place,
                f"{name} = {value}",
            )


def _instead(inspection: Inspection, name: str) -> str:
    level = next((each.level for each in OLDER_LEVELS if name in each.names), None)
    if level is not None and inspection.main.get(level):
        return f"Take it out: {level} is set, and beats it."
    return f"Set {PARAMETERS[name]}." if PARAMETERS[name] else "Take it out."


def _restrictions(inspection: Inspection) -> Iterator[Occurrence]:
    for parameter in LISTS:
        for value in inspection.in_force(parameter, inspection.servers):
            for word in value.effective.elements(parameter):
                if word.lower() in RESTRICTIONS:
                    yield Occurrence(
                        f"{parameter} holds {word}, which is obsolete: newer releases of Postfix "
                        "warn of it, or do not know it any more",
                        f"Write {RESTRICTIONS[word.lower()]}.",
                        value.place,
                        str(value),
                    )


def _too_new(inspection: Inspection) -> Iterator[Occurrence]:
    version = inspection.facts.postfix.version
    for name, value, place in _set(inspection):
        since = SINCE.get(name) or came_after(name, version)
        if since is not None and version < since:
            yield Occurrence(
                f"Postfix {version} has no {name}, which came with Postfix "
                f"{since.major}.{since.minor} or shortly before; it is passed over",
                "Take it out, or upgrade Postfix.",
                place,
                f"{name} = {value}",
            )


def _cipher_lists(inspection: Inspection) -> Iterator[Occurrence]:
    for name in CIPHER_LISTS:
        setting = inspection.settings.get(name)
        if setting is not None and setting.value not in OF_PROFILES:
            yield Occurrence(
                f"{name} is written by hand: it stays as it is when Postfix and OpenSSL learn of "
                "weaknesses",
                "Take it out, unless a policy asks for this list.",
                Place(inspection.main_path, setting.line),
                f"{name} = {setting.value}",
            )


def _unneeded(inspection: Inspection) -> Iterator[Occurrence]:
    for name in UNNEEDED:
        setting = inspection.settings.get(name)
        if setting is not None and setting.value:
            yield Occurrence(
                f"{name} is not needed: Postfix resumes sessions by tickets and finds good "
                "randomness by itself",
                "Take it out, or leave it: it does no harm.",
                Place(inspection.main_path, setting.line),
                f"{name} = {setting.value}",
            )


def _dialect(inspection: Inspection) -> Iterator[Occurrence]:
    for value in inspection.in_force(OBSOLETE_DIALECT, inspection.servers):
        if value.value.lower() == "yes":
            yield Occurrence(
                f"{OBSOLETE_DIALECT} is for Outlook Express 4 and Exchange 5.0",
                "Take it out.",
                value.place,
                str(value),
            )


RULES = (
    Rule(
        "obsolete-parameter",
        Severity.WARNING,
        "An obsolete parameter",
        "Postfix 3.9 and later warn of such parameters, and will do without them some day. "
        "Often their successors overrule them already.",
        _parameters,
    ),
    Rule(
        "obsolete-restriction",
        Severity.WARNING,
        "An obsolete restriction",
        "It has another name today, or is gone. Postfix 3.9 and later warn of some of them, and "
        "a restriction that smtpd does not know makes it defer all mail.",
        _restrictions,
    ),
    Rule(
        "unavailable-parameter",
        Severity.WARNING,
        "A parameter that is newer than this Postfix",
        "Postfix takes every name, and so passes over in silence what it does not know.",
        _too_new,
    ),
    Rule(
        "ciphers-by-hand",
        Severity.NOTE,
        "A list of ciphers written by hand",
        "The authors of Postfix strongly discourage it (postconf(5), tls_medium_cipherlist). "
        "Lists from a guide are of the year of the guide, and TLS 1.3 does not go by them.",
        _cipher_lists,
    ),
    Rule(
        "settings-unneeded",
        Severity.NOTE,
        "What guides set and Postfix does not need",
        "Old guides set sources of randomness and a cache of sessions. Every system of today "
        "has good randomness, and sessions are resumed by tickets since Postfix 2.11.",
        _unneeded,
    ),
    Rule(
        "obsolete-dialect",
        Severity.NOTE,
        "A form of AUTH that no client needs any more",
        "broken_sasl_auth_clients adds a line to the answer to EHLO for mail programs of the "
        "nineties.",
        _dialect,
    ),
)
