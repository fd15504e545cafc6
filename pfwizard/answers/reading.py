"""Reading an answers file: all of it is checked, and all its mistakes are reported at once."""

import difflib
import errno
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath
from typing import Any

from pfwizard.answers import answers as typed
from pfwizard.answers.answers import Answers
from pfwizard.answers.consistency import contradictions
from pfwizard.answers.positions import line_numbers
from pfwizard.answers.question import Kind, Question, Value, shown
from pfwizard.answers.questions import QUESTIONS, SECTIONS
from pfwizard.errors import ExitStatus, InputProblem, PfwizardError
from pfwizard.pki.key_type import KeyType
from pfwizard.pki.subject import Subject
from pfwizard.secret import Secret

FORMAT = 1
LARGEST_FILE = 1 << 20
"""Bytes; an answers file has a few thousand."""


@dataclass(frozen=True)
class Mistake:
    """One thing wrong with the answers: where, what, and what would be right."""

    key: str
    message: str
    remedy: str
    line: int | None = None


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


def load(path: Path) -> Answers:
    """Read an answers file.

    Raises InvalidAnswers for everything that is wrong with it, its permissions included.
    """
    content, mode = _read(path)
    answers = parse(content, file=str(path))
    if mode & 0o077 and answers.server.request_attributes.challenge_password:
        raise InvalidAnswers(
            str(path),
            (
                Mistake(
                    "server.request_attributes.challenge_password",
                    f"the file holds a secret and others may read it (mode {mode:04o})",
                    f"chmod 600 {path}",
                ),
            ),
        )
    return answers


def _read(path: Path) -> tuple[bytes, int]:
    """The content and the mode of one and the same file, whatever is renamed meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise _unreadable(path, "is not a regular file", "Give the name of a TOML file.")
            if status.st_size > LARGEST_FILE:
                raise _unreadable(
                    path, "is too large for an answers file", "Give the name of a TOML file."
                )
            return file.read(), stat.S_IMODE(status.st_mode)
    except OSError as error:
        what = os.strerror(error.errno or errno.EIO)
        raise _unreadable(path, f"cannot be read: {what}", "Check the name.") from error


def _unreadable(path: Path, message: str, remedy: str) -> InvalidAnswers:
    return InvalidAnswers(str(path), (Mistake("", message, remedy),))


def parse(content: bytes, *, file: str = "answers") -> Answers:
    """Turn the text of an answers file into typed answers.

    Raises InvalidAnswers with every mistake; ``file`` is the name shown in them.
    """
    text = _decoded(content, file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidAnswers(file, (_syntax_mistake(error),)) from error
    values, mistakes = _validated(document)
    if not mistakes:
        mistakes = [Mistake(*found) for found in contradictions(values)]
    if mistakes:
        raise InvalidAnswers(file, _in_file_order(mistakes, line_numbers(text)))
    return assemble(values)


def _decoded(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        mistake = Mistake("", "is not UTF-8", "Save the file as UTF-8, as TOML demands.", line)
        raise InvalidAnswers(file, (mistake,)) from error


SYNTAX_PLACE = re.compile(r"^(.*?) \(at (?:line (\d+), column \d+|end of document)\)$")


def _syntax_mistake(error: tomllib.TOMLDecodeError) -> Mistake:
    match = SYNTAX_PLACE.match(str(error))
    what, line = (match.group(1), match.group(2)) if match else (str(error), None)
    return Mistake(
        "",
        f"is not TOML: {what[:1].lower()}{what[1:]}",
        "Texts stand in quotes, lists in square brackets, and every line is name = value.",
        int(line) if line else None,
    )


def _in_file_order(mistakes: list[Mistake], lines: Mapping[str, int]) -> tuple[Mistake, ...]:
    placed = [
        Mistake(mistake.key, mistake.message, mistake.remedy, _line_of(mistake.key, lines))
        for mistake in mistakes
    ]
    return tuple(sorted(placed, key=lambda mistake: mistake.line or 0))


def _line_of(key: str, lines: Mapping[str, int]) -> int | None:
    """The key's own line, or that of the table it belongs into."""
    while key:
        if key in lines:
            return lines[key]
        key = key.rpartition(".")[0]
    return None


