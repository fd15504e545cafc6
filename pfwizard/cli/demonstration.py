"""``--demo``: the main job on a bundled configuration, without Postfix and without privilege."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from pfwizard.answers.answers import Answers
from pfwizard.answers.reading import Start, load, parse, start_from

DIRECTORY_MODE = 0o755

PREFIX = "pfwizard-demo-"

MARK = ".in-use"
"""In the tree of a demonstration that is under way, or was killed."""


def demonstration_answers(named: Path | None) -> Answers:
    """The answers in the file that the operator named, or the bundled ones."""
    if named is not None:
        return load(named)
    return parse(files("pfwizard.demo").joinpath("answers.toml").read_bytes(), file="answers.toml")


def demonstration_start() -> Start:
    """The bundled answers as the beginning of a walk."""
    with as_file(files("pfwizard.demo") / "answers.toml") as path:
        return start_from(path)


@dataclass
class DemonstrationTree:
    """A copy of the bundled tree, for its owner alone; it goes unless it ``is_kept``."""

    root: Path
    is_kept: bool = False

    def keep(self) -> Path:
        """Leave it for the operator to look at, and to remove."""
        self.is_kept = True
        return self.root


@contextmanager
def demonstration_tree() -> Iterator[DemonstrationTree]:
    """A fresh one. What killed demonstrations have left is removed before."""
    _remove_abandoned()
    root = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with _marked(root) as mark:
            tree = DemonstrationTree(root)
            _fill(root)
            yield tree
            if tree.is_kept:
                mark.unlink()
    except BaseException:
        _remove(root)
        raise
    if not tree.is_kept:
        _remove(root)


def _fill(root: Path) -> None:
    with as_file(files("pfwizard.demo") / "stock") as stock:
        shutil.copytree(stock, root, dirs_exist_ok=True)
    for directory, _, _ in os.walk(root):  # an installation may be read-only
        Path(directory).chmod(0o700 if Path(directory) == root else DIRECTORY_MODE)


@contextmanager
def _marked(root: Path) -> Iterator[Path]:
    """With a file that is locked for as long as this process lives; returns where it is.

    It gets its name when it is locked already, so that nobody meets it before.
    """
    mark, unlocked = root / MARK, root / f"{MARK}.new"
    with unlocked.open("x") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        unlocked.rename(mark)
        yield mark


def _remove_abandoned() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if _is_abandoned(path):
            _remove(path)


def _is_abandoned(path: Path) -> bool:
    """Whether it is a tree of this user's in which no process works, and that nobody has kept.

    No link is followed: in a directory for everybody, somebody else may have made it.
    """
    try:
        with _opened(path, os.O_DIRECTORY) as directory:
            if os.fstat(directory).st_uid != os.geteuid():
                return False
            with _opened(MARK, os.O_NONBLOCK, beside=directory) as mark:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def _opened(path: str | Path, flags: int, beside: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | flags, dir_fd=beside)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _remove(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)


def listing(root: Path) -> Iterator[str]:
    """Where the result lies, and with which modes."""
    yield f"The result is in {root}; remove it when you have seen it:"
    for directory, _, names in sorted(os.walk(root / "etc")):
        for name in sorted(names):
            file = Path(directory) / name
            yield f"  {file.stat().st_mode & 0o7777:04o} {file.relative_to(root)}"
