"""Words in a row, as a sentence has them."""

from collections.abc import Iterable


def listed(words: Iterable[str]) -> str:
    """``one, two and three``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
