"""saslauthd with its planned options, and a directory of its own for its socket.

Sources: saslauthd(8), and the services of the distributions that start it.
"""

import getopt
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pfwizard.cf.shell_variables import ShellVariables
from pfwizard.machine.facts import Facts
from pfwizard.machine.platforms.record import DaemonOptions
from pfwizard.machine.saslauthd_options import tokens_of
from pfwizard.plan.plan import RestartDaemon
from pfwizard.plan.sasl.saslauthd import ARGUMENT_OF_THE_MECHANISM
from pfwizard.prove.rehearsing import namespaces
from pfwizard.prove.rehearsing.mirror import mirror
from pfwizard.prove.rehearsing.private_checker import CheckerFailed, PrivateChecker

IN_THE_FOREGROUND = "-d"
"""For people who look for faults; it would not check more than one password."""

OPEN, OF_A_GROUP = 0o755, 0o710
"""Modes of its directory, for everybody or for the members of a group."""


@dataclass(frozen=True)
class PrivateSaslauthd(PrivateChecker):
    """``group`` is the one whose members may enter the directory; None: it is as it is there,
    or open to everybody."""

    options: tuple[str, ...]
    group: int | None

    def set(self) -> Sequence[str]:
        """Raises OSError."""
        memory_at(self.socket.parent, self.group)
        return ["saslauthd", *self.options]


def private_saslauthd(facts: Facts, action: RestartDaemon, queue: Path) -> PrivateSaslauthd:
    """The one of these planned facts; raises CheckerFailed where its options are not known."""
    place = facts.platform.saslauthd_options.value
    if place is None or action.socket is None:
        raise CheckerFailed("where this platform keeps the options of saslauthd is not known")
    document = ShellVariables.parse(facts.file(place.path).content or b"")
    try:
        options = tuple(_options(document, place, Path(action.socket).parent))
    except (getopt.GetoptError, ValueError) as error:
        raise CheckerFailed(f"{place.path}: {error}") from error
    return PrivateSaslauthd(
        action.service, Path(action.socket), options, _group(facts, action.socket.parent)
    )


def _group(facts: Facts, directory: PurePosixPath) -> int | None:
    """The number of the group that its service gives to a directory that is not there yet."""
    there = facts.files.get(directory)
    if there is not None and there.exists:
        return None
    name = facts.platform.saslauthd_socket.value.group
    return next((each.identifier for each in facts.accounts.groups if each.name == name), None)


def _options(document: ShellVariables, place: DaemonOptions, directory: Path) -> Iterator[str]:
    """As the service puts them together."""
    mechanism = document.get(place.mechanism) if place.mechanism else None
    argument = document.get(ARGUMENT_OF_THE_MECHANISM)
    if mechanism:
        yield from ("-a", mechanism)
    if argument:
        yield from ("-O", argument)
    for option, value in tokens_of(document.get(place.options) or ""):
        if option not in ("-m", IN_THE_FOREGROUND):
            yield from filter(None, (option, value))
    yield from ("-m", str(directory))


def memory_at(place: Path, group: int | None) -> None:
    """A directory in memory, of this group or as it is there; raises OSError."""
    place = place.resolve()
    if place.is_dir():
        state = place.stat()
        namespaces.mount_memory(
            place, mode=stat.S_IMODE(state.st_mode), user=state.st_uid, group=state.st_gid
        )
    else:
        missing = [each for each in (place, *place.parents) if not each.is_dir()]
        mirror(missing[-1].parent, ())
        for directory in reversed(missing):
            directory.mkdir()
            directory.chmod(OPEN)
    if group is not None:
        os.chown(place, 0, group)
        place.chmod(OF_A_GROUP)
