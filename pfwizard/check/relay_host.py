"""The relay host that mail goes to: who can read its password, and whether TLS can begin."""

from collections.abc import Iterator

from pfwizard.check.inspection import Inspection
from pfwizard.check.rule import Occurrence, Rule
from pfwizard.enumeration import listed
from pfwizard.machine.tables import tables_in
from pfwizard.plan.outgoing.levels import LEVEL, LEVELS, REQUIRED, outgoing_level
from pfwizard.plan.outgoing.relay_host import WRAPPER_MODE
from pfwizard.plan.outgoing.relay_password import OPEN_TO_ALL, PASSWORD_MAPS
from pfwizard.plan.plan import Severity


def _open_passwords(inspection: Inspection) -> Iterator[Occurrence]:
    for value in inspection.in_force(PASSWORD_MAPS, inspection.clients):
        paths = [
            path
            for table in tables_in(value.effective.value(PASSWORD_MAPS))
            for path in table.files
        ]
        states = [state for state in map(inspection.file, paths) if state is not None]
        opened = [each for each in states if each.exists and each.mode & OPEN_TO_ALL]
        if opened:
            files = [str(each.path) for each in opened]
            yield Occurrence(
                f"every user of this machine can read {listed(files)} (mode "
                f"{opened[0].mode:04o}), which holds the passwords for other servers",
                f"chmod 600 {' '.join(files)}, and change the passwords if others log in here; "
                "where the table is read through proxy:, give it to Postfix's group with mode 640.",
                value.place,
                str(value),
            )


def _cannot_begin(inspection: Inspection) -> Iterator[Occurrence]:
    wrapped = [each for each in inspection.clients if each.effective.is_on(WRAPPER_MODE)]
    for value in inspection.in_force(LEVEL, wrapped):
        if LEVELS.index(outgoing_level(value.effective)) < REQUIRED:
            yield Occurrence(
                f"{WRAPPER_MODE} = yes begins with TLS, which this level does not require: no "
                "mail goes out",
                f"Set {LEVEL} = encrypt, or a stricter level, where the relay host has port 465; "
                f"otherwise take {WRAPPER_MODE} out.",
                value.place,
                str(value),
            )


RULES = (
    Rule(
        "relay-passwords-open",
        Severity.WARNING,
        "Passwords for other servers that everybody can read",
        "smtp opens its tables as root, before it gives up its rights; the text and what postmap "
        "makes of it both have the passwords in clear.",
        _open_passwords,
    ),
    Rule(
        "wrappermode-without-tls",
        Severity.REFUSAL,
        "TLS at once towards servers, with a level that does not require it",
        "smtp refuses to deliver in wrapper mode unless its level is encrypt or stricter, and "
        "keeps all mail back.",
        _cannot_begin,
    ),
)
