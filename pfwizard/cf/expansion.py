"""``$name`` in values: mac_parse(3) and mac_expand(3) of Postfix.

``$name``, ``${name}`` and ``$(name)`` stand for a parameter's value, itself expanded; ``$$`` for
a dollar sign. ``${name?text}`` is the text if the value is not empty, ``${name:text}`` if it is.
With texts in braces there are also ``${name?{text}:{text}}``, comparisons such as
``${{text} == {text} ? {text} : {text}}`` (Postfix 3.0) and comparisons of compatibility levels
such as ``<=level`` (Postfix 3.6).
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from pfwizard.cf.problem import Problem, warning
from pfwizard.cf.text import encode

Lookup = Callable[[str], str | None]

# Postfix counts a hundred macros and texts per value before it gives up; a value that refers to
# itself is what it means.
_DEEPEST = 100

# Postfix has no such limits: a program goes on until it has no memory left. These are far beyond
# what anybody means, such as ten thousand networks in mynetworks, which have 200 kB.
_MOST_MACROS = 2_000
_LONGEST = 16 * 1024 * 1024

_BLANK = " \t\r\n"
_NAME = re.compile(r"[A-Za-z0-9_]*")
_RELATION = re.compile(r"([<>!=?+\-*/~&|%]*)([A-Za-z0-9]*)")
_CLOSING: Mapping[str, str] = {"{": "}", "(": ")"}
_LEVEL = re.compile(r"([0-9]+)(?:\.([0-9]+)(?:\.([0-9]+))?)?")

_RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">=": operator.ge,
    ">": operator.gt,
}


class BadExpansion(ValueError):
    """A macro that makes Postfix give up; the message is Postfix's own as far as it has one."""


class _Literal(NamedTuple):
    text: str


class _Relation(NamedTuple):
    """Two texts to be expanded and compared."""

    left: str
    operator: str
    kind: str
    right: str


class _Macro(NamedTuple):
    """What stands between ``${`` and ``}``.

    ``test`` is a parameter's name or a comparison. Without texts, its value is the result.
    """

    test: str | _Relation
    if_true: str | None
    if_false: str | None


def expand(value: str, lookup: Lookup) -> str:
    """The value with every macro replaced by what it stands for.

    ``lookup`` gives a parameter's unexpanded value, None if there is no such parameter; that
    counts as empty. Raises BadExpansion where Postfix would not go on: a macro without a name or
    an end, a malformed expression, a value that refers to itself, or one that grows until there
    is no memory left, as ``$a`` does where each of forty parameters has the next one twice.
    """
    return _expanded(value, _limited(lookup), 0)


@lru_cache(maxsize=4096)
def references(value: str) -> tuple[str, ...]:
    """The parameters that a value mentions in any of its branches, each once, in order.

    Raises BadExpansion for a macro that Postfix cannot read.
    """
    return tuple(dict.fromkeys(_mentioned(value, 0)))


def expansion_problems(line: int, value: str) -> Iterator[Problem]:
    """What postconf(1) says about the macros in a value.

    It is a warning, as nothing happens while the parameter is not used: a program that does use
    it gives up.
    """
    try:
        references(value)
    except BadExpansion as error:
        yield warning(line, str(error))


def _limited(lookup: Lookup) -> Lookup:
    """The same for one expansion, which must come to an end: all of its text is looked up here."""
    macros = length = 0

    def limited(name: str) -> str | None:
        nonlocal macros, length
        value = lookup(name)
        macros, length = macros + 1, length + len(value or "")
        if macros > _MOST_MACROS or length > _LONGEST:
            raise BadExpansion(f"unreasonable length, which grows with each reference to ${name}")
        return value

    return limited


def _expanded(value: str, lookup: Lookup, depth: int) -> str:
    if depth > _DEEPEST:
        raise BadExpansion(f'unreasonable macro call nesting: "{value}"')
    return "".join(
        part.text if isinstance(part, _Literal) else _result(part, lookup, depth + 1)
        for part in _parts(value)
    )


def _result(macro: _Macro, lookup: Lookup, depth: int) -> str:
    if isinstance(macro.test, _Relation):
        found = "true" if _holds(macro.test, lookup, depth) else ""
    else:
        found = lookup(macro.test) or ""
    if macro.if_true is None and macro.if_false is None:
        return _expanded(found, lookup, depth)
    chosen = macro.if_true if found else macro.if_false
    return _expanded(chosen or "", lookup, depth)


