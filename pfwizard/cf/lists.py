"""Lists in values: what Postfix takes for the items of one.

Items are separated by commas and white space; braces hold an item together (mystrtokq(3) with
CHARS_COMMA_SP). The grouping of words into items is for people: Postfix itself reads
``check_client_access hash:/x`` as two words.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from pfwizard.cf.words import BLANKS, words_of

# Access restriction lists, postconf(5): the word after one of these is its argument, and
# warn_if_reject applies to the word after it.
_TAKES_AN_ARGUMENT = re.compile(
    r"check_\w+_(access|service)|check_policy_service|warn_if_reject|sleep"
    r"|(reject|permit)_(rbl|rhsbl|dnswl|rhswl)\w*"
)


@lru_cache
def split_list(value: str) -> tuple[str, ...]:
    """The words of a list, without the separators between them."""
    return tuple(word.text for word in words_of(value, "," + BLANKS))


def items_of(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Groups words, which may end in a comma, into what belongs on one line."""
    item: list[str] = []
    for index, word in enumerate(words):
        item.append(word)
        ends = word.endswith(",") or not _TAKES_AN_ARGUMENT.fullmatch(word)
        if (ends and not _held_by_a_brace(item)) or index == len(words) - 1:
            yield tuple(item)
            item = []


def _held_by_a_brace(item: Sequence[str]) -> bool:
    text = "".join(item)
    return text.count("{") > text.count("}")
