"""Writing an answers file: a fresh one, or what has changed in one that somebody began with."""

import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

import tomlkit
from tomlkit import items
from tomlkit.exceptions import TOMLKitError

from pfwizard.answers.positions import dotted
from pfwizard.answers.question import Question, Value, shown
from pfwizard.answers.questions import QUESTIONS, SECTIONS
from pfwizard.answers.reading import FORMAT, flattened
from pfwizard.errors import InputProblem

WIDTH = 99
"""Columns of a line, unless a single text is longer."""

WIDEST_LIST = WIDTH - len("recipient_restrictions = ")

INTRODUCTION = (
    "# The answers for pfwizard, to be edited at will. To apply them: pfwizard --answers FILE"
)

SECTION = attrgetter("section")

Body = list[tuple[items.Key | None, items.Item]]
"""What tomlkit has of a table: keys with values, and comments and blank lines without a key."""

Home = items.Table | items.InlineTable | None
"""The table to which answers can be added, if there is one."""


NOTHING_ELSE: Mapping[str, Value] = MappingProxyType({})


def written(
    values: Mapping[str, Value], start: str = "", usual: Mapping[str, Value] = NOTHING_ELSE
) -> str:
    """The text of an answers file that gives these answers, by the keys of their questions.

    Where there is a ``start``, it is that very text with the answers replaced that mean something
    else now, and with those added that it lacks; but not with defaults, which count where nothing
    is said. An answer of the wrong form is written as it is: nothing that was typed gets lost.
    ``usual`` is what this machine has in place of defaults.

    Comments are kept as long as that is possible. Where tables are so tangled that it is not, the
    answers matter more, and the text is a fresh one.
    """
    if "\r\n" in start and start.count("\r\n") == start.count("\n"):
        return written(values, start.replace("\r\n", "\n"), usual).replace("\n", "\r\n")
    answers = {key: _in_unicode(value) for key, value in values.items()}
    if not start.strip():
        return _fresh(answers)
    if _says_all(start, answers, usual):
        return start
    try:
        text = _edited(start, answers, usual)
    except (TOMLKitError, RecursionError):
        return _fresh(answers)
    return text if _says_all(text, answers, usual) else _fresh(answers)


def _in_unicode(value: Value) -> Value:
    """The value with lone surrogates spelled out, which UTF-8 and TOML do not have."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return tuple(str(_in_unicode(text)) for text in value) if isinstance(value, tuple) else value


# --- what a file says already -------------------------------------------------------------------


def _says_all(text: str, answers: Mapping[str, Value], usual: Mapping[str, Value]) -> bool:
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return "format" in document and not any(
        _unsaid({**usual, **dict(flattened(document))}, answers)
    )


def _unsaid(given: Mapping[str, object], answers: Mapping[str, Value]) -> Iterator[Question]:
    """The questions that a file with these answers in it does not answer as it should."""
    for question in QUESTIONS:
        if question.key in answers:
            said = given.get(question.key, question.default)
            if said is None or _meant(question, said) != _meant(question, answers[question.key]):
                yield question


def _meant(question: Question, value: object) -> tuple[bool, object]:
    """Whether the value can be used, and what it comes to however it is spelled."""
    try:
        return True, question.validated(value)
    except InputProblem:
        return False, _as_typed(value)


def _as_typed(value: object) -> str:
    """A wrong value as a person would have typed it: that is all that is known of it later."""
    if isinstance(value, list | tuple):
        return ", ".join(map(_as_typed, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return shown(value)  # Python refuses to print a very long one
    return str(value)


# --- a fresh file -------------------------------------------------------------------------------


def _fresh(answers: Mapping[str, Value]) -> str:
    """A file that explains itself: every answer below its question."""
    asked_here = (question for question in QUESTIONS if question.key in answers)
    parts = [f"{INTRODUCTION}\nformat = {FORMAT}\n"]
    for section, questions in groupby(asked_here, key=SECTION):
        explained = (f"{_comment(asked)}\n{_line(asked, answers)}\n" for asked in questions)
        parts.append(f"[{section}]\n" + "\n".join(explained))
    return "\n".join(parts)


def _comment(question: Question) -> str:
    words = f"{question.label}. {question.help}"
    lines = textwrap.wrap(words, WIDTH - len("# "), break_on_hyphens=False)
    return "\n".join(f"# {line}" for line in lines)


def _line(question: Question, answers: Mapping[str, Value]) -> str:
    return f"{question.name} = {_item(answers[question.key]).as_string()}"


# --- a file that somebody began with ------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """Where a key stands in a document: its table's body, and the index in that."""

    key: str
    body: Body
    index: int

    @property
    def item(self) -> items.Item:
        return self.body[self.index][1]

    def replace(self, item: items.Item) -> None:
        """Put another value here; the comment behind it stays."""
        before, after = self.item.trivia, item.trivia
        after.indent, after.trail = before.indent, before.trail
        after.comment_ws, after.comment = before.comment_ws, before.comment
        self.body[self.index] = (self.body[self.index][0], item)

    def remove(self) -> None:
        """Leave nothing here, and every other index as it is."""
        self.body[self.index] = (None, items.Whitespace(""))


def _places(body: Body, above: tuple[str, ...] = ()) -> Iterator[_Place]:
    """Every key of a document, those of tables included; a table may stand in several places."""
    for index, (key, item) in enumerate(body):
        if key is not None:
            path = (*above, key.key)
            yield _Place(dotted(path), body, index)
            if isinstance(item, items.Table | items.InlineTable):
                yield from _places(item.value.body, path)


