"""Switching a service off again as it was: back to the number signs of the old file."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.lines import is_filler
from pfwizard.cf.master_cf import MasterCf
from pfwizard.cf.merge_rule import Versions
from pfwizard.cf.merge_text import same_but_line_ends, with_line_ends_of
from pfwizard.cf.service import CommentedService, Service


class Template(NamedTuple):
    """A commented service of the old file.

    ``whole`` is all its lines with the prose in between, ``signed`` those of the service alone.
    """

    whole: tuple[str, ...]
    signed: tuple[str, ...]


def switched_off(document: MasterCf, service: Service, documents: Versions[MasterCf]) -> MasterCf:
    """A document without the service, and with the template that it was made from, if any.

    Comments that stand in the entry stay.
    """
    template = _template(documents, service.endpoint)
    if template is None:
        return without_service(document, service)
    present = document.lines_of(service)
    written = documents.base.find(service.endpoint)
    if written and same_but_line_ends(present, documents.base.lines_of(written)):
        return document.with_lines_of(service, with_line_ends_of(template.whole, present))
    lines = (*template.signed, *filter(is_filler, present))
    return document.with_lines_of(service, with_line_ends_of(lines, present))


def without_service(document: MasterCf, service: Service) -> MasterCf:
    """A document without the service; comments that stand in the entry stay."""
    return document.with_lines_of(service, [*filter(is_filler, document.lines_of(service))])


def _template(documents: Versions[MasterCf], endpoint: Endpoint) -> Template | None:
    """The last commented service for an endpoint that our change has switched on."""
    lines = documents.each(_lines)
    gone = Counter(lines.ours) - Counter(lines.base)
    for commented in reversed(documents.ours.commented_services):
        if commented.endpoint == endpoint and lines.ours[commented.service.line - 1] in gone:
            return _read(lines.ours, commented)
    return None


def _read(lines: tuple[str, ...], commented: CommentedService) -> Template:
    first, last = commented.lines[0], commented.lines[-1]
    return Template(lines[first - 1 : last], _numbered(lines, commented.lines))


def _numbered(lines: tuple[str, ...], numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(lines[number - 1] for number in numbers)


def _lines(document: MasterCf) -> tuple[str, ...]:
    return tuple(line for block in document.blocks for line in block.lines)
