"""What Postfix cannot make anything of: it has no meaning to merge, but may stand for one."""

from collections.abc import Collection
from typing import NamedTuple

from pfwizard.cf.document import Document
from pfwizard.cf.lines import LogicalLine, Role
from pfwizard.cf.text import collapsed


class Unread(NamedTuple):
    """A logical line that is no setting and no service, and where it starts, counted from 1."""

    line: int
    text: str

    @property
    def words(self) -> list[str]:
        return self.text.split(" ")


def new_unread(base: tuple[Unread, ...], theirs: tuple[Unread, ...]) -> tuple[Unread, ...]:
    """What somebody has made unreadable since: what was so before is no news."""
    known = {unread.text for unread in base}
    return tuple(unread for unread in theirs if unread.text not in known)


def unread_in(document: Document, read: Collection[int]) -> tuple[Unread, ...]:
    """The logical lines besides those that start on the given lines, white space collapsed."""
    numbered = zip(document.blocks, document.first_lines, strict=True)
    return tuple(
        Unread(line, collapsed(LogicalLine(block.lines).text))
        for block, line in numbered
        if block.role is not Role.FILLER and line not in read
    )
