"""What two states of a configuration have in common, line by line."""

from collections.abc import Iterable, Iterator

from pfwizard.cf.lines import is_filler, without_terminator
from pfwizard.cf.main_cf import MainCf
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.service import Service

Document = MainCf | MasterCf


def lost_comments(before: Document, after: Document) -> list[str]:
    """The comments and blank lines that are gone, but for those that were switched on."""
    remaining = iter(lines_of(after))
    return [
        line
        for line in lines_of(before)
        if is_filler(line) and not any(_stands_for(line, other) for other in remaining)
    ]


def _stands_for(comment: str, line: str) -> bool:
    first_word = comment[1:].split()[:1]
    return line == comment or (first_word != [] and first_word == line.split()[:1])


def lost_settings(before: MainCf, after: MainCf) -> list[str]:
    """The lines that are gone, but for those of settings that have another value."""
    changed = {
        each.line for each in before.settings if before.get(each.name) != after.get(each.name)
    }
    return list(_lost(_lines_but(before, changed), after))


def lost_services(before: MasterCf, after: MasterCf) -> list[str]:
    """The lines that are gone of services that are the same as before."""
    comments = {line for line, text in enumerate(lines_of(before), 1) if is_filler(text)}
    kept = {_meaning(service) for service in after.services}
    changed = {service.line for service in before.services if _meaning(service) not in kept}
    return list(_lost(_lines_but(before, changed | comments), after))


def lines_of(document: Document) -> list[str]:
    return [without_terminator(line) for block in document.blocks for line in block.lines]


def _meaning(service: Service) -> tuple[object, ...]:
    """All that Postfix reads of an entry."""
    return (service.key, service.name, service.chroot, service.command, service.arguments)


def _lines_but(document: Document, changed: Iterable[int]) -> Iterator[str]:
    """The lines without the blocks that start at these numbers."""
    left_out = frozenset(changed)
    for block, number in zip(document.blocks, document.first_lines, strict=True):
        if number not in left_out:
            yield from map(without_terminator, block.lines)


def _lost(lines: Iterable[str], after: Document) -> Iterator[str]:
    """Those that are not there any more in their order."""
    remaining = iter(lines_of(after))
    return (line for line in lines if line not in remaining)
