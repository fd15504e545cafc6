"""Staging every file beside its place, swapping them in, and undoing all of it."""

import errno
import glob
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath

from pfwizard.apply.files import PRIVATE, PRIVATE_DIRECTORY, copy_attributes, sync, write_new
from pfwizard.errors import Failed, NeedsHuman
from pfwizard.machine.tree import Tree
from pfwizard.plan.plan import Change, ChangeKind

EXPLANATIONS = {
    errno.EACCES: "Run pfwizard as root.",
    errno.EPERM: "Run pfwizard as root; if you do, look for an immutable flag with lsattr.",
    errno.EROFS: "The file system is mounted read-only: remount it, or name another path.",
    errno.ENOSPC: "The disk is full: free some space and run pfwizard again.",
    errno.EDQUOT: "The quota is used up: free some space and run pfwizard again.",
    errno.EBUSY: "Something is mounted on this file; change it where the mount comes from.",
}


NEW, OLD = "new", "old"
"""How the names of files on their way in, and of those kept until the end, end."""


def failed(path: object, error: OSError) -> Failed:
    """Say of a failed system call where it happened and what can be done."""
    number = error.errno or errno.EIO
    return Failed(
        f"{path}: {os.strerror(number)}", EXPLANATIONS.get(number, "Nothing was changed.")
    )


def leftovers_of(place: Path) -> str:
    """A glob pattern for the old files that runs which were killed have left beside a file."""
    return f".{glob.escape(place.name)}.pfwizard-*-{OLD}"


def edited(place: object) -> Failed:
    """Somebody else has changed a file since the plan was made."""
    return Failed(
        f"{place}: was changed by somebody else just now",
        "Run pfwizard again; it makes a new plan from what is there.",
    )


class Swap:
    """The files of one transaction on their way into place.

    ``stage`` prepares everything without touching a live file, ``swap`` puts it in place,
    ``undo`` takes back whatever was done so far, ``finish`` removes the old files. The old inode
    is kept under a second name until then, so that undoing allocates nothing, works on a full
    disk, and brings back owner, mode and label because it is the same file. ``_theirs`` and
    ``_ours`` are the inodes that stand for the old and the new file, by which an edit that
    somebody makes meanwhile is told from either.
    """

    def __init__(self, tree: Tree, identifier: str, changes: Sequence[Change]) -> None:
        self._tree = tree
        self._identifier = identifier
        self._changes = changes
        self._undo = ExitStack()
        self._theirs: dict[PurePosixPath, int] = {}
        self._ours: dict[PurePosixPath, int] = {}

    def stage(self) -> None:
        """Create directories and write every new content beside its place.

        Raises Failed, naming the file, when something cannot be written.
        """
        for change in self._changes:
            with _explained(self._tree, change):
                self._stage(change)

    def _stage(self, change: Change) -> None:
        place = self._tree.outside(change.real)
        if change.kind is ChangeKind.MKDIR:
            place.mkdir(PRIVATE_DIRECTORY)
            self._undo.callback(place.rmdir)
            place.chmod(change.mode)  # the umask does not count
            return
        staged = self._staged(change)
        self._undo.callback(staged.unlink, missing_ok=True)
        if change.kind is ChangeKind.CREATE:
            write_new(staged, change.after or b"", change.mode)
        else:
            write_new(staged, change.after or b"", PRIVATE)
            copy_attributes(place, staged)
            self._undo.callback(self._kept(change).unlink, missing_ok=True)
            os.link(place, self._kept(change), follow_symlinks=False)
            # Not before: on an overlay it is the link that gives the file an inode of its own.
            self._theirs[change.real] = place.lstat().st_ino
        self._ours[change.real] = staged.lstat().st_ino

    def swap(self) -> None:
        """Put every file in its place, in the plan's order.

        Raises Failed when a rename is refused.
        """
        for change in self._changes:
            if change.kind is not ChangeKind.MKDIR:
                with _explained(self._tree, change):
                    self._put(change)
        self._sync_directories()

    def _put(self, change: Change) -> None:
        place = self._tree.outside(change.real)
        if change.kind is ChangeKind.CREATE:
            # Unlike rename, link refuses to replace what somebody else created meanwhile.
            try:
                os.link(self._staged(change), place)
            except FileExistsError as error:
                raise edited(place) from error
            self._undo.callback(self._take_away, change)
            self._staged(change).unlink()
            return
        kept = self._kept(change)
        is_theirs = place.lstat().st_ino == self._theirs[change.real]
        if not is_theirs or kept.read_bytes() != change.before:
            raise edited(place)
        self._staged(change).rename(place)
        self._undo.callback(self._bring_back, change)
        if kept.read_bytes() != change.before:
            raise edited(place)  # written into in the very last moment; it comes back as it is

    def _take_away(self, change: Change) -> None:
        place = self._tree.outside(change.real)
        if place.exists():
            self._refuse_what_is_not_ours(change)
            place.unlink()

    def _bring_back(self, change: Change) -> None:
        self._refuse_what_is_not_ours(change)
        self._kept(change).rename(self._tree.outside(change.real))

    def _refuse_what_is_not_ours(self, change: Change) -> None:
        """An edit that somebody has made since is worth more than an old file that is kept."""
        place = self._tree.outside(change.real)
        is_ours = place.lstat().st_ino == self._ours[change.real]
        if not is_ours or place.read_bytes() != change.after:
            raise NeedsHuman(
                f"{place}: was changed by somebody else in the meantime, and stays as it is",
                "Compare it with the old file that was kept.",
            )

    def undo(self) -> None:
        """Take everything back, the last step first."""
        self._undo.close()
        self._sync_directories()

    def finish(self) -> None:
        """Let go of the old files; from here on there is no way back in this run.

        The change is complete already, so that a file that cannot be removed is left behind
        rather than taken for a failure.
        """
        self._undo.pop_all()
        for change in self._changes:
            if change.kind is ChangeKind.REPLACE:
                with suppress(OSError):
                    kept = self._kept(change)
                    if kept.read_bytes() == change.before:  # nobody wrote into it since
                        kept.unlink()
        with suppress(OSError):
            self._sync_directories()

    def _sync_directories(self) -> None:
        places = {self._tree.outside(change.real).parent for change in self._changes}
        for directory in sorted(places):
            if directory.is_dir():
                sync(directory)

    def _staged(self, change: Change) -> Path:
        return self._beside(change, NEW)

    def _kept(self, change: Change) -> Path:
        return self._beside(change, OLD)

    def _beside(self, change: Change, role: str) -> Path:
        place = self._tree.outside(change.real)
        return place.with_name(f".{place.name}.pfwizard-{self._identifier}-{role}")


@contextmanager
def _explained(tree: Tree, change: Change) -> Iterator[None]:
    """Turn a refused system call into a failure that names the file."""
    try:
        yield
    except OSError as error:
        raise failed(tree.outside(change.real), error) from error
