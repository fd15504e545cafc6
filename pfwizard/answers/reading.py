"""Reading an answers file: all of it is checked, and all its mistakes are reported at once."""

import errno
import os
import re
import shlex
import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pfwizard.answers.answers import Answers
from pfwizard.answers.assembly import assemble
from pfwizard.answers.consistency import contradictions
from pfwizard.answers.positions import Key, dotted, line_numbers, occurrences
from pfwizard.answers.question import Kind, Value, shown
from pfwizard.answers.questions import QUESTIONS, SECTIONS
from pfwizard.answers.relevance import is_relevant
from pfwizard.answers.unknown_keys import KNOWN, unknown
from pfwizard.errors import ExitStatus, InputProblem, PfwizardError
from pfwizard.private_file import OPEN_TO_OTHERS
from pfwizard.quoting import visible

FORMAT = 1
LARGEST_FILE = 1 << 16
"""Bytes; an answers file has a few thousand."""

LONGEST_KEY = 80
"""Characters of a key that are shown."""

PRIVATE_MODE = 0o600


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with the answers: where, what, and what would be right."""

    key: str
    message: str
    remedy: str
    line: int | None = None

    def __str__(self) -> str:
        line = "" if self.line is None else f"line {self.line}: "
        subject = f"{self.key}: " if self.key else ""
        return f"{line}{subject}{self.message}. {self.remedy}"


class InvalidAnswers(PfwizardError):
    """The answers cannot be used; carries every mistake that was found."""

    exit_status = ExitStatus.USAGE

    def __init__(self, file: str, mistakes: tuple[Mistake, ...]) -> None:
        self.file = file
        self.mistakes = mistakes
        super().__init__("\n".join(self._shown(mistake) for mistake in mistakes))

    def _shown(self, mistake: Mistake) -> str:
        place = self.file if mistake.line is None else f"{self.file}:{mistake.line}"
        subject = f"{mistake.key}: " if mistake.key else ""
        return f"{place}: {subject}{mistake.message}\n  {mistake.remedy}"


@dataclass(frozen=True)
class Start:
    """What an answers file has to offer to somebody who goes on from it, right or wrong.

    ``values`` are the answers by the keys of their questions, as they stand in the file;
    ``mistakes`` what is wrong with it, without the answers it lacks and the contradictions between
    them; ``text`` the file itself, its line ends as they are, to be saved with its comments kept.
    """

    values: Mapping[str, object] = field(repr=False)  # there may be a secret among them
    mistakes: tuple[Mistake, ...]
    text: str = field(repr=False)


Values = dict[str, Value]
Usual = Callable[[], Mapping[str, Value]]
"""What this machine has in place of defaults; it is not asked for while the file is wrong."""


def nothing_else() -> Mapping[str, Value]:
    """The defaults of the questions count, as they do on most platforms."""
    return {}


def load(path: Path, usual: Usual = nothing_else) -> Answers:
    """Read an answers file.

    Raises InvalidAnswers for everything that is wrong with it, its permissions included.
    """
    content, mode = _read(path)
    return parse(content, file=visible(str(path)), mode=mode, usual=usual)


def start_from(path: Path) -> Start:
    """Read an answers file that need not be complete, nor right.

    Raises InvalidAnswers where there is nothing to start from: the file cannot be read, is no TOML,
    or says that it has a format other than ours.
    """
    content, mode = _read(path)
    file = visible(str(path))
    text = _decoded(content, file)
    document = _document(text, file)
    lines = line_numbers(text)
    format_mistakes = tuple(_format_mistakes(document))
    if format_mistakes and "format" in document:
        raise InvalidAnswers(file, _in_file_order(format_mistakes, lines))
    given = dict(flattened(document))
    _, mistakes = _validated(given, file, mode)
    return Start(
        {question.key: given[question.key] for question in QUESTIONS if question.key in given},
        _in_file_order((*format_mistakes, *mistakes), lines),
        content.decode("utf-8-sig"),
    )


def _read(path: Path) -> tuple[bytes, int]:
    """The content and the mode of one and the same file, whatever is renamed meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            if stat.S_ISDIR(status.st_mode):
                raise _unusable(path, "is a directory", "Give the name of a TOML file.")
            if not stat.S_ISREG(status.st_mode):
                raise _unusable(path, "is not a regular file", "Give the name of a TOML file.")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(LARGEST_FILE + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        number = error.errno or errno.EIO
        remedy = EXPLANATIONS.get(number, "Check the file and the disk that it is on.")
        raise _unusable(path, f"cannot be read: {os.strerror(number)}", remedy) from error
    if len(content) > LARGEST_FILE:
        raise _unusable(
            path, "is too large for an answers file", f"At most {LARGEST_FILE} bytes are read."
        )
    return content, stat.S_IMODE(status.st_mode)


EXPLANATIONS = {
    errno.ENOENT: "Check the name.",
    errno.ENOTDIR: "Check the name.",
    errno.ENAMETOOLONG: "Check the name.",
    errno.ELOOP: "Remove the circle of symbolic links.",
    errno.EACCES: "Run pfwizard as root, or as a user who may read the file.",
    errno.ENXIO: "Give the name of a TOML file.",
}


def _unusable(path: Path, message: str, remedy: str) -> InvalidAnswers:
    return InvalidAnswers(visible(str(path)), (Mistake("", message, remedy),))


def parse(
    content: bytes,
    *,
    file: str = "answers",
    mode: int = PRIVATE_MODE,
    usual: Usual = nothing_else,
) -> Answers:
    """Turn the text of an answers file into typed answers.

    Raises InvalidAnswers with every mistake, in the order of the file. ``file`` is the name shown
    in them; ``mode`` are the file's permissions, which must be private when it holds a secret.
    ``usual`` may have other defaults.
    """
    text = _decoded(content, file)
    document = _document(text, file)
    given = dict(flattened(document))
    right, wrong = _validated(given, file, mode)
    values = {**_defaults(given), **right}
    mistakes = (
        *_format_mistakes(document),
        *wrong,
        *_missing(given, values),
        *(Mistake(*found) for found in contradictions(values)),
    )
    if not mistakes:
        values = {**values, **{key: each for key, each in usual().items() if key not in given}}
        mistakes = tuple(Mistake(*found) for found in contradictions(values))
    if mistakes:
        raise InvalidAnswers(file, _in_file_order(mistakes, line_numbers(text)))
    return assemble(values)


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        mistake = Mistake("", "is not UTF-8", "Save the file as UTF-8, as TOML demands.", line)
        raise InvalidAnswers(file, (mistake,)) from error


def _document(text: str, file: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        mistake = _syntax_mistake(text, error)
    except RecursionError:
        mistake = Mistake(
            "", "has too many brackets inside one another", "No answer needs more than one pair."
        )
    except ValueError:  # int() of more digits than Python converts
        number = LONG_NUMBER.search(text)
        line = text.count("\n", 0, number.start()) + 1 if number else None
        mistake = Mistake("", "holds a number of thousands of digits", "Correct the number.", line)
    raise InvalidAnswers(file, (mistake,))


LONG_NUMBER = re.compile(r"[0-9_]{1000}")
SYNTAX_PLACE = re.compile(r"^(.*?) \(at (?:line (\d+), column \d+|end of document)\)$", re.DOTALL)


def _syntax_mistake(text: str, error: tomllib.TOMLDecodeError) -> Mistake:
    """The reader's own words, or better ones for a key that is given twice.

    What lacks its end is found by the reader at the end of the file, and by the operator where it
    begins: at the last key.
    """
    match = SYNTAX_PLACE.match(str(error))
    what, place = (match.group(1), match.group(2)) if match else (str(error), None)
    keys = [
        (dotted(key), line)
        for key, line in occurrences(text)
        if place is None or line <= int(place)
    ]
    last_key, last_line = keys[-1] if keys else ("", None)
    earlier = [line for key, line in keys[:-1] if key == last_key]
    if earlier and what.startswith("Cannot"):
        message = f"is given a second time, after line {earlier[0]}"
        return Mistake(_shortened(last_key), message, "Keep one of the two.", last_line)
    return Mistake(
        "",
        f"is not TOML: {visible(what[:1].lower() + what[1:])}",
        "Texts stand in quotes, lists in square brackets, and every line is name = value.",
        int(place) if place else last_line,
    )


def _in_file_order(mistakes: Iterable[Mistake], lines: Mapping[str, int]) -> tuple[Mistake, ...]:
    placed = [
        replace(
            mistake,
            key=_shortened(mistake.key),
            line=mistake.line or _line_of(mistake.key, lines),
        )
        for mistake in mistakes
    ]
    return tuple(sorted(placed, key=lambda mistake: mistake.line or LARGEST_FILE))


def _shortened(key: str) -> str:
    return visible(key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}...")


def _line_of(key: str, lines: Mapping[str, int]) -> int | None:
    """The key's own line, or that of the table it belongs into."""
    while key:
        if key in lines:
            return lines[key]
        key = key.rpartition(".")[0]
    return None


def _validated(given: Mapping[str, object], file: str, mode: int) -> tuple[Values, list[Mistake]]:
    """The answers that are right, and what is wrong with everything else that is given."""
    mistakes = [Mistake(*unknown(key, value)) for key, value in given.items() if key not in KNOWN]
    values: Values = {}
    for question in QUESTIONS:
        if question.key not in given:
            continue
        try:
            values[question.key] = question.validated(given[question.key])
        except InputProblem as problem:
            mistakes.append(Mistake(question.key, problem.message, problem.remedy))
    if mode & OPEN_TO_OTHERS:
        mistakes.extend(_exposed_secrets(given, file, mode))
    return values, mistakes


def _defaults(given: Mapping[str, object]) -> Values:
    """What counts where nothing is said."""
    return {
        question.key: question.default
        for question in QUESTIONS
        if question.default is not None and question.key not in given
    }


def _missing(given: Mapping[str, object], values: Values) -> Iterator[Mistake]:
    for question in QUESTIONS:
        is_wanted = question.is_required and is_relevant(question, values)
        if is_wanted and question.key not in given:
            yield Mistake(
                question.key,
                "is missing",
                f"Add to [{question.section}]: {question.as_toml_line}. {question.help}",
            )


def _exposed_secrets(given: Mapping[str, object], file: str, mode: int) -> Iterator[Mistake]:
    for question in QUESTIONS:
        if question.kind is Kind.SECRET and given.get(question.key):
            yield Mistake(
                question.key,
                f"is a secret, and other users can open this file (mode {mode:04o})",
                f"Make it private first: chmod 600 {shlex.quote(file)}",
            )


def _format_mistakes(document: Mapping[str, object]) -> Iterator[Mistake]:
    found = document.get("format")
    if found is None:
        yield Mistake("format", "is missing", f"Begin the file with: format = {FORMAT}", 1)
    elif type(found) is not int or found != FORMAT:
        yield Mistake(
            "format",
            f"{shown(found)} is not a format that this version reads",
            f"This version reads: format = {FORMAT}",
        )


def flattened(table: Mapping[str, object], above: Key = ()) -> Iterator[tuple[str, object]]:
    """Dotted keys of everything that is not a table that we know."""
    for name, value in table.items():
        key = (*above, name)
        if isinstance(value, dict) and dotted(key) in SECTIONS:
            yield from flattened(value, key)
        else:
            yield dotted(key), value
