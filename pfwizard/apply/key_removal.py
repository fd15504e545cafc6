"""Taking a key off this machine: written elsewhere, proved, and then removed with every copy of it.

The one change that leaves no way back here, so it is no transaction: that would keep a copy. Until
the new file is durable and proved nothing is removed; from then on the key is in that file,
whatever happens. What pfwizard has kept of it goes first and the key's own file last, so that a
run that is killed in between can be begun again.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pfwizard.apply.disk.explained import explained, failed
from pfwizard.apply.disk.files import digest_of, sync, write_new
from pfwizard.apply.ending import Ending
from pfwizard.apply.preflight import Preflight
from pfwizard.apply.recovery import recover
from pfwizard.apply.transaction import PATIENCE
from pfwizard.errors import Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change
from pfwizard.secret import Secret


@dataclass(frozen=True)
class KeyRemoval:
    """A key that goes: ``removal`` deletes its file, ``moved`` is what is written elsewhere.

    ``holds_key`` tells of any content whether the key is in it. ``opens`` tells of what was
    written whether it is the key, and raises otherwise.
    """

    ending: Ending
    tree: Tree
    removal: Change
    moved: Secret[bytes]
    holds_key: Callable[[Secret[bytes]], bool]
    opens: Callable[[Secret[bytes]], None]

    def carry_out(self, destination: Path, announce: Callable[[str], None]) -> tuple[Path, ...]:
        """Move the key; returns the copies of pfwizard's own that were removed too.

        Raises Busy when another run is at work or a change is on probation, Failed with nothing
        changed, and NeedsHuman where the key is in its new place and something is left here.
        """
        state = self.ending.state
        with explained(state.path):
            state.prepare()
        with state.held(PATIENCE):
            recover(self.ending, announce)
            Preflight(self.tree, (self.removal,)).refuse_what_cannot_work()
            with explained(state.path):
                copies = tuple(self._copies())
            announce(f"Writing the key into {destination}")
            self._write(destination)
            announce("Removing it from this machine")
            self._remove(destination, copies)
        return copies

    def kept_copies(self) -> tuple[Path, ...]:
        """Those that would be removed; for a look without the lock."""
        with explained(self.ending.state.path):
            return tuple(self._copies())

    def _copies(self) -> Iterator[Path]:
        """In old contents of transactions, which the history keeps for a way back."""
        for path in sorted(self.ending.state.path.rglob("*")):
            is_file = path.is_file() and not path.is_symlink()
            if is_file and self.holds_key(Secret(path.read_bytes())):
                yield path

    def _write(self, destination: Path) -> None:
        """Raises Failed, and leaves no file then."""
        directory = destination.parent.resolve()
        try:
            write_new(destination, self.moved.reveal())
        except FileExistsError as error:
            raise _is_there(destination) from error
        except OSError as error:
            _forget(destination)
            raise failed(destination, error) from error
        try:
            with explained(destination):
                sync(directory)
                self._prove(destination)
        except BaseException:
            _forget(destination)
            raise

    def _prove(self, destination: Path) -> None:
        """What the disk gives back is what was written, and opens."""
        descriptor = os.open(destination, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # not from memory
            written = Secret(file.read())
        if written != self.moved:
            raise Failed(
                f"{destination}: the disk gives back something else than was written",
                "Nothing was removed. Use another medium.",
            )
        self.opens(written)

    def _remove(self, destination: Path, copies: tuple[Path, ...]) -> None:
        place = self.tree.outside(self.removal.real)
        left = [*copies, place]
        try:
            for path in copies:
                path.unlink()
                sync(path.parent)
                left.remove(path)
            if digest_of(place) != self.removal.before_sha256:
                raise Failed(f"{place}: was changed by somebody else just now")
            place.unlink()
            sync(place.parent)
        except (OSError, Failed) as error:
            what = error.message if isinstance(error, Failed) else failed(left[0], error).message
            raise NeedsHuman(
                f"{what}; the key is in {destination}, whole and proved, but also still here",
                f"Remove it by hand: rm {' '.join(map(str, left))}",
            ) from error


def refuse_destination(destination: Path) -> None:
    """Raises Failed for a name that cannot be that of a new file, before anybody is asked."""
    if os.path.lexists(destination):
        raise _is_there(destination)
    if not destination.parent.is_dir():
        raise Failed(
            f"{destination.parent}: is not a directory", "Name a file in one that is there."
        )


def _forget(destination: Path) -> None:
    with suppress(OSError):
        destination.unlink(missing_ok=True)


def _is_there(destination: Path) -> Failed:
    return Failed(
        f"{destination}: is there already",
        "Give the name of a new file. If a run that was killed has left this one, remove it.",
    )
