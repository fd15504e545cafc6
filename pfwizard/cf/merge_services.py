"""The three-way merge of master.cf, by entry and by the parts of an entry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.entry import Entry
from pfwizard.cf.lines import without_terminator
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.master_problems import entry_problems
from pfwizard.cf.merge_document import merged_document
from pfwizard.cf.merge_entry import (
    Part,
    PartChange,
    Parts,
    line_of,
    parts_of,
    shown,
    with_part_put_back,
)
from pfwizard.cf.merge_rule import Conflict, Merged, Settled, Versions, by_key
from pfwizard.cf.merge_template import switched_off, without_service
from pfwizard.cf.merge_text import same_but_line_ends, with_line_ends_of
from pfwizard.cf.merge_unread import Unread, new_unread, unread_in
from pfwizard.cf.problem import Severity
from pfwizard.cf.service import Service
from pfwizard.cf.text import collapsed


class _Placed(NamedTuple):
    """An entry, and where in its file it is."""

    service: Service
    entry: Entry

    @property
    def parts(self) -> Parts:
        return parts_of(self.entry)

    @property
    def text(self) -> str:
        return collapsed(self.entry.logical.text)


_Entries = tuple[_Placed, ...]
"""The entries for one endpoint in file order; hardly ever more than one."""


class _Reading(NamedTuple):
    """What the master and the daemons read, and the lines that they cannot read."""

    entries: Mapping[Endpoint, tuple[Parts, ...]]
    unread: tuple[str, ...]


def merged_services(contents: Versions[bytes]) -> Merged:
    """Their master.cf with our change of entries taken out."""
    return merged_document(contents, _Merge(contents.each(MasterCf.parse)), _read)


@dataclass(frozen=True)
class _Merge:
    """The documents, and what becomes of the entries for each endpoint."""

    documents: Versions[MasterCf]

    @cached_property
    def endpoints(self) -> Mapping[Endpoint, Versions[_Entries]]:
        """The entries for each endpoint in the three documents."""
        return by_key(self.documents.each(_entries), ())

    @cached_property
    def settled(self) -> Mapping[Endpoint, Settled[tuple[Parts, ...]] | None]:
        """What the entries for each endpoint must say; None where they cannot be merged."""
        return {endpoint: _settled(entries) for endpoint, entries in self.endpoints.items()}

    @cached_property
    def expected(self) -> _Reading:
        """What the merged file must say, where there is no conflict."""
        entries = {endpoint: to.value for endpoint, to in self.settled.items() if to and to.value}
        return _Reading(entries, _read_document(self.documents.theirs).unread)

    @property
    def changes(self) -> Iterator[Endpoint]:
        """The endpoints of which the entries do not stay."""
        for endpoint, entries in self.endpoints.items():
            if self.expected.entries.get(endpoint, ()) != _said(entries.theirs):
                yield endpoint

    def conflicts(self) -> Iterator[Conflict]:
        for endpoint, entries in self.endpoints.items():
            if self.settled[endpoint] is not None:
                continue
            if _is_mergeable_by_parts(entries) or _was_added(entries):
                yield from _part_conflicts(entries)
            else:
                yield self.conflict(endpoint)
        for unread in new_unread(_unread(self.documents.base), _unread(self.documents.theirs)):
            yield from self._conflicts_with_unread(unread)

    def conflict(self, endpoint: Endpoint) -> Conflict:
        """The entries as a whole."""
        entries = self.endpoints[endpoint]
        texts = entries.each(_text)
        line = entries.theirs[-1].service.line if entries.theirs else 0
        return Conflict(_name(entries), line, texts.theirs, texts.ours, texts.base)

    def edited(self) -> MasterCf:
        """Their document with one endpoint after the other put back."""
        document = self.documents.theirs
        for endpoint in self.changes:
            document = self._put_back(document, endpoint)
        return document

    def _conflicts_with_unread(self, unread: Unread) -> Iterator[Conflict]:
        """The entries of our change that a line of theirs without a meaning may stand for."""
        for endpoint, entries in self.endpoints.items():
            name, kind, *_ = (*unread.words, endpoint.type)
            if Endpoint.of(name, kind) == endpoint and _is_our_change(entries):
                texts = entries.each(_text)
                yield Conflict(_name(entries), unread.line, unread.text, texts.ours, texts.base)

    def _put_back(self, document: MasterCf, endpoint: Endpoint) -> MasterCf:
        entries = self.endpoints[endpoint]
        wanted = self.expected.entries.get(endpoint, ())
        if not wanted:
            return self._without(document, entries.theirs)
        if not entries.theirs:
            for placed in entries.ours:
                document = self._with_entry(document, placed)
        elif len(wanted) == len(entries.theirs) == len(entries.ours):
            for index, parts in enumerate(wanted):
                document = _with_entry_put_back(document, entries, index, parts)
        return document

    def _without(self, document: MasterCf, theirs: _Entries) -> MasterCf:
        *hidden, last = theirs
        document = switched_off(document, last.service, self.documents)
        for placed in reversed(hidden):
            document = without_service(document, placed.service)
        return document

    def _with_entry(self, document: MasterCf, old: _Placed) -> MasterCf:
        """The document with an entry of the old file, below the one that it stood below."""
        services = self.documents.ours.services
        above = services[: services.index(old.service)]
        present = {service.key for service in document.services}
        after = next((service for service in reversed(above) if service.key in present), None)
        return document.with_new_lines([*map(without_terminator, old.entry.lines)], after)


def _with_entry_put_back(
    document: MasterCf, entries: Versions[_Entries], index: int, wanted: Parts
) -> MasterCf:
    old, present = entries.ours[index], entries.theirs[index]
    lines = present.entry.lines
    if any(same_but_line_ends(lines, written.entry.lines) for written in entries.base[index:][:1]):
        back = with_line_ends_of(old.entry.lines, lines)
        return document.with_lines_of(present.service, back)
    for part in {**present.parts, **wanted}:
        if wanted.get(part) != present.parts.get(part):
            change = PartChange(part, present.service, old.service)
            document = with_part_put_back(document, change)
    return document


def _settled(entries: Versions[_Entries]) -> Settled[tuple[Parts, ...]] | None:
    whole = entries.each(_said).settled()
    if whole is not None or not _is_mergeable_by_parts(entries):
        return whole
    merged: dict[Part, tuple[str, ...]] = {}
    for part, texts in _parts(entries).items():
        settled = texts.settled()
        if settled is None:
            return None
        if settled.value:
            merged[part] = settled.value
    return Settled((merged,))


def _is_mergeable_by_parts(entries: Versions[_Entries]) -> bool:
    """Whether there is one entry in each file, and the daemon can make sense of theirs."""
    return len(entries.ours) == 1 and _are_comparable(entries)


def _was_added(entries: Versions[_Entries]) -> bool:
    """Whether our change has made the only entry, of which they have edited parts."""
    return not entries.ours and _are_comparable(entries)


def _are_comparable(entries: Versions[_Entries]) -> bool:
    if not len(entries.base) == len(entries.theirs) == 1:
        return False
    [present] = entries.theirs
    problems = entry_problems([(present.service.line, present.entry.lines)])
    return not any(problem.severity is Severity.FATAL for problem in problems)


def _parts(entries: Versions[_Entries]) -> Mapping[Part, Versions[tuple[str, ...]]]:
    """Every part that the only entry has in any of the files."""
    return by_key(entries.each(lambda found: found[0].parts if found else {}), ())


def _part_conflicts(entries: Versions[_Entries]) -> Iterator[Conflict]:
    [(service, entry)] = entries.theirs
    for part, texts in _parts(entries).items():
        is_edited_in_ours = not entries.ours and texts.theirs != texts.base
        if texts.settled() is None or is_edited_in_ours:
            values = texts.each(partial(shown, part))
            line = line_of(service, entry, part)
            name = f"{_name(entries)} {part}"
            yield Conflict(name, line, values.theirs, values.ours, values.base)


def _name(entries: Versions[_Entries]) -> str:
    """What the entry is called: in their file, or else in one of ours."""
    *_, last = chain(entries.ours, entries.base, entries.theirs)
    return f"{last.service.name}/{last.service.type}"


def _text(entries: _Entries) -> str | None:
    """The one that counts, as a person takes it."""
    return entries[-1].text if entries else None


def _said(entries: _Entries) -> tuple[Parts, ...]:
    return tuple(placed.parts for placed in entries)


def _is_our_change(entries: Versions[_Entries]) -> bool:
    return entries.each(_said).is_our_change


def _entries(document: MasterCf) -> Mapping[Endpoint, _Entries]:
    found: dict[Endpoint, _Entries] = {}
    for service in document.services:
        placed = _Placed(service, Entry(document.lines_of(service)))
        found[service.endpoint] = (*found.get(service.endpoint, ()), placed)
    return found


def _unread(document: MasterCf) -> tuple[Unread, ...]:
    return unread_in(document, {service.line for service in document.services})


def _read_document(document: MasterCf) -> _Reading:
    entries = {endpoint: _said(found) for endpoint, found in _entries(document).items()}
    return _Reading(entries, tuple(unread.text for unread in _unread(document)))


def _read(content: bytes) -> _Reading:
    return _read_document(MasterCf.parse(content))
