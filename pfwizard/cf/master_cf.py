"""master.cf as a lossless document: master(5) and master_ent.c of Postfix."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from pfwizard.cf.commented import (
    CommentedLines,
    commented_in,
    service_lines,
    uncommented_lines,
)
from pfwizard.cf.document import Document
from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.entry import (
    Entry,
    indentation_of,
    option_specification,
    writable_option,
    writable_word,
)
from pfwizard.cf.lines import Role
from pfwizard.cf.master_problems import entry_problems
from pfwizard.cf.problem import Problem, Severity
from pfwizard.cf.service import (
    CommentedService,
    NewService,
    Option,
    Service,
    ServiceField,
    ServiceKey,
)
from pfwizard.cf.text import collapsed

# Where the columns of the stock file start.
_COLUMNS = (0, 10, 16, 24, 32, 40, 48, 56)
_INDENTATION = "  "


class NoSuchService(LookupError):
    """The document has no such service; it may have had one before an edit."""


class _Active(NamedTuple):
    """A service and the index of its block."""

    service: Service
    block: int


class _Commented(NamedTuple):
    """A commented service, the index of its block and its lines in there."""

    service: CommentedService
    block: int
    lines: CommentedLines


class MasterCf(Document):
    """A master.cf. An edit names its service by the Service object, also one of an earlier state
    of the document: it is found again by its endpoint.
    """

    @property
    def services(self) -> tuple[Service, ...]:
        """The active entries in file order, overridden ones included, incomplete ones not."""
        return tuple(active.service for active in self._active.values())

    @property
    def commented_services(self) -> tuple[CommentedService, ...]:
        """The services that number signs switch off, in file order.

        Those are left out that Postfix would refuse without the number signs, such as one with a
        remark behind it.
        """
        return tuple(commented.service for commented in self._commented.values())

    def find(self, endpoint: Endpoint) -> Service | None:
        """The entry that the master uses for an endpoint: the last one."""
        found = [service for service in self.services if service.endpoint == endpoint]
        return found[-1] if found else None

    def find_commented(self, endpoint: Endpoint) -> CommentedService | None:
        """The last commented service with this endpoint."""
        found = [service for service in self.commented_services if service.endpoint == endpoint]
        return found[-1] if found else None

    def with_field(self, service: Service, field: ServiceField, value: str) -> "MasterCf":
        """A document with another text in one column of the entry.

        Raises UnwritableValue for what is not one word, NoSuchService for an unknown service.
        """
        active = self._find(service)
        if active.service.field(field) == value:
            return self
        lines = self._entry(active).with_field(field, value)
        return self.with_block_lines(active.block, lines)

    def with_option(self, service: Service, name: str, value: str) -> "MasterCf":
        """A document in which the service's daemon reads this value of the parameter.

        The effective ``-o`` is changed in its own spelling, with braces if the value has blanks;
        a new one is added behind the last, on a line of its own where that is possible. A value
        that differs by white space alone is left as it is.

        Raises UnwritableValue for what an option cannot hold, NoSuchService for an unknown
        service.
        """
        option = writable_option(Option(name, value))
        active = self._find(service)
        old = active.service.option(option.name)
        if old is not None and collapsed(old) == collapsed(option.value):
            return self
        lines = self._entry(active).with_option(option, self._indentation)
        return self.with_block_lines(active.block, lines)

    def uncommented(self, commented: CommentedService) -> "MasterCf":
        """A document with the service switched on: its header and exactly its option lines."""
        found = self._commented.get(commented.service.key)
        if found is None:
            raise NoSuchService(f"no commented service {commented.service.name}")
        lines = uncommented_lines(self.blocks[found.block].lines, found.lines)
        return self.with_block_lines(found.block, lines)

    def with_new_service(self, new: NewService, after: Service | None = None) -> "MasterCf":
        """A document with one more entry, right below another one or at the end.

        Raises UnwritableValue for what an entry cannot hold, NoSuchService for an unknown
        service.
        """
        return self.with_new_lines([_header(new), *self._option_lines(new)], after)

    def with_new_lines(self, lines: Sequence[str], after: Service | None = None) -> "MasterCf":
        """The same for an entry that is given as its physical lines, without terminators.

        Raises NoSuchService for an unknown service.
        """
        block = len(self.blocks) - 1 if after is None else self._find(after).block
        kept = len(self.blocks[block].lines) if self.blocks else 0
        return self.with_lines_after(block, kept, lines)

    def lines_of(self, service: Service) -> tuple[str, ...]:
        """The physical lines of an entry, terminators included.

        Raises NoSuchService for an unknown service.
        """
        return self.blocks[self._find(service).block].lines

    def with_lines_of(self, service: Service, lines: Sequence[str]) -> "MasterCf":
        """A document with other physical lines in place of an entry; they come with terminators.

        Raises NoSuchService for an unknown service.
        """
        return self.with_block_lines(self._find(service).block, lines)

    def problems(self) -> tuple[Problem, ...]:
        """What the master, the daemons and postconf say on reading the file, by line."""
        found = [*self.line_problems()]
        numbered = zip(self.blocks, self.first_lines, strict=True)
        entries = [(line, block.lines) for block, line in numbered if block.role is Role.ENTRY]
        return tuple(sorted([*found, *entry_problems(entries)]))

    @cached_property
    def _active(self) -> Mapping[ServiceKey, _Active]:
        return {active.service.key: active for active in self._read_active()}

    @cached_property
    def _commented(self) -> Mapping[ServiceKey, _Commented]:
        return {found.service.service.key: found for found in self._read_commented()}

    def _read_active(self) -> Iterator[_Active]:
        seen: Counter[Endpoint] = Counter()
        for index, (block, line) in enumerate(zip(self.blocks, self.first_lines, strict=True)):
            if block.role is Role.ENTRY:
                entry = Entry(block.lines)
                if entry.is_complete:
                    yield _Active(_service(entry, line, seen), index)

    def _read_commented(self) -> Iterator[_Commented]:
        seen: Counter[Endpoint] = Counter()
        for index, (block, line) in enumerate(zip(self.blocks, self.first_lines, strict=True)):
            if block.role is Role.FILLER:
                for lines in commented_in(block.lines):
                    own = service_lines(block.lines, lines)
                    if _is_refused(own):
                        continue
                    entry = Entry(own)
                    service = _service(entry, line + lines.header, seen)
                    numbers = tuple(line + n for n in (lines.header, *lines.options))
                    yield _Commented(CommentedService(service, numbers), index, lines)

    def _find(self, service: Service) -> _Active:
        found = self._active.get(service.key)
        if found is None:
            raise NoSuchService(f"no service {service.name} of type {service.type}")
        return found

    def _entry(self, active: _Active) -> Entry:
        return Entry(self.blocks[active.block].lines)

    @cached_property
    def _indentation(self) -> str:
        """How entries of this file continue, judged by the last one that does."""
        for block in reversed(self.blocks):
            if block.role is Role.ENTRY and len(block.lines) > 1:
                return indentation_of(block.lines)
        return _INDENTATION

    def _option_lines(self, new: NewService) -> Iterator[str]:
        for option in new.options:
            yield f"{self._indentation}-o {option_specification(writable_option(option))}"
        if new.arguments:
            yield self._indentation + " ".join(writable_word(word) for word in new.arguments)


def _is_refused(lines: Sequence[str]) -> bool:
    return any(found.severity is Severity.FATAL for found in entry_problems([(1, lines)]))


def _service(entry: Entry, line: int, seen: Counter[Endpoint]) -> Service:
    name, kind, private, unprivileged, chroot, wakeup, limit, command = entry.fields
    endpoint = Endpoint.of(name, kind)
    key = ServiceKey(endpoint, seen[endpoint])
    seen[endpoint] += 1
    return Service(
        name=name,
        type=kind,
        private=private,
        unprivileged=unprivileged,
        chroot=chroot,
        wakeup=wakeup,
        process_limit=limit,
        command=command,
        arguments=tuple(word.text for word in entry.words[len(entry.fields) :]),
        options=entry.options,
        line=line,
        key=key,
    )


def _header(new: NewService) -> str:
    fields: Sequence[str] = (
        new.name,
        new.type,
        new.private,
        new.unprivileged,
        new.chroot,
        new.wakeup,
        new.process_limit,
        new.command,
    )
    line = ""
    for column, text in zip(_COLUMNS, fields, strict=True):
        gap = max(column - len(line), 1) if line else 0
        line += " " * gap + writable_word(text)
    return line
