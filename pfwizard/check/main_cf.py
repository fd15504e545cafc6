"""What main.cf says otherwise than its author meant it."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from pfwizard.cf.expansion import BadExpansion, references
from pfwizard.cf.lists import split_list
from pfwizard.check.inspection import Inspection
from pfwizard.check.misspelt import meant_by
from pfwizard.check.network import INTERFACES, PROTOCOLS
from pfwizard.check.obsolete import PARAMETERS
from pfwizard.check.place import Place
from pfwizard.check.reading import OVERRIDING, problems_about
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.machine.parameter_names import is_known
from pfwizard.plan.plan import Severity

COMMENT = re.compile(r"\s#")

INDENTED_SETTING = re.compile(r"[ \t]+(?P<name>[a-zA-Z0-9_]+)[ \t]*=(?!=)")

FREE_TEXT = re.compile(r"\w+_(banner|footer|template|reply|text|reason|command|checks)")
"""Parameters in which a number sign may be meant."""

TABLE = re.compile(r"(?:proxy:)?(?P<type>[a-z][a-z0-9-]*):(?!//)(?P<rest>\S.*)")

NO_TABLES = frozenset({"inet", "unix", "local", "smtp", "lmtp", "error", "dev", "egd", "public"})
"""What stands before a colon and is no type of a table: addresses, transports and devices."""

NAMING_TABLES = re.compile(
    r"\w+_(maps|map|database|domains|checks|clientcerts|restrictions|networks)|mydestination"
    r"|mynetworks|alias_maps|alias_database"
)

MACROS_OF_THEIR_OWN = re.compile(
    r"\w+_command|forward_path|luser_relay|default_rbl_reply|\w+_reject_footer|\w+_maps_rbl\w*"
)
"""Parameters in which other names are filled in than those of parameters, such as $EXTENSION."""

# --- lines ----------------------------------------------------------------------------------------


def _duplicates(inspection: Inspection) -> Iterator[Occurrence]:
    for place, message in problems_about(inspection, OVERRIDING):
        name, _, old = message.removeprefix(OVERRIDING).partition("=")
        yield Occurrence(
            f"{name} was set before, to {old or 'nothing'}; Postfix goes by the last one",
            "Take out the line that is not meant.",
            place,
            f"{name} = {inspection.effective.value(name)}",
        )


def _inline_comments(inspection: Inspection) -> Iterator[Occurrence]:
    for name, setting in inspection.settings.items():
        outside_braces = re.sub(r"\{[^{}]*\}", "", setting.value)
        is_told_elsewhere = name in (INTERFACES, PROTOCOLS) or FREE_TEXT.fullmatch(name)
        if COMMENT.search(outside_braces) and not is_told_elsewhere:
            yield Occurrence(
                f"{name}: what follows the # is no comment but part of the value",
                "Put the comment on a line of its own, which begins with the #.",
                Place(inspection.main_path, setting.line),
                f"{name} = {setting.value}",
            )


def _swallowed(inspection: Inspection) -> Iterator[Occurrence]:
    for name, setting in inspection.settings.items():
        for number, line in enumerate(inspection.main.lines_of(name)):
            match = INDENTED_SETTING.match(line)
            if match is not None and is_known(match["name"]):
                yield Occurrence(
                    f"{match['name']} is not set here: a line that begins with a blank goes on "
                    f"with the value of the parameter above it, {name}",
                    "Take away the blank at the beginning of the line.",
                    Place(inspection.main_path, setting.line + number),
                    f"{name} = {setting.value}",
                )


def _without_newline(inspection: Inspection) -> Iterator[Occurrence]:
    documents = (
        (inspection.main_path, inspection.main.render()),
        (inspection.master_path, inspection.master.render()),
    )
    for path, content in documents:
        if content and not content.endswith(b"\n"):
            yield Occurrence(
                "the last line is not ended: what a program appends becomes part of it, as "
                "postconf -e did until Postfix 3.7.14, 3.8.9, 3.9.3 and 3.10.1",
                "End the line.",
                Place(path, content.count(b"\n") + 1),
            )


# --- names ----------------------------------------------------------------------------------------


def _undefined(inspection: Inspection) -> Iterator[Occurrence]:
    for place, name, value in _values(inspection):
        if MACROS_OF_THEIR_OWN.fullmatch(name):
            continue
        missing = [each for each in _referred(value) if not _exists(inspection, each)]
        if missing:
            yield Occurrence(
                f"{name} refers to {listed(f'${each}' for each in missing)}, which no parameter "
                "has for a name, so that nothing stands there",
                "Set it in main.cf, correct the name, or write the value itself.",
                place,
                f"{name} = {_expanded(inspection, value, name)}",
            )


def _values(inspection: Inspection) -> Iterator[tuple[Place, str, str]]:
    """Every value of main.cf, and those of the options of every service."""
    for name, setting in inspection.settings.items():
        yield Place(inspection.main_path, setting.line), name, setting.value
    for service in inspection.active:
        for option in service.options:
            yield inspection.place_of(option.name, service), option.name, option.value


def _referred(value: str) -> tuple[str, ...]:
    try:
        return references(value)
    except BadExpansion:
        return ()


def _exists(inspection: Inspection, name: str) -> bool:
    is_set = name in inspection.settings or name in inspection.facts.postfix.defaults
    is_a_back_reference = name.isdecimal() or not name
    return is_set or is_known(name) or is_a_back_reference


def _expanded(inspection: Inspection, value: str, name: str) -> str:
    return inspection.effective.expanded(value, name)


def _unknown(inspection: Inspection) -> Iterator[Occurrence]:
    """A name that is used nowhere else, and is almost that of a parameter."""
    used = set(_used_names(inspection))
    for place, name, _ in _values(inspection):
        is_there = is_known(name) or name in inspection.facts.postfix.defaults
        if name in used or is_there or name in PARAMETERS:
            continue
        meant = meant_by(name)
        if meant is not None:
            yield Occurrence(
                f"Postfix has no parameter {name}, and nothing refers to it",
                f"Perhaps {meant} is meant.",
                place,
            )


def _used_names(inspection: Inspection) -> Iterator[str]:
    yield from inspection.effective.classes
    for _, _, value in _values(inspection):
        yield from _referred(value)
    for service in inspection.master.services:
        for argument in service.arguments:
            yield from _referred(argument)


# --- tables ---------------------------------------------------------------------------------------


def _missing_types(inspection: Inspection) -> Iterator[Occurrence]:
    known = inspection.facts.postfix.map_types
    if known is None:
        return
    for place, name, value in _values(inspection):
        if NAMING_TABLES.fullmatch(name) is None:
            continue
        types = {kind for kind, _ in _tables(_expanded(inspection, value, name))}
        missing = sorted(types - set(known) - NO_TABLES)
        if missing:
            yield Occurrence(
                f"{name} has a table of the type {listed(missing)}, which this Postfix does not "
                f"have (postconf -m: {' '.join(known)})",
                "Install the package with this type, or convert the table; a cache can be left "
                "empty.",
                place,
                f"{name} = {_expanded(inspection, value, name)}",
            )


def _tables(value: str) -> Iterator[tuple[str, PurePosixPath]]:
    for element in split_list(value):
        match = TABLE.fullmatch(element.lstrip("!"))
        if match is not None:
            yield match["type"], PurePosixPath(match["rest"])


RULES = (
    Rule(
        "duplicate-setting",
        Severity.WARNING,
        "A parameter set twice with different values",
        "The last line in main.cf counts. Whoever changes the other one wonders why nothing "
        "happens.",
        _duplicates,
    ),
    Rule(
        "inline-comment",
        Severity.WARNING,
        "A comment behind a value, which is part of the value",
        "A # begins a comment only at the beginning of a line. Behind a value it belongs to the "
        "value; some programs then give up, others take the words for names.",
        _inline_comments,
    ),
    Rule(
        "indented-setting",
        Severity.WARNING,
        "A setting that is part of the one above it",
        "A line that begins with a blank or a tab continues the one above, even where it looks "
        "like a setting of its own. That setting has no effect, and its text is in the other's "
        "value.",
        _swallowed,
    ),
    Rule(
        "no-final-newline",
        Severity.NOTE,
        "A file whose last line is not ended",
        "Postfix can read it, but a program that appends a line may glue it to the last one.",
        _without_newline,
    ),
    Rule(
        "undefined-parameter",
        Severity.WARNING,
        "A reference to a parameter that does not exist",
        "An undefined $name is empty and nobody says so. The templates of master.cf up to "
        "Postfix 3.6 refer to $mua_client_restrictions and its sisters, which are to be set in "
        "main.cf first; without them the lists are empty and refuse nothing.",
        _undefined,
    ),
    Rule(
        "parameter-unknown",
        Severity.WARNING,
        "A name that is almost that of a parameter",
        "Postfix takes any name in main.cf, because it may be one of yours that others refer to. "
        "One that nothing refers to has no effect, and is misspelt if it is so like another one.",
        _unknown,
    ),
    Rule(
        "table-type-unavailable",
        Severity.REFUSAL,
        "A table of a type that this Postfix does not have",
        "A program that opens such a table stops, or defers all mail. Types come with packages "
        "of their own, and hash and btree go with Berkeley DB, which distributions drop.",
        _missing_types,
    ),
)