def _holds(relation: _Relation, lookup: Lookup, depth: int) -> bool:
    left = _expanded(relation.left, lookup, depth)
    right = _expanded(relation.right, lookup, depth)
    compare = _RELATIONS[relation.operator]
    if relation.kind == "level":
        return compare(_level(left), _level(right))
    if _is_number(left) and _is_number(right):
        return compare(int(left), int(right))
    return compare(encode(left), encode(right))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _level(text: str) -> tuple[int, ...]:
    match = _LEVEL.fullmatch(text)
    if match is None:
        raise BadExpansion(f'malformed compatibility level syntax: "{text}"')
    return tuple(int(number or 0) for number in match.groups())


def _mentioned(value: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise BadExpansion(f'unreasonable macro call nesting: "{value}"')
    for part in _parts(value):
        if isinstance(part, _Literal):
            continue
        if isinstance(part.test, _Relation):
            yield from _mentioned(part.test.left, depth + 1)
            yield from _mentioned(part.test.right, depth + 1)
        else:
            yield part.test
        for text in (part.if_true, part.if_false):
            if text is not None:
                yield from _mentioned(text, depth + 1)


def _parts(value: str) -> Iterator[_Literal | _Macro]:
    """A value as literal texts and macros: mac_parse(3)."""
    place = 0
    while place < len(value):
        dollar = value.find("$", place)
        if dollar < 0:
            yield _Literal(value[place:])
            return
        if dollar > place:
            yield _Literal(value[place:dollar])
        following = value[dollar + 1 : dollar + 2]
        if following == "$":
            yield _Literal("$")
            place = dollar + 2
            continue
        start = dollar + 1
        if following in _CLOSING:
            end = _closing(value, start, following)
            text, place = value[start + 1 : end], end + 1
        else:
            text = _named(value, start)
            place = start + len(text)
        if not text:
            raise BadExpansion(f'empty macro name: "{value}"')
        yield _macro(text)


def _closing(text: str, opening: int, bracket: str) -> int:
    level = 0
    for place in range(opening, len(text)):
        if text[place] == bracket:
            level += 1
        elif text[place] == _CLOSING[bracket]:
            level -= 1
            if level == 0:
                return place
    raise BadExpansion(f'truncated macro reference: "{text}"')


def _named(text: str, start: int) -> str:
    match = _NAME.match(text, start)
    return match[0] if match else ""


def _macro(text: str) -> _Macro:
    """The parts of a macro: mac_expand(3)."""
    bare = text.lstrip(_BLANK)
    test: str | _Relation
    if bare.startswith("{"):
        test, rest = _relation(bare)
    else:
        test = _named(bare, 0)
        rest = bare[len(test) :].lstrip(_BLANK)
    if not rest:
        return _Macro(test, None, None)
    if rest[0] not in "?:":
        raise BadExpansion(_unexpected(test, rest))
    if rest[0] == ":":
        return _Macro(test, None, _last_text(rest[1:]))
    if_true, rest = _text(rest[1:])
    if not rest:
        return _Macro(test, if_true, None)
    if rest[0] != ":":
        raise BadExpansion(f'":" expected at: "...{if_true}}}>>>{rest[:20]}"')
    return _Macro(test, if_true, _last_text(rest[1:]))


def _unexpected(test: str | _Relation, rest: str) -> str:
    if isinstance(test, _Relation):
        return f'"?" or ":" expected at: "...}}>>>{rest[:20]}"'
    return f'attribute name syntax error at: "...{test}>>>{rest[:20]}"'


def _relation(text: str) -> tuple[_Relation, str]:
    left, rest = _braced(text)
    match = _RELATION.match(rest)
    sign, kind = (match[1], match[2]) if match else ("", "")
    if sign not in _RELATIONS:
        raise BadExpansion(f'operator expected at: "...{left}}}>>>{rest[:20]}"')
    if kind not in ("", "level"):
        raise BadExpansion(f'bad operator suffix at: "...{sign}>>>{kind}"')
    rest = rest[len(sign) + len(kind) :].lstrip(_BLANK)
    if not rest.startswith("{"):
        raise BadExpansion(f'"{{expression}}" expected at: "...{{{left}}} {sign}>>>{rest[:20]}"')
    right, rest = _braced(rest)
    return _Relation(left, sign, kind, right), rest


def _text(text: str) -> tuple[str, str]:
    """A text in braces and what follows it, or all of the text if it has no braces."""
    bare = text.lstrip(_BLANK)
    return _braced(bare) if bare.startswith("{") else (text, "")


def _last_text(text: str) -> str:
    result, rest = _text(text)
    if rest:
        raise BadExpansion(f'unexpected input at: "...{result}}}>>>{rest[:20]}"')
    return result


def _braced(text: str) -> tuple[str, str]:
    end = _closing(text, 0, "{")
    return text[1:end], text[end + 1 :].lstrip(_BLANK)