def _edited(start: str, answers: Mapping[str, Value], usual: Mapping[str, Value]) -> str:
    """The text with other answers: raises TOMLKitError where tomlkit does not understand it.

    What to change is found with tomlkit and changed in the bodies of its tables. Its own ways of
    changing a document put new keys behind the comments that belong to the next table.
    """
    document = tomlkit.parse(start if start.endswith("\n") else f"{start}\n")
    places = list(_places(document.body))
    given = tomllib.loads(start)
    new = [
        question
        for question in _unsaid({**usual, **dict(flattened(given))}, answers)
        if not _replaced(question, answers[question.key], places)
    ]
    growing = {section for section in SECTIONS for each in new if _is_below(section, each)}
    homes = {section: _home(section, places) for section in growing}
    tables = []
    for section, questions in groupby(new, key=SECTION):
        home = homes[section]
        if home is None:
            home = _within_braces(section, homes)
        if home is None:
            lines = (f"{_line(asked, answers)}\n" for asked in questions)
            tables.append(f"[{section}]\n" + "".join(lines))
        else:
            _add(home, {asked.name: _item(answers[asked.key]) for asked in questions})
    beginning = "" if "format" in given else f"format = {FORMAT}\n"
    text = beginning + document.as_string()
    for table in tables:
        text += table if text.endswith("\n\n") else f"\n{table}"
    return text


def _is_below(section: str, question: Question) -> bool:
    return question.key.startswith(f"{section}.")


def _replaced(question: Question, value: Value, places: list[_Place]) -> bool:
    """Replace the answer where it stands; false where it is missing, or a table with a header."""
    mine = [place for place in places if place.key == question.key]
    if len(mine) == 1 and not isinstance(mine[0].item, items.Table | items.AoT):
        mine[0].replace(_instead(mine[0].item, value))
        return True
    for place in mine:
        place.remove()
    return False


def _home(section: str, places: list[_Place]) -> Home:
    """The table to which answers of a section can be added; what is there instead of it goes.

    A table below a header, or within braces, is one whole. Only where keys are written with dots,
    such as ``ca.days``, it may be in pieces, of which the last one grows.
    """
    home: Home = None
    for place in places:
        if place.key != section:
            continue
        table, key = place.item, place.body[place.index][0]
        if isinstance(table, items.Table):
            is_dotted = key is not None and key.is_dotted()
            if is_dotted or not table.is_super_table():
                home = table
        elif isinstance(table, items.InlineTable):
            home = table
        else:
            place.remove()
    return home


def _within_braces(section: str, homes: Mapping[str, Home]) -> items.InlineTable | None:
    """A new table in one that is written within braces, which no header can add to."""
    above, _, name = section.rpartition(".")
    outer = homes.get(above)
    if not isinstance(outer, items.InlineTable):
        return None
    inner = tomlkit.inline_table()
    outer.append(name, inner)
    return inner


def _add(home: items.Table | items.InlineTable, new: Mapping[str, items.Item]) -> None:
    if isinstance(home, items.InlineTable):
        for name, item in new.items():
            home.append(name, item)
        return
    body = home.value.body
    last = max((index for index, entry in enumerate(body) if _is_answer(*entry)), default=None)
    indent = "" if last is None else body[last][1].trivia.indent
    lines: Body = []
    for name, item in new.items():
        item.trivia.indent = indent
        lines.append((tomlkit.key(name), item))
    index = 0 if last is None else last + 1
    body[index:index] = lines


def _is_answer(key: items.Key | None, item: items.Item) -> bool:
    """Whether this is part of the table itself: no comment, and no header of another table."""
    if key is None:
        return False
    return key.is_dotted() or not isinstance(item, items.Table | items.AoT)


def _instead(old: items.Item, value: Value) -> items.Item:
    """The new value in the style of the old one."""
    is_literal = old.as_string().lstrip("[ \t\r\n").startswith("'")
    if isinstance(old, items.Array) and isinstance(value, tuple) and "\n" in old.as_string():
        _edit_lines(old, value, is_literal)
        if _comes_to(old, value):
            return old
    return _item(value, is_literal)


def _edit_lines(array: items.Array, texts: tuple[str, ...], is_literal: bool) -> None:
    """Change a list that goes over several lines by elements, so that the others' comments stay."""
    before = [element if isinstance(element, str) else None for element in array]
    changes = SequenceMatcher(None, before, texts, autojunk=False).get_opcodes()
    for change, begin, end, first, last in reversed(changes):
        if change != "equal":
            for index in reversed(range(begin, end)):
                del array[index]
            for text in reversed(texts[first:last]):
                array.insert(begin, _text(text, is_literal))


def _comes_to(array: items.Array, texts: tuple[str, ...]) -> bool:
    """Whether the list was changed as it should: tomlkit 0.12 loses its way among some commas."""
    try:
        return tomllib.loads(f"list = {array.as_string()}") == {"list": list(texts)}
    except tomllib.TOMLDecodeError:
        return False


def _item(value: Value, is_literal: bool = False) -> items.Item:
    if isinstance(value, tuple):
        array = tomlkit.array()
        for text in value:
            array.append(_text(text, is_literal))
        return array.multiline(len(array.as_string()) > WIDEST_LIST)
    return _text(value, is_literal) if isinstance(value, str) else tomlkit.item(value)


def _text(text: str, is_literal: bool) -> items.String:
    can_be_literal = text.isprintable() and "'" not in text
    return tomlkit.string(text, literal=is_literal and can_be_literal)
