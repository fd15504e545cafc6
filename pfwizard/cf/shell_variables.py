"""A file of shell variables such as /etc/default/saslauthd: ``NAME="value"``, one per line.

A shell reads it, or systemd (EnvironmentFile of systemd.exec(5)), which does not know all that a
shell does. So only plain assignments are read and written: the last one of a name counts, and
other lines are kept as they are.
"""

import re
import shlex
from dataclasses import dataclass
from typing import Self

from pfwizard.cf.lines import physical_lines, terminated, terminator
from pfwizard.cf.text import UnwritableValue, decode, encode, writable

_ASSIGNMENT = re.compile(
    r"""(?P<before>[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=)"""
    r"""(?P<value>"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"'#]*)(?P<after>[ \t]*(?:\#.*)?)\r?\n?"""
)

_SPECIAL = re.compile(r"[\"'\\$`]")
"""What a shell and systemd read differently inside double quotes."""


@dataclass(frozen=True)
class ShellVariables:
    """An immutable file of variables."""

    lines: tuple[str, ...]

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Reads any bytes; a line that is no plain assignment is kept and means nothing."""
        return cls(tuple(physical_lines(decode(content))))

    def render(self) -> bytes:
        """The file's content, byte for byte."""
        return encode("".join(self.lines))

    def get(self, name: str) -> str | None:
        """The value without its quotes; None where nothing is assigned."""
        found = self._last(name)
        if found is None:
            return None
        return "".join(shlex.split(found[1]["value"])) if found[1]["value"] else ""

    def set(self, name: str, value: str) -> Self:
        """A file in which the variable has this value, and nothing else differs.

        Raises UnwritableValue for a value that would not be read as it is.
        """
        if _SPECIAL.search(writable(value)):
            raise UnwritableValue(f"{name} cannot hold a quote, a backslash or a dollar sign")
        found = self._last(name)
        if found is None:
            return self._with_added(f'{name}="{value}"')
        index, match = found
        if self.get(name) == value:
            return self
        quote = "'" if match["value"].startswith("'") else '"'
        line = self.lines[index]
        new = f"{match['before']}{quote}{value}{quote}{match['after']}{terminator(line)}"
        return type(self)((*self.lines[:index], new, *self.lines[index + 1 :]))

    def _last(self, name: str) -> tuple[int, re.Match[str]] | None:
        for index in range(len(self.lines) - 1, -1, -1):
            match = _ASSIGNMENT.fullmatch(self.lines[index])
            if match is not None and match["name"] == name:
                return index, match
        return None

    def _with_added(self, text: str) -> Self:
        if not self.lines:
            return type(self)((f"{text}\n",))
        model = terminator(self.lines[0]) or "\n"
        before = (*self.lines[:-1], terminated(self.lines[-1], model))
        return type(self)((*before, text + model))
