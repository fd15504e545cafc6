"""The three-way merge of main.cf, by parameter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.merge_document import merged_document
from pfwizard.cf.merge_rule import Conflict, Merged, Versions, by_key
from pfwizard.cf.merge_text import same_but_line_ends, with_line_ends_of
from pfwizard.cf.merge_unread import Unread, new_unread, unread_in
from pfwizard.cf.text import collapsed


class _Reading(NamedTuple):
    """What Postfix reads: the values that it uses, and the lines that it cannot read."""

    values: Mapping[str, str | None]
    unread: tuple[str, ...]


def merged_settings(contents: Versions[bytes]) -> Merged:
    """Their main.cf with our change of parameters taken out."""
    return merged_document(contents, _Merge(contents.each(MainCf.parse)), _read)


@dataclass(frozen=True)
class _Merge:
    """The documents, and what becomes of each parameter."""

    documents: Versions[MainCf]

    @cached_property
    def parameters(self) -> Mapping[str, Versions[str | None]]:
        """The value of each parameter in the three documents."""
        return by_key(self.documents.each(_values), None)

    @cached_property
    def expected(self) -> _Reading:
        """What the merged file must say, where there is no conflict."""
        decided = ((name, versions.settled()) for name, versions in self.parameters.items())
        values = {name: to.value for name, to in decided if to and to.value is not None}
        return _Reading(values, _read_document(self.documents.theirs).unread)

    @property
    def changes(self) -> Iterator[str]:
        """The parameters of which their value does not stay."""
        for name, versions in self.parameters.items():
            if self.expected.values.get(name) != versions.theirs:
                yield name

    def conflicts(self) -> Iterator[Conflict]:
        for name, versions in self.parameters.items():
            if versions.settled() is None or self._would_lose_an_overridden_value(name):
                yield self.conflict(name)
        for unread in new_unread(_unread(self.documents.base), _unread(self.documents.theirs)):
            name = unread.words[0]
            if name in self.parameters and self.parameters[name].is_our_change:
                versions = self.parameters[name]
                yield Conflict(name, unread.line, unread.text, versions.ours, versions.base)

    def conflict(self, name: str) -> Conflict:
        lines = {setting.name: setting.line for setting in self.documents.theirs.settings}
        versions = self.parameters[name]
        return Conflict(name, lines.get(name, 0), versions.theirs, versions.ours, versions.base)

    def edited(self) -> MainCf:
        """Their document with one parameter after the other put back."""
        document = self.documents.theirs
        for name in self.changes:
            document = self._put_back(document, name)
        return document

    def _would_lose_an_overridden_value(self, name: str) -> bool:
        """Whether our setting goes, and with it one of theirs that it hides.

        Without ours theirs would count, which nobody has tried.
        """
        versions = self.parameters[name]
        if versions.theirs is None or self.expected.values.get(name) is not None:
            return False
        values = self.documents.each(lambda document: _all_values(document, name))
        return not values.theirs <= values.base

    def _put_back(self, document: MainCf, name: str) -> MainCf:
        old, written, present = (
            self.documents.ours.lines_of(name),
            self.documents.base.lines_of(name),
            document.lines_of(name),
        )
        if old and present and same_but_line_ends(present, written):
            return document.with_lines_of(name, with_line_ends_of(old, present))
        value = self.documents.ours.get(name)
        if value is None:
            return document.without(name)
        # The indentation of lines that are joined is no part of what the value says.
        return document.set(name, collapsed(value) if len(old) > 1 else value)


def _values(document: MainCf) -> Mapping[str, str | None]:
    return {setting.name: collapsed(setting.value) for setting in document.settings}


def _all_values(document: MainCf, name: str) -> frozenset[str]:
    return frozenset(collapsed(s.value) for s in document.settings if s.name == name)


def _unread(document: MainCf) -> tuple[Unread, ...]:
    return unread_in(document, {setting.line for setting in document.settings})


def _read_document(document: MainCf) -> _Reading:
    return _Reading(_values(document), tuple(unread.text for unread in _unread(document)))


def _read(content: bytes) -> _Reading:
    return _read_document(MainCf.parse(content))
