"""Which parameter somebody meant whose name of it is no parameter."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache

from pfwizard.machine.parameter_names import KNOWN_SOMEWHERE

CLOSE = 0.9
"""From here on (difflib) a name is taken for another one, misspelt."""


def meant_by(name: str) -> str | None:
    """The parameter whose name is almost this one, or None."""
    close = get_close_matches(name, list(_candidates(name)), n=1, cutoff=CLOSE)
    return close[0] if close else None


def _candidates(name: str) -> Iterator[str]:
    """The few names that have enough characters in common with this one.

    The ratio of difflib is 2 * matches / characters of both, and what matches is in both. This
    finds the same as to compare with all of them, a hundred times sooner.
    """
    own = _characters(name)
    for length, names in _by_length().items():
        needed = CLOSE * (len(name) + length) / 2
        if min(len(name), length) >= needed:
            for other, characters in names.items():
                if (own & characters).bit_count() >= needed:
                    yield other


@cache
def _by_length() -> Mapping[int, Mapping[str, int]]:
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for name in sorted(KNOWN_SOMEWHERE):
        found[len(name)][name] = _characters(name)
    return found


def _characters(name: str) -> int:
    """A bit for each character of a name, and further ones where it comes again.

    What two names have in common is then one operation. No parameter has other than ASCII.
    """
    return sum(
        1 << (ord(character) + 128 * times)
        for character, count in Counter(name).items()
        if character.isascii()
        for times in range(count)
    )
