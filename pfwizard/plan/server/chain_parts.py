"""What stands in the files of smtpd_tls_chain_files: keys, each with the certificates behind it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_BLOCK = re.compile(
    rb"^-----BEGIN (?P<label>[A-Z0-9 ]+)-----\r?\n.*?^-----END (?P=label)-----", re.M | re.S
)
"""A block of PEM with its label (RFC 7468 section 2)."""


@dataclass(frozen=True)
class ChainBlock:
    """A key or a certificate, and the file that it is in."""

    file: PurePosixPath
    label: str
    text: bytes = field(repr=False)

    @property
    def is_key(self) -> bool:
        return self.label.endswith("PRIVATE KEY")


@dataclass(frozen=True)
class ChainPart:
    """A key and what follows it; there is no key where certificates come before the first one."""

    key: ChainBlock | None
    following: tuple[ChainBlock, ...]

    @property
    def file(self) -> PurePosixPath:
        """Where its certificates begin, or else its key."""
        (first, *_) = (*self.following, *filter(None, [self.key]))
        return first.file

    @property
    def certificates(self) -> bytes:
        """In PEM, that of the server first; empty where there are none."""
        return b"".join(block.text for block in self.following)


def chain_parts(files: Iterable[tuple[PurePosixPath, bytes]]) -> Iterator[ChainPart]:
    """Each key begins a new part, whichever file it is in (postconf(5))."""
    part: list[ChainBlock] = []
    for block in _blocks(files):
        if block.is_key and part:
            yield _part(part)
            part = []
        part.append(block)
    if part:
        yield _part(part)


def _blocks(files: Iterable[tuple[PurePosixPath, bytes]]) -> Iterator[ChainBlock]:
    for file, content in files:
        for match in _BLOCK.finditer(content):
            yield ChainBlock(file, match["label"].decode("ascii"), match[0] + b"\n")


def _part(blocks: list[ChainBlock]) -> ChainPart:
    first, *rest = blocks
    return ChainPart(first, tuple(rest)) if first.is_key else ChainPart(None, tuple(blocks))
