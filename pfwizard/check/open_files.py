"""Files with secrets in them that every user of the machine can read."""

from collections.abc import Iterator
from dataclasses import replace

from pfwizard.check.inspection import Inspection
from pfwizard.check.place import Place
from pfwizard.check.rule import Occurrence
from pfwizard.machine.tree import FileState
from pfwizard.plan.sasl.socket import READ, Process
from pfwizard.private_file import READABLE_BY_ALL

OTHERS_SEARCH = 0o001

ALL_RIGHTS_OF_OTHERS = 0o007


def is_open_to_all(inspection: Inspection, state: FileState) -> bool:
    """A file in a directory that nobody else may enter is safe whatever its mode is."""
    above = [inspection.file(each) for each in state.real.parents]
    can_be_reached = all(
        each is None or not each.exists or each.mode & OTHERS_SEARCH for each in above
    )
    return bool(state.mode & READABLE_BY_ALL) and can_be_reached


def open_passwords(inspection: Inspection, state: FileState, what: str) -> Iterator[Occurrence]:
    """A case of a rule where this file is open to all; ``what`` it is is said in a word."""
    if is_open_to_all(inspection, state):
        yield Occurrence(
            f"every user of this machine can read the passwords in this {what} (mode "
            f"{state.mode:04o}); they are in clear",
            _how_to_close(inspection, state),
            Place(state.path),
        )


def _how_to_close(inspection: Inspection, state: FileState) -> str:
    """How to keep all others from a file with passwords that Postfix's user has to read."""
    user = inspection.effective.value("mail_owner")
    closed = replace(state, mode=state.mode & ~ALL_RIGHTS_OF_OTHERS)
    if Process.of(inspection.facts, user).may(closed, READ):
        steps = f"chmod o= {state.real}, and Postfix can still read it."
    else:
        steps = (
            f"chgrp {user} {state.real} && chmod 640 {state.real}: then its owner can write into "
            f"it, the group {user} can read it, and nobody else."
        )
    return f"{steps} If somebody may have copied it, have the users change their passwords."
