"""The real program as a process of its own, and what it works on."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pfwizard

PACKAGE = Path(pfwizard.__file__).parent
STOCK = PACKAGE / "demo" / "stock"
ANSWERS = (PACKAGE / "demo" / "answers.toml").read_text().replace("rsa:2048", "ec:p256")
"""The answers of the demonstration, with keys that are made at once."""

TIMEOUT = 120
OUR_OWN = -1
"""The umask that the tests have, as subprocess writes it."""

OF_A_PERSON = ("NO_COLOR", "TERM", "COLUMNS", "LINES", "HOME", "XDG_STATE_HOME")
"""What depends on who runs the tests; with a home there, answers would be kept in it."""

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if name not in OF_A_PERSON},
    "PYTHONPATH": str(PACKAGE.parent),
}

SABOTAGED = """\
import sys
from pfwizard.cli.main import main
{before}
sys.exit(main(sys.argv[1:]))
"""

NO_ROOM = """
from pfwizard.apply import swap
def full(*arguments): raise OSError(28, 'No space left on device')
swap.STEPS = dict.fromkeys(swap.STEPS, full)
"""
"""For the engine: no file can be put in place."""

IN_ENGINE = """
from pfwizard.apply.process import child
child.BOOT += {in_engine!r}
"""


def pfwizard_process(
    *arguments: str | Path, environment: Mapping[str, str] | None = None, umask: int = OUR_OWN
) -> subprocess.CompletedProcess[str]:
    """Run ``pfwizard`` with these arguments."""
    return _run([sys.executable, "-m", "pfwizard", *map(str, arguments)], environment, umask)


def sabotaged(
    before: str, *arguments: str | Path, in_engine: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run ``pfwizard`` after statements that change what it, or its engine, is made of."""
    also = IN_ENGINE.format(in_engine=in_engine) if in_engine else ""
    code = SABOTAGED.format(before=before + also)
    return _run([sys.executable, "-c", code, *map(str, arguments)], None)


def _run(
    command: list[str], environment: Mapping[str, str] | None, umask: int = OUR_OWN
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**ENVIRONMENT, **(environment or {})},
        text=True,
        timeout=TIMEOUT,
        umask=umask,
        check=False,
    )


def the_object_in(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one JSON object that is all of standard output."""
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


@dataclass(frozen=True)
class Machine:
    """A tree like that of a freshly installed machine, and an answers file beside it."""

    root: Path
    answers: Path

    @classmethod
    def below(cls, directory: Path) -> "Machine":
        root = directory / "root"
        shutil.copytree(STOCK, root)
        answers = directory / "answers.toml"
        answers.write_text(ANSWERS)
        answers.chmod(0o600)
        return cls(root, answers)

    def pfwizard(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return pfwizard_process("--answers", self.answers, "--root", self.root, *arguments)

    def sabotaged(
        self, before: str, *arguments: str, in_engine: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return sabotaged(
            before, *("--answers", self.answers, "--root", self.root), *arguments,
            in_engine=in_engine,
        )  # fmt: skip

    def answer(self, old: str, new: str) -> None:
        """Change the text of the answers file."""
        text = self.answers.read_text()
        assert old in text
        self.answers.write_text(text.replace(old, new))

    @property
    def state(self) -> Path:
        return self.root / "var/lib/pfwizard"


@dataclass(frozen=True)
class Trace:
    """What a file leaves to be compared: the same inode with the same time was not written."""

    mode: int
    inode: int
    modified: int
    content: bytes | None


def traces(root: Path) -> dict[str, Trace]:
    """Everything below a directory."""
    return {str(path.relative_to(root)): _trace(path) for path in [root, *sorted(root.rglob("*"))]}


def _trace(path: Path) -> Trace:
    status = path.lstat()
    content = path.read_bytes() if stat.S_ISREG(status.st_mode) else None
    return Trace(status.st_mode, status.st_ino, status.st_mtime_ns, content)


def contents(root: Path) -> dict[str, tuple[int, bytes | None]]:
    """Modes and bytes of everything below a directory but pfwizard's own state."""
    return {
        name: (trace.mode, trace.content)
        for name, trace in traces(root).items()
        if not name.startswith("var/lib/pfwizard")
    }
