"""``--demo``: the main job on a bundled configuration, without Postfix and without privilege."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

from pfwizard.answers.answers import Answers
from pfwizard.answers.reading import Start, load, parse, start_from

DIRECTORY_MODE = 0o755


def demonstration_answers(named: Path | None) -> Answers:
    """The answers in the file that the operator named, or the bundled ones."""
    if named is not None:
        return load(named)
    return parse(files("pfwizard.demo").joinpath("answers.toml").read_bytes(), file="answers.toml")


def demonstration_start() -> Start:
    """The bundled answers as the beginning of a walk."""
    with as_file(files("pfwizard.demo") / "answers.toml") as path:
        return start_from(path)


def fresh_tree() -> Path:
    """A copy of the bundled tree, for its owner alone; whoever asks for it removes it."""
    root = Path(tempfile.mkdtemp(prefix="pfwizard-demo-"))
    try:
        with as_file(files("pfwizard.demo") / "stock") as stock:
            shutil.copytree(stock, root, dirs_exist_ok=True)
        for directory, _, _ in os.walk(root):  # an installation may be read-only
            Path(directory).chmod(0o700 if Path(directory) == root else DIRECTORY_MODE)
    except BaseException:
        remove_tree(root)
        raise
    return root


def remove_tree(root: Path) -> None:
    shutil.rmtree(root, ignore_errors=True)


def listing(root: Path) -> Iterator[str]:
    """Where the result lies, and with which modes."""
    yield f"The result is in {root}; remove it when you have seen it:"
    for directory, _, names in sorted(os.walk(root / "etc")):
        for name in sorted(names):
            file = Path(directory) / name
            yield f"  {file.stat().st_mode & 0o7777:04o} {file.relative_to(root)}"
