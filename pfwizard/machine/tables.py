"""Lookup tables that Postfix reads from a text, or from what postmap(1) makes of one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from pfwizard.cf.lists import split_list
from pfwizard.errors import Failed
from pfwizard.machine import programs

SUFFIXES = {"lmdb": ".lmdb", "cdb": ".cdb", "hash": ".db", "btree": ".db", "texthash": ""}
"""By the type of the table, what is added to the text's name for the file that postmap makes
(DATABASE_README); nothing where the text itself is read. The first is the best."""

READ_AS_TEXT = "texthash"
"""Known to every Postfix since 2.8 without a library, and read when a server starts."""


@dataclass(frozen=True)
class Table:
    """A table of one of the types in SUFFIXES, and the path of its text."""

    type: str
    text: PurePosixPath

    @property
    def is_built(self) -> bool:
        return self.type != READ_AS_TEXT

    @property
    def built(self) -> PurePosixPath:
        """What Postfix reads."""
        return self.text.with_name(f"{self.text.name}{SUFFIXES[self.type]}")

    @property
    def files(self) -> tuple[PurePosixPath, ...]:
        return tuple(dict.fromkeys((self.text, self.built)))

    def __str__(self) -> str:
        return f"{self.type}:{self.text}"


Build = Callable[[str, bytes], bytes]
"""From the type of a table and its text to the file that Postfix reads."""


def tables_in(value: str) -> Iterator[Table]:
    """The tables of an expanded list (postconf(5)) that are made from a text."""
    for element in split_list(value):
        kind, _, path = element.removeprefix("proxy:").partition(":")
        if kind in SUFFIXES and path.startswith("/"):
            yield Table(kind, PurePosixPath(path))


def build_table(kind: str, text: bytes) -> bytes:
    """Have postmap(1) build a table, in a directory of its own.

    Raises Failed with its own words where it cannot.
    """
    with TemporaryDirectory(prefix="pfwizard-") as scratch:
        source = Path(scratch) / "table"
        source.write_bytes(text)
        programs.run_successfully(["postmap", f"{kind}:{source}"])
        built = source.with_name(f"{source.name}{SUFFIXES[kind]}")
        try:
            return built.read_bytes()
        except OSError as error:
            raise Failed(f"postmap has made no table of the type {kind}") from error
