"""Services that are switched off by number signs.

Nothing in master.cf marks them but their look: a comment that would be a complete entry, followed
by indented comments that would be its options. Prose may stand in between. Headers on adjacent
lines for the same port and command are alternatives ("choose one") for the same options.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.text import WHITE_SPACE

_HEADER = re.compile(
    r"#[ \t]*"
    r"(?P<name>[^ \t\r\n#]+)[ \t]+(?P<type>inet|unix|unix-dgram|fifo|pass)[ \t]+"
    r"[yn-][ \t]+[yn-][ \t]+[yn-][ \t]+(?:-|[0-9]+\??)[ \t]+(?:-|[0-9]+)[ \t]+"
    r"(?P<command>[^ \t\r\n]+)"
)
_OPTION_LINE = re.compile(r"#[ \t]+(?:-[A-Za-z]|\{|[a-z_]+=)")
_SIGN = re.compile(r"#[ \t]*")


class CommentedLines(NamedTuple):
    """Where a commented service stands in a run of lines, by index."""

    header: int
    options: tuple[int, ...]


def is_header(line: str) -> bool:
    """Whether a comment would be an entry without its number sign."""
    return _HEADER.match(line) is not None


def commented_in(lines: Sequence[str]) -> Iterator[CommentedLines]:
    """The commented services in a run of comments and blank lines."""
    headers = [index for index, line in enumerate(lines) if is_header(line)]
    for header in headers:
        yield CommentedLines(header, tuple(_option_lines(lines, header)))


def uncommented_lines(lines: Sequence[str], commented: CommentedLines) -> tuple[str, ...]:
    """The lines with the service switched on; the columns stay where they are."""
    result = list(lines)
    result[commented.header] = _SIGN.sub("", lines[commented.header], count=1)
    for index in commented.options:
        result[index] = lines[index][1:]
    return tuple(result)


def service_lines(lines: Sequence[str], commented: CommentedLines) -> tuple[str, ...]:
    """The lines of the service itself, switched on, without the prose in between."""
    result = uncommented_lines(lines, commented)
    return tuple(result[index] for index in (commented.header, *commented.options))


def are_alternatives(one: str, other: str) -> bool:
    """Whether two headers are for the same port and command, so that one may stand for both."""
    first, second = _HEADER.match(one), _HEADER.match(other)
    if first is None or second is None or first["command"] != second["command"]:
        return False
    return _port(first) == _port(second)


def _port(header: re.Match[str]) -> tuple[str, str | int]:
    endpoint = Endpoint.of(header["name"], header["type"])
    return endpoint.type, endpoint.port


def _option_lines(lines: Sequence[str], header: int) -> Iterator[int]:
    start = header + 1
    while start < len(lines) and are_alternatives(lines[header], lines[start]):
        start += 1
    for index in range(start, len(lines)):
        line = lines[index]
        if is_header(line) or not line.strip(WHITE_SPACE + "#"):
            return
        if _OPTION_LINE.match(line):
            yield index
