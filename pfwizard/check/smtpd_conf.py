"""The file of the Cyrus SASL library, and the database of its own."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import PurePosixPath

from pfwizard.answers.sasl_answers import SqlEngine
from pfwizard.cf.problem import Severity as Weight
from pfwizard.cf.smtpd_conf import SmtpdConf, SmtpdOption
from pfwizard.check.inspection import Inspection
from pfwizard.check.open_files import is_open_to_all
from pfwizard.check.password_checkers import (
    ELSEWHERE,
    asking_cyrus,
    places_of,
    smtpd_conf_of,
)
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.machine.tree import FileKind, FileState
from pfwizard.plan.plan import Severity
from pfwizard.plan.sasl.parameters import PASSWORDS

METHODS = frozenset(
    {"auxprop", "auxprop-hashed", "saslauthd", "authdaemond", "pwcheck", "alwaystrue"}
)

LOUD = 7
"""The level at which the library writes passwords into the log."""

ENOUGH = 20
"""Lines; a file with so many that are malformed is no smtpd.conf, and more of them tell no more."""

SQL_NEEDS = "sql_select"

ESCAPED = re.compile(r"\\.")
"""A character with a backslash before it, in a connection string of PostgreSQL."""

Advise = Callable[[Inspection, SmtpdConf, SmtpdOption], str]
"""What is wrong with an option, in words that follow its name; empty for nothing."""


def _in_use(inspection: Inspection) -> tuple[PurePosixPath, SmtpdConf] | None:
    return smtpd_conf_of(inspection) if asking_cyrus(inspection) else None


def _existing(inspection: Inspection, path: PurePosixPath) -> FileState | None:
    state = inspection.file(path)
    return state if state is not None and state.exists else None


# --- the file -------------------------------------------------------------------------------------


def _malformed(inspection: Inspection) -> Iterator[Occurrence]:
    found = _in_use(inspection)
    problems = found[1].problems() if found else ()
    fatal = (each for each in problems if each.severity is Weight.FATAL)
    for problem in islice(fatal, ENOUGH if found else 0):
        yield Occurrence(
            f"the SASL library refuses the whole file: {problem.message}",
            'Write the line as "option: value", or put a # before it.',
            Place(found[0] if found else None, problem.line),
        )


def _elsewhere(inspection: Inspection) -> Iterator[Occurrence]:
    places = places_of(inspection)
    if not asking_cyrus(inspection) or not places or _in_use(inspection) is not None:
        return
    for path in (each for each in ELSEWHERE if each.name == places[0].name):
        if path not in places and _existing(inspection, path) is not None:
            yield Occurrence(
                f"Postfix does not look here for the configuration of SASL, but in "
                f"{listed(str(place.parent) for place in places)}",
                f"Move the file to {places[0]}.",
                Place(path),
            )


def _shadowed(inspection: Inspection) -> Iterator[Occurrence]:
    existing = [path for path in places_of(inspection) if _existing(inspection, path)]
    if asking_cyrus(inspection) and len(existing) > 1:
        yield Occurrence(
            f"there is {existing[0]} too, which comes first: this one has no effect",
            "Take out the one that is not meant.",
            Place(existing[1]),
        )


def _open(inspection: Inspection) -> Iterator[Occurrence]:
    found = _in_use(inspection)
    state = inspection.file(found[0]) if found else None
    if found is None or state is None:
        return
    secrets = [option for option in found[1].options if PASSWORDS.search(option.key)]
    if secrets and is_open_to_all(inspection, state):
        yield Occurrence(
            f"every user of this machine can read {listed(each.key for each in secrets)} in this "
            f"file (mode {state.mode:04o})",
            f"chown root:{inspection.effective.value('mail_owner')} {state.real} && chmod 640 "
            f"{state.real}",
            Place(found[0], secrets[0].line),
        )


# --- its options ----------------------------------------------------------------------------------


def _misspelt_path(inspection: Inspection, document: SmtpdConf, option: SmtpdOption) -> str:
    return "is misspelt in the manual: the library reads authdaemond_path"


def _method(inspection: Inspection, document: SmtpdConf, option: SmtpdOption) -> str:
    unknown = [word for word in option.value.lower().split() if word not in METHODS]
    if unknown:
        return f"knows no {listed(unknown)}"
    needs_path = "authdaemond" in option.value.lower().split()
    if needs_path and document.get("authdaemond_path") is None:
        return "is authdaemond, whose socket the library does not know without authdaemond_path"
    return ""


def _socket_file(inspection: Inspection, document: SmtpdConf, option: SmtpdOption) -> str:
    state = inspection.file(PurePosixPath(option.value)) if option.value[:1] == "/" else None
    is_directory = state is not None and state.kind is FileKind.DIRECTORY
    return "is a directory, and the socket itself is wanted, such as mux in it" * is_directory


def _log_level(inspection: Inspection, document: SmtpdConf, option: SmtpdOption) -> str:
    is_loud = option.value.isdecimal() and int(option.value) >= LOUD
    return "makes the library write passwords into the log" * is_loud


def _plugin(inspection: Inspection, document: SmtpdConf, option: SmtpdOption) -> str:
    lacks = "sql" in option.value.lower().split() and not (
        document.get(SQL_NEEDS) or document.get("sql_statement")
    )
    return f"is sql, which does nothing without {SQL_NEEDS}" * lacks


def _hosts(inspection: Inspection, document: SmtpdConf, option: SmtpdOption) -> str:
    has_address = any(host.count(":") > 1 for host in option.value.split(","))
    return "has an IPv6 address, which the SQL plug-in cuts at its first colon" * has_address


def _in_quotes(inspection: Inspection, document: SmtpdConf, option: SmtpdOption) -> str:
    """The SQL plug-in gives it to PostgreSQL between quotes, as it stands (plugins/sql.c)."""
    is_postgresql = (document.get("sql_engine") or "").lower() == SqlEngine.POSTGRESQL.value
    ends_them = is_postgresql and "'" in ESCAPED.sub("", option.value)
    return "has a quote, which ends the value for PostgreSQL without a backslash before" * ends_them


OPTIONS: Mapping[str, Advise] = {
    "authdaemon_path": _misspelt_path,
    "authdaemond_path": _socket_file,
    "auxprop_plugin": _plugin,
    "log_level": _log_level,
    "pwcheck_method": _method,
    "saslauthd_path": _socket_file,
    "sql_database": _in_quotes,
    "sql_hostnames": _hosts,
    "sql_passwd": _in_quotes,
    "sql_user": _in_quotes,
}


def _options(inspection: Inspection) -> Iterator[Occurrence]:
    found = _in_use(inspection)
    for option in found[1].options if found else ():
        words = _wrong_with(inspection, found[1], option) if found else ""
        if found and words:
            yield Occurrence(
                f"{option.key} {words}",
                "Correct it, and stop and start Postfix.",
                Place(found[0], option.line),
                f"{option.key}: {option.value}" if not PASSWORDS.search(option.key) else "",
            )


def _wrong_with(inspection: Inspection, document: SmtpdConf, option: SmtpdOption) -> str:
    if " #" in option.value and not PASSWORDS.search(option.key):
        return "has a # in its value, which begins a comment only at the beginning of a line"
    advise = OPTIONS.get(option.key)
    return advise(inspection, document, option) if advise else ""


RULES = (
    Rule(
        "smtpd-conf-malformed",
        Severity.REFUSAL,
        "An smtpd.conf that the SASL library refuses",
        "One line that is not of the form option: value, or has no value, and every smtpd with "
        "AUTH ends with a fatal error.",
        _malformed,
    ),
    Rule(
        "smtpd-conf-elsewhere",
        Severity.WARNING,
        "An smtpd.conf where Postfix does not look",
        "The directory depends on the platform, and instructions name that of another one. "
        "Without a file the library offers every mechanism and asks its own database.",
        _elsewhere,
    ),
    Rule(
        "smtpd-conf-shadowed",
        Severity.NOTE,
        "Two smtpd.conf, of which one counts",
        "The directories are tried one after the other, and the first file ends the search.",
        _shadowed,
    ),
    Rule(
        "smtpd-conf-option",
        Severity.WARNING,
        "An option of smtpd.conf that does not do what it seems to",
        "The library passes over options that it does not know, and takes a value as it stands.",
        _options,
    ),
    Rule(
        "smtpd-conf-open",
        Severity.WARNING,
        "Passwords in an smtpd.conf that everybody can read",
        "The password of a database is in there. Postfix reads the file as root.",
        _open,
    ),
)
