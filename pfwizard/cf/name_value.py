"""``name = value`` in a logical line or an ``-o`` option: Postfix's split_nameval(3)."""

import re
from typing import NamedTuple

from pfwizard.cf.text import WHITE_SPACE, UnwritableValue, writable

_NAME_AND_EQUALS = re.compile(r"[ \t\n\v\f\r]*([^ \t\n\v\f\r=]+)[ \t\n\v\f\r]*(=?)[ \t\n\v\f\r]*")


class BadNameValue(ValueError):
    """Text that is no ``name = value``; the message is Postfix's own."""


class NameValue(NamedTuple):
    """A name, a value, and where they stand in the text.

    ``equals`` is the offset of the equals sign; ``start`` and ``end`` enclose the value.
    """

    name: str
    value: str
    equals: int
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.value)


def split_name_value(text: str) -> NameValue:
    """Splits at the first equals sign and trims both sides.

    Raises BadNameValue when there is no name or no equals sign after it.
    """
    match = _NAME_AND_EQUALS.match(text)
    if match is None:
        raise BadNameValue("missing attribute name")
    if not match[2]:
        raise BadNameValue("missing '=' after attribute name")
    value = text[match.end() :].rstrip(WHITE_SPACE)
    return NameValue(match[1], value, match.start(2), match.end())


def writable_name(name: str) -> str:
    """The name, if a line that starts with it is a setting of that name.

    Raises UnwritableValue for anything else.
    """
    match = _NAME_AND_EQUALS.fullmatch(name)
    if match is None or match[1] != name or name.startswith("#"):
        raise UnwritableValue(f"not a parameter name: {name!r}")
    return writable(name)
