"""Merging into a restriction list: what stands there stays, in its order."""

from collections.abc import Iterable

from pfwizard.cf.lists import join_like, split_list

STOPS_A_ROAMING_USER = frozenset(
    {
        "check_policy_service",
        "defer",
        "defer_if_permit",
        "defer_unauth_destination",
        "permit",
        "reject",
        "reject_invalid_helo_hostname",
        "reject_maps_rbl",
        "reject_non_fqdn_helo_hostname",
        "reject_rbl_client",
        "reject_rhsbl_client",
        "reject_rhsbl_helo",
        "reject_rhsbl_reverse_client",
        "reject_unauth_destination",
        "reject_unknown_client",
        "reject_unknown_client_hostname",
        "reject_unknown_helo_hostname",
        "reject_unknown_hostname",
        "reject_unknown_reverse_client_hostname",
    }
)
"""Restrictions that judge the client rather than the message (postconf(5)).

A user on a hotel's network fails them, so that a permit for logged-in users is of use only before
them. Whatever the list checks earlier goes on applying to everyone.
"""

MODIFIER = "warn_if_reject"


def merged(value: str, wanted: Iterable[str]) -> str:
    """The list with every wanted restriction in it, each where it takes effect.

    A restriction that is there already stays where it is; a new one follows its predecessor among
    the wanted, but never something that would stop it. The separator is the list's own.
    """
    elements = list(split_list(value))
    place = 0
    for restriction in wanted:
        if restriction not in elements:
            stop = _first_stop(elements)
            elements.insert(min(place or stop, stop), restriction)
        place = elements.index(restriction) + 1
    return join_like(elements, value)


def _first_stop(elements: list[str]) -> int:
    """The place of the first restriction that stops a roaming user, or the end."""
    for index, element in enumerate(elements):
        if element in STOPS_A_ROAMING_USER:
            return index - 1 if index and elements[index - 1] == MODIFIER else index
    return len(elements)
