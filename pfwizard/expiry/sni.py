"""The certificates for clients that ask for a server by its name (tls_server_sni_maps)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from pfwizard.cf.lines import LogicalLine, Role, blocks_of, physical_lines
from pfwizard.cf.lists import split_list
from pfwizard.errors import Failed
from pfwizard.machine.effective import Effective
from pfwizard.machine.postfix import Version
from pfwizard.machine.tables import Table, tables_in
from pfwizard.machine.tree import Tree

SNI_MAPS = "tls_server_sni_maps"
SNI_SINCE = Version(3, 4)


@dataclass(frozen=True)
class SniFiles:
    """The files that the texts of the tables name: of each name its keys and certificates.

    Postfix reads copies of them, which ``postmap -F`` has put into the table. ``is_complete`` is
    False where something else may be in a table that is made of no text here. ``outdated`` are the
    tables that are older than something they were made from.
    """

    paths: tuple[PurePosixPath, ...] = ()
    is_complete: bool = True
    outdated: tuple[Table, ...] = ()


def sni_files(tree: Tree, effective: Effective) -> SniFiles:
    """Read the texts; raises Failed for a value that Postfix gives up on."""
    value = effective.value(SNI_MAPS)
    tables = tuple(tables_in(value))
    named: list[PurePosixPath] = []
    outdated: list[Table] = []
    is_complete = len(tables) == len(split_list(value))
    for table in tables:
        content = _text_of(tree, table)
        if content is None:
            is_complete = False
            continue
        found = list(_files_in(content))
        is_complete = is_complete and all(path.is_absolute() for path in found)
        absolute = [path for path in found if path.is_absolute()]
        named += absolute
        if table.is_built and _is_outdated(tree, table, absolute):
            outdated.append(table)
    return SniFiles(tuple(dict.fromkeys(named)), is_complete, tuple(outdated))


def _is_outdated(tree: Tree, table: Table, paths: Iterable[PurePosixPath]) -> bool:
    built = _time_of(tree, table.built)
    sources = (_time_of(tree, path) for path in (table.text, *paths))
    return any(built < source for source in sources)


def _time_of(tree: Tree, path: PurePosixPath) -> float:
    """When it was last written; the beginning of all time for what is not there."""
    try:
        return tree.outside(tree.resolve(path)).stat().st_mtime
    except (OSError, Failed):
        return 0.0


def _text_of(tree: Tree, table: Table) -> bytes | None:
    try:
        return tree.look(table.text).content
    except Failed:
        return None


def _files_in(content: bytes) -> Iterator[PurePosixPath]:
    for _, files in _entries(content):
        yield from map(PurePosixPath, split_list(files))


def is_named(name: str, content: bytes) -> bool:
    """Whether the text of a table has an entry for clients that ask for ``name``.

    That of a domain has a dot before it, and is for all names below (postconf(5)).
    """
    labels = name.lower().split(".")
    matching = {".".join(labels)} | {f".{'.'.join(labels[n:])}" for n in range(1, len(labels))}
    return any(key.lower() in matching for key, _ in _entries(content))


def _entries(content: bytes) -> Iterator[tuple[str, str]]:
    """Of every entry: a name, blanks, and the files, as postmap(1) has them with ``-F``."""
    for block in blocks_of(physical_lines(content.decode("utf-8", "surrogateescape"))):
        if block.role is Role.ENTRY:
            name, *rest = LogicalLine(block.lines).text.split(maxsplit=1)
            yield name, "".join(rest)
