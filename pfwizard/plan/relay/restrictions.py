"""Merging into a restriction list: what stands there stays, in its order."""

from collections.abc import Callable, Iterable, Sequence

from pfwizard.cf.lists import split_list
from pfwizard.cf.words import BLANKS, Word, words_of

STOPS_A_ROAMING_USER = frozenset(
    {
        "check_policy_service",
        "defer",
        "defer_if_permit",
        "defer_unauth_destination",
        "permit",
        "reject",
        "reject_invalid_helo_hostname",
        "reject_invalid_hostname",
        "reject_maps_rbl",
        "reject_non_fqdn_helo_hostname",
        "reject_non_fqdn_hostname",
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

WARN_IF_REJECT = "warn_if_reject"

SEPARATORS = "," + BLANKS

Read = Callable[[str], str]
"""What a word of a list stands for: a reference or a restriction class for a list of its own."""


def merged(value: str, wanted: Iterable[str], read: Read = str) -> str:
    """The list with every wanted restriction in it, each where it takes effect.

    A restriction that is there already stays where it is; a new one follows its predecessor among
    the wanted, but never something that would stop it. What stood there before is not respelled.
    """
    place = 0
    for restriction in wanted:
        words = split_list(value)
        found = _end_of(words, split_list(restriction), read)
        if found is None:
            stop = _first_stop(words, read)
            at = min(place or stop, stop)
            value = _inserted(value, at, restriction)
            found = at + len(split_list(restriction))
        place = found
    return value


def put_before_stops(value: str, restriction: str, read: Read = str) -> str:
    """The list with this restriction before whatever would stop it, be it there later or not."""
    return _inserted(value, _first_stop(split_list(value), read), restriction)


def _end_of(words: Sequence[str], wanted: Sequence[str], read: Read) -> int | None:
    """The place behind a restriction in the list, or behind the reference that holds it."""
    for index, word in enumerate(words):
        end = index + len(wanted)
        if _same(words[index:end], wanted):
            return end
        held = split_list(read(word))
        if any(_same(held[at : at + len(wanted)], wanted) for at in range(len(held))):
            return index + 1
    return None


def _same(words: Sequence[str], others: Sequence[str]) -> bool:
    return tuple(words) == tuple(others)


def _first_stop(words: Sequence[str], read: Read) -> int:
    """The place of the first restriction that stops a roaming user, or the end."""
    for index, word in enumerate(words):
        if any(held.lower() in STOPS_A_ROAMING_USER for held in split_list(read(word))):
            warned = index and words[index - 1].lower() == WARN_IF_REJECT
            return index - 1 if warned else index
    return len(words)


def _inserted(value: str, index: int, restriction: str) -> str:
    """The text with one more restriction before a word, or at the end, separated as it is."""
    words = list(words_of(value, SEPARATORS))
    if not words:
        return restriction
    separator = _separator(value, words)
    if index == len(words):
        return f"{value[: words[-1].end]}{separator}{restriction}"
    start = words[index].start
    return f"{value[:start]}{restriction}{separator}{value[start:]}"


def _separator(value: str, words: Sequence[Word]) -> str:
    starts = [*(word.start for word in words[1:]), len(value)]
    gaps = [value[word.end : start] for word, start in zip(words, starts, strict=True)]
    with_comma = [gap for gap in gaps if "," in gap]
    if not with_comma:
        return " "
    return "," if all(gap == "," for gap in with_comma) and len(words) > 1 else ", "
