"""Things that are expensive to make and kept between test runs: built once, whole or not at all."""

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

Build = Callable[[Path, Path], None]
"""Fills an existing, empty directory (first argument) and logs to a file (second)."""

RECIPE_NAME = "recipe"


class MachinesUnavailable(Exception):
    """The machines cannot be had here; the text says what failed and where its log is."""


def home() -> Path:
    """The directory that holds the roots and the runtime packages."""
    chosen = os.environ.get("PFWIZARD_CACHE")
    if chosen:
        return Path(chosen).absolute() / "machines"
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(caches) / "pfwizard" / "machines"


def obtain(
    name: str, recipe: str, build: Build, *, lane: str, owning: Callable[[], list[str]] = list
) -> Path:
    """The directory made by `build` after `recipe`, made now unless an earlier run made it.

    Builds that share a lane wait for each other, in this process and in others, so that pytest's
    workers neither build the same thing twice nor everything at the same time. What is out of date
    is removed with a command that begins as `owning` says, should its files be another user's.
    """
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    place = home() / f"{name}-{digest}"
    if is_complete(place):
        return place
    home().mkdir(parents=True, exist_ok=True)
    with locked(home() / f"{lane}.lock"):
        if not is_complete(place):
            for partial in home().glob(f"{name}-*.partial"):
                discard(partial, owning)  # left by a build that was killed
            _build(place, recipe, build, log=home() / f"{name}.log")
            _discard_others(name, place, owning)
    return place


def is_complete(place: Path) -> bool:
    """Whether `place` was built to its end; its recipe is written last."""
    return (place / RECIPE_NAME).is_file()


@contextmanager
def in_use(place: Path) -> Iterator[None]:
    """Keeps `place` from being discarded by a checkout with another recipe."""
    directory = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, fcntl.LOCK_SH)
        yield
    finally:
        os.close(directory)


@contextmanager
def unused(place: Path) -> Iterator[bool]:
    """Whether nobody uses `place`; if so, nobody does before the block ends."""
    directory = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield _lock_at_once(directory)
    finally:
        os.close(directory)


def _lock_at_once(directory: int) -> bool:
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def discard(place: Path, owning: Callable[[], list[str]]) -> None:
    """Removes a directory whose files may belong to another user, as `owning` knows."""
    # One file system only: should a killed build have left a mount, it is not ours to empty.
    remove = ["rm", "-rf", "--one-file-system", "--"]
    for owner in (owning(), []):  # the inner directories are one user's, the outermost another's
        subprocess.run([*owner, *remove, str(place)], stderr=subprocess.DEVNULL)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Waits until no other thread or process is in here with this file; it is made if missing."""
    with path.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def run_logged(argv: list[str], log: Path, *, doing: str) -> None:
    """Runs one step of a build; its whole output goes to the log."""
    with log.open("ab") as stream:
        try:
            status = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
        except OSError as error:
            raise MachinesUnavailable(f"{doing} failed: {error} (log: {log})") from error
    if status.returncode != 0:
        raise MachinesUnavailable(
            f"{doing} failed with status {status.returncode}: {_last_words(log)} (log: {log})"
        )


def _build(place: Path, recipe: str, build: Build, log: Path) -> None:
    # A name of its own: what a killed build left may not let itself be removed (mounts, owners).
    partial = Path(mkdtemp(dir=home(), prefix=f"{place.name}.", suffix=".partial"))
    partial.chmod(0o755)
    log.write_bytes(b"")
    build(partial, log)
    (partial / RECIPE_NAME).write_text(recipe)
    partial.rename(place)


def _discard_others(name: str, keep: Path, owning: Callable[[], list[str]]) -> None:
    for other in home().glob(f"{name}-*"):
        if other == keep or not other.is_dir():
            continue
        with unused(other) as free:  # the next change of the recipe may take it
            if free:
                discard(other, owning)


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
