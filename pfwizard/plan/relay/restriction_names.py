"""The access restrictions that smtpd knows (postconf(5), smtpd_*_restrictions).

Of a word that it does not know, smtpd says so in its log only, and defers all mail
("451 4.3.5 Server configuration error", src/smtpd/smtpd_check.c).
"""

import difflib
from collections.abc import Iterable, Iterator

from pfwizard.cf.lists import items_of

_OF_ANY_STAGE = """
    defer defer_if_permit defer_if_reject permit reject sleep warn_if_reject
    check_policy_service reject_multi_recipient_bounce reject_plaintext_session
    reject_unauth_pipelining
"""
_OF_THE_CLIENT = """
    check_ccert_access check_client_a_access check_client_access check_client_mx_access
    check_client_ns_access check_reverse_client_hostname_a_access
    check_reverse_client_hostname_access check_reverse_client_hostname_mx_access
    check_reverse_client_hostname_ns_access check_sasl_access permit_dnswl_client
    permit_inet_interfaces permit_mynetworks permit_naked_ip_address permit_rhswl_client
    permit_sasl_authenticated permit_tls_all_clientcerts permit_tls_clientcerts
    reject_maps_rbl reject_rbl reject_rbl_client reject_rhsbl_client
    reject_rhsbl_reverse_client reject_unknown_client reject_unknown_client_hostname
    reject_unknown_forward_client_hostname reject_unknown_reverse_client_hostname
"""
_OF_HELO = """
    check_helo_a_access check_helo_access check_helo_mx_access check_helo_ns_access
    reject_invalid_helo_hostname reject_invalid_hostname reject_non_fqdn_helo_hostname
    reject_non_fqdn_hostname reject_rhsbl_helo reject_unknown_helo_hostname
    reject_unknown_hostname
"""
_OF_THE_SENDER = """
    check_sender_a_access check_sender_access check_sender_mx_access check_sender_ns_access
    reject_authenticated_sender_login_mismatch reject_known_sender_login_mismatch
    reject_non_fqdn_sender reject_rhsbl_sender reject_sender_login_mismatch
    reject_unauthenticated_sender_login_mismatch reject_unknown_address
    reject_unknown_sender_domain reject_unlisted_sender reject_unverified_sender
"""
_OF_THE_RECIPIENT = """
    check_recipient_a_access check_recipient_access check_recipient_maps
    check_recipient_mx_access check_recipient_ns_access check_relay_domains
    defer_unauth_destination permit_auth_destination permit_mx_backup
    reject_non_fqdn_recipient reject_rhsbl_recipient reject_unauth_destination
    reject_unknown_recipient_domain reject_unlisted_recipient reject_unverified_recipient
"""

KNOWN = frozenset(
    word
    for names in (_OF_ANY_STAGE, _OF_THE_CLIENT, _OF_HELO, _OF_THE_SENDER, _OF_THE_RECIPIENT)
    for word in names.split()
)


def unknown_names(words: Iterable[str], classes: Iterable[str]) -> Iterator[str]:
    """The restrictions in an expanded list that are neither known, nor classes, nor tables."""
    accepted = KNOWN | frozenset(classes)
    for item in items_of(tuple(words)):
        for name in _names_of(item):
            if name.lower() not in accepted and name not in accepted and ":" not in name:
                yield name


def _names_of(item: tuple[str, ...]) -> tuple[str, ...]:
    """The restriction itself, without its argument; that of warn_if_reject is one too."""
    return item[:2] if item[0].lower() == "warn_if_reject" else item[:1]


def meant(name: str) -> str:
    """The known restriction that is most like a name, or an empty text."""
    return next(iter(difflib.get_close_matches(name.lower(), sorted(KNOWN), n=1)), "")
