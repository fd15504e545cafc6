"""The text of a table of logins: ``[host]:port user:password`` (SASL_README, postmap(1))."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pfwizard.secret import Secret

BLANKS = " \t\n\v\f\r"
"""What parts words for Postfix, which knows nothing of Unicode here (isspace(3))."""

BLANK_RUN = re.compile(f"[{BLANKS}]+")


@dataclass(frozen=True)
class Paragraph:
    """An entry with the lines that continue it, or what stands between two entries.

    Comments and blank lines among the lines of an entry do not end it (postmap(1)).
    """

    lines: tuple[str, ...]

    @property
    def passed_over(self) -> tuple[str, ...]:
        """The comments and blank lines."""
        return tuple(filter(_is_passed_over, self.lines))

    @property
    def words(self) -> tuple[str, str]:
        """Key and value, both empty for what is no entry."""
        text = "".join(line.rstrip("\n") for line in self.lines if not _is_passed_over(line))
        key, *value = BLANK_RUN.split(text.rstrip(BLANKS), maxsplit=1)
        return (key.lower(), value[0]) if key and value else ("", "")


def entry_for(text: bytes, key: str) -> Secret[str] | None:
    """What the table says for a key, ``user:password``; the first entry counts."""
    for paragraph in _paragraphs(_decoded(text)):
        found, value = paragraph.words
        if found == key.lower():
            return Secret(value)
    return None


def login_in(text: bytes, key: str) -> str:
    """The user in the entry of a relay host, empty where there is none."""
    entry = entry_for(text, key)
    return "" if entry is None else entry.reveal().partition(":")[0]


def can_hold(login: Secret[str]) -> bool:
    """Whether a login comes out of the table as it went in; blanks at its end do not."""
    return not login.reveal().endswith(tuple(BLANKS))


def with_login(text: bytes, relay_host: str, login: Secret[str]) -> bytes:
    """The text with this entry of the relay host in place of the former one, or at its end."""
    new = f"{relay_host} {login.reveal()}\n"
    written: list[str] = []
    is_done = False
    for paragraph in _paragraphs(_decoded(text)):
        if paragraph.words[0] != relay_host.lower():
            written += paragraph.lines
            continue
        if not is_done:
            written.append(new)
            is_done = True
        written += paragraph.passed_over
    if written and not written[-1].endswith("\n"):
        written.append("\n")
    if not is_done:
        written.append(new)
    return "".join(written).encode("utf-8", "surrogateescape")


def _paragraphs(text: str) -> Iterator[Paragraph]:
    entry: list[str] = []
    passed_over: list[str] = []
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        if _is_passed_over(line):
            passed_over.append(line)
        elif entry and line[0] in BLANKS:
            entry += [*passed_over, line]
            passed_over = []
        else:
            yield from (Paragraph(tuple(each)) for each in (entry, passed_over) if each)
            entry, passed_over = [line], []
    yield from (Paragraph(tuple(each)) for each in (entry, passed_over) if each)


def _is_passed_over(line: str) -> bool:
    return line.strip(BLANKS)[:1] in ("", "#")


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")