Values = dict[str, Value]


def _validated(document: Mapping[str, object]) -> tuple[Values, list[Mistake]]:
    mistakes = list(_format_mistakes(document))
    given = dict(_flattened(document, ""))
    given.pop("format", None)
    known = {question.key for question in QUESTIONS}
    mistakes.extend(_unknown_key(key) for key in given if key not in known)
    values: Values = {}
    for question in QUESTIONS:
        try:
            values[question.key] = _answer(question, given)
        except InputProblem as problem:
            mistakes.append(Mistake(question.key, problem.message, problem.remedy))
    return values, mistakes


def _format_mistakes(document: Mapping[str, object]) -> Iterator[Mistake]:
    found = document.get("format")
    if found is None:
        yield Mistake("format", "is missing", f"Begin the file with: format = {FORMAT}")
    elif found is True or found != FORMAT:
        yield Mistake(
            "format",
            f"{shown(found)} is not a format that this version reads",
            f"Write: format = {FORMAT}",
        )


def _flattened(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    """Dotted keys of everything that is not a table that we know."""
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and key in SECTIONS:
            yield from _flattened(value, f"{key}.")
        else:
            yield key, value


def _unknown_key(key: str) -> Mistake:
    candidates = [question.key for question in QUESTIONS] + sorted(SECTIONS)
    close = difflib.get_close_matches(key, candidates, n=1, cutoff=0.6)
    if not close:
        last = key.rpartition(".")[2]
        close = [question.key for question in QUESTIONS if question.name == last][:1]
    section = key.rpartition(".")[0]
    siblings = [question.name for question in QUESTIONS if question.section == section]
    if close:
        remedy = f"Did you mean {close[0]}?"
    elif siblings:
        remedy = f"[{section}] knows: {', '.join(siblings)}."
    else:
        remedy = f"The tables are: {', '.join(sorted(SECTIONS))}."
    return Mistake(key, "there is no such question", remedy)


def _answer(question: Question, given: Mapping[str, object]) -> Value:
    if question.key in given:
        return question.validated(given[question.key])
    if question.default is None:
        raise InputProblem("is missing", f"Give {question.label[0].lower()}{question.label[1:]}.")
    return question.default


def assemble(values: Mapping[str, Value]) -> Answers:
    """Build the typed answers from the validated values of all questions."""
    return Answers(
        ca=_section(
            typed.AuthorityAnswers, "ca", values, subject=_section(Subject, "ca.subject", values)
        ),
        server=_section(
            typed.ServerAnswers,
            "server",
            values,
            subject=_section(Subject, "server.subject", values),
            request_attributes=_section(
                typed.RequestAttributes, "server.request_attributes", values
            ),
        ),
        tls=_section(typed.TlsAnswers, "tls", values),
        services=_section(typed.ServicesAnswers, "services", values),
        sasl=_section(typed.SaslAnswers, "sasl", values),
    )


def _section(kind: type[Any], section: str, values: Mapping[str, Value], **parts: object) -> Any:
    """One dataclass of the typed answers: its fields are the questions of its section."""
    for field in fields(kind):
        key = f"{section}.{field.name}"
        if key in values:
            parts[field.name] = _typed(key, values[key])
    return kind(**parts)


_BY_KEY = {question.key: question for question in QUESTIONS}
_ENUMERATIONS: Mapping[str, type] = {
    "ca.key_type": KeyType,
    "server.key_type": KeyType,
    "server.layout": typed.CertificateLayout,
    "tls.security_level": typed.SecurityLevel,
    "sasl.scope": typed.SaslScope,
    "sasl.backend": typed.SaslBackend,
}


def _typed(key: str, value: Value) -> object:
    if key in _ENUMERATIONS:
        return _ENUMERATIONS[key](value)
    kind = _BY_KEY[key].kind
    if kind is Kind.PATH:
        return PurePosixPath(str(value)) if value else None
    if kind is Kind.SECRET:
        return Secret(str(value))
    return value
