"""What Postfix says about the entries of a master.cf.

The messages are those of master(8) (master_ent.c, master_conf.c), of the servers' option parser
(multi_server.c) and of readllines(3); where master(8) and postconf(1) differ in what they refuse,
the stricter one is reported.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from pfwizard.cf.arguments import without_braces
from pfwizard.cf.commented import are_alternatives, is_header
from pfwizard.cf.endpoint import Endpoint
from pfwizard.cf.entry import FIELD_COUNT, Entry
from pfwizard.cf.expansion import expansion_problems
from pfwizard.cf.lines import is_filler
from pfwizard.cf.problem import Problem, fatal, warning
from pfwizard.cf.text import WHITE_SPACE

_TYPES = frozenset({"inet", "unix", "unix-dgram", "fifo", "pass"})
_MISSING = (
    "transport type",
    "private",
    "unprivileged",
    "chroot",
    "wakeup_time",
    "max_proc",
    "command",
)
_WAKEUP = re.compile(r"-|[0-9]+\??")
_PROCESS_LIMIT = re.compile(r"-|[0-9]+")

# The daemons that take no argument besides options; pipe(8) and spawn(8) are those that do.
_WITHOUT_ARGUMENTS = frozenset(
    {
        "anvil",
        "bounce",
        "cleanup",
        "defer",
        "discard",
        "dnsblog",
        "error",
        "flush",
        "lmtp",
        "local",
        "nqmgr",
        "oqmgr",
        "pickup",
        "postlogd",
        "postscreen",
        "proxymap",
        "qmgr",
        "qmqpd",
        "scache",
        "showq",
        "smtp",
        "smtpd",
        "tlsmgr",
        "tlsproxy",
        "trivial-rewrite",
        "verify",
        "virtual",
    }
)


def entry_problems(entries: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Problem]:
    """What is wrong with the entries, each given by its first line's number and its lines."""
    names: dict[str, str] = {}
    for line, lines in entries:
        entry = Entry(tuple(lines))
        if not entry.is_complete:
            yield fatal(line, f'missing "{_MISSING[len(entry.words) - 1]}" field')
            continue
        yield from _half_uncommented(line, entry)
        yield from _field_problems(line, entry.fields)
        yield from _argument_problems(line, entry)
        master_name = _master_name(entry.fields)
        if master_name in names:
            yield warning(
                line,
                f'duplicate master.cf entry for service "{names[master_name]}" ({master_name})'
                " -- using the last entry",
            )
        names.setdefault(master_name, entry.fields[0])


def _master_name(fields: Sequence[str]) -> str:
    """What the master calls a service, so that it knows one that it has already."""
    name, kind, private = fields[:3]
    if kind == "inet":
        return str(Endpoint.of(name, kind))
    return f"{'public' if private == 'n' else 'private'}/{name}"


def _field_problems(line: int, fields: Sequence[str]) -> Iterator[Problem]:
    name, kind, private, unprivileged, chroot, wakeup, limit, command = fields
    if kind == "-":
        yield fatal(line, 'field "transport type" has no default value')
    elif kind not in _TYPES:
        yield fatal(line, f"bad transport type: {kind}")
    for label, value in (("private", private), ("unprivileged", unprivileged), ("chroot", chroot)):
        if value not in ("y", "n", "-"):
            yield fatal(line, _bad_value(label, value))
    if kind == "inet" and private in ("y", "-"):
        yield fatal(line, "inet service cannot be private")
    if kind == "inet" and name.startswith("[") and "]" not in name:
        yield fatal(line, f'missing "]" in "{name}"')
    elif kind == "inet" and not Endpoint.of(name, kind).port:
        yield fatal(line, f'missing service information in "{name}"')
    if _WAKEUP.fullmatch(wakeup) is None:
        yield fatal(line, _bad_value("wakeup_time", wakeup))
    if _PROCESS_LIMIT.fullmatch(limit) is None:
        yield fatal(line, _bad_value("max_proc", limit))
    if command == "-":
        yield fatal(line, 'field "command" has no default value')


def _bad_value(label: str, value: str) -> str:
    return f'field "{label}": bad value: "{value}"'


def _argument_problems(line: int, entry: Entry) -> Iterator[Problem]:
    for word in entry.words[FIELD_COUNT:]:
        error = without_braces(word).error
        if error:
            yield fatal(_line_of(entry, line, word.start), error)
    for bad in entry.arguments.bad_options:
        yield fatal(_line_of(entry, line, bad.start), bad.reason)
    for option in entry.arguments.options:
        if "$" in option.pair.value:
            yield from expansion_problems(_line_of(entry, line, option.start), option.pair.value)
    if entry.fields[-1] in _WITHOUT_ARGUMENTS:
        rest = entry.arguments.rest
        operands = rest[1:] if rest and rest[0].text == "--" else rest
        for word in operands[:1]:
            message = f"unexpected command-line argument: {without_braces(word).text}"
            yield fatal(_line_of(entry, line, word.start), message)


def _line_of(entry: Entry, first: int, offset: int) -> int:
    return first + entry.logical.position(offset).line


def _half_uncommented(first: int, entry: Entry) -> Iterator[Problem]:
    """Headers that are comments while the option lines below them are not.

    Such options belong to the service above, which is rarely meant. A header that is the
    commented-out alternative to the entry's own is no such case.
    """
    for index, line in enumerate(entry.lines):
        if not is_header(line) or are_alternatives(f"#{entry.lines[0]}", line):
            continue
        comments = list(takewhile(is_filler, entry.lines[index + 1 :]))
        if any(map(is_header, comments)):
            continue  # what follows belongs to the next one
        below = index + 1 + len(comments)
        yield warning(
            first + index,
            "a service is commented out here but what follows it is not:"
            f' "{entry.lines[below].strip(WHITE_SPACE)}" in line {first + below} belongs to '
            f"{'/'.join(entry.fields[:2])}",
        )
