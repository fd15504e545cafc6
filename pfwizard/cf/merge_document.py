"""The order in which a merge is tried, whichever document it is of: the least intrusive first."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from pfwizard.cf.document import Document
from pfwizard.cf.merge_rule import Conflict, Merged, Versions, first_that_reads
from pfwizard.cf.merge_text import merged_text

K = TypeVar("K")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class DocumentMerge(Protocol[K, R_co]):
    """Three versions of a document, seen as what its readers see of it."""

    @property
    def expected(self) -> R_co:
        """What the merged file must say, where there is no conflict."""

    @property
    def changes(self) -> Iterator[K]:
        """Of what their file's reading does not stay as it is."""

    def conflicts(self) -> Iterator[Conflict]:
        """What both sides have changed."""

    def conflict(self, key: K, /) -> Conflict:
        """One of the changes, as a conflict: when no text can be found that says it."""

    def edited(self) -> Document:
        """Their document with one change after the other put back."""


def merged_document(
    contents: Versions[bytes], merge: DocumentMerge[K, R], read: Callable[[bytes], R]
) -> Merged:
    """Their file as it is, the merge by lines, or the edited document: what reads as expected."""
    conflicts = tuple(merge.conflicts())
    if conflicts:
        return Merged.failed(conflicts)
    attempts = (
        lambda: contents.theirs,
        lambda: merged_text(contents),
        lambda: merge.edited().render(),
    )
    content = first_that_reads(merge.expected, read, attempts)
    if content is None:
        return Merged.failed(map(merge.conflict, merge.changes))
    return Merged(content)
