"""One configuration of the corpus: its files, what is expected of it, and a tree that holds it."""

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pfwizard.cf.text import collapsed
from pfwizard.machine.postfix import Version
from pfwizard.machine.tree import Tree
from tests.corpus.answers import Asked, added
from tests.corpus.certificates import CERTIFICATE, KEY
from tests.machines.suites import SUITES, Suite

CONFIGURATIONS = Path(__file__).parent / "configurations"

SUITE_OF = {suite.postfix: suite for suite in SUITES.values()}
"""The machine that has a version of Postfix."""

DEBIAN = {"3.5": "11", "3.7": "12", "3.10": "13", "3.11": "14"}
"""The release of Debian with a version of Postfix."""

WRITABLE_BY_OTHERS = 0o022
"""What is taken away again where whoever runs the tests has another umask."""

PASSWD = "root:x:0:0::/root:/bin/sh\npostfix:x:101:103::/var/spool/postfix:/bin/false\n"
GROUP = "root:x:0:\npostfix:x:103:\n"


@dataclass(frozen=True)
class Outcome:
    """What is expected of the plan for one set of answers."""

    refused: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    main: Mapping[str, str] = field(default_factory=dict)
    master: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, table: Mapping[str, object]) -> "Outcome":
        """Raises TypeError for a key that is none."""
        lists = {key: tuple(each) for key, each in table.items() if isinstance(each, list)}
        return cls(**{**table, **lists})  # type: ignore[arg-type]

    def settings(self, before: Mapping[str, str], asked: Mapping[str, str]) -> dict[str, str]:
        """The settings afterwards, white space collapsed."""
        wanted = {name: value for name, value in asked.items() if name not in self.kept}
        after = {**before, **wanted, **self.main}
        return {name: collapsed(value) for name, value in after.items()}

    def entries(self, version: Version) -> dict[str, str]:
        """The lines of postconf -F and -P that are others afterwards: ``smtp/inet/chroot = n``.

        A service is told by its columns, private to process limit: ``n - n - -``; the word
        "added" behind them stands for the options of a service that is written anew.
        """
        lines: dict[str, str] = {}
        for name, value in self.master.items():
            if name.count("/") == 1:
                lines |= _service(name, value, version)
            else:
                lines[name] = value
        return lines


FIELDS = ("private", "unprivileged", "chroot", "wakeup", "process_limit")


def _service(name: str, value: str, version: Version) -> dict[str, str]:
    label, kind = name.split("/")
    *columns, _ = [*value.removesuffix(" added").split(), ""]
    lines = {"service": label, "type": kind, **dict(zip(FIELDS, columns, strict=True))}
    lines["command"] = "smtpd"
    if value.endswith(" added"):
        lines |= added(label, version)
    return {f"{name}/{key}": text for key, text in lines.items()}


@dataclass(frozen=True)
class Expected:
    """What expected.toml says."""

    about: str
    postfix: tuple[str, ...]
    check: tuple[str, ...] = ()
    unreadable: str = ""
    unreadable_to: str = "postconf"
    certificates: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[Asked, Outcome] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Expected":
        """Raises TypeError for a key that is none."""
        table = tomllib.loads(text)
        outcomes = {each: Outcome.parse(table.pop(each.value, {})) for each in Asked}
        lists = {key: tuple(each) for key, each in table.items() if isinstance(each, list)}
        return cls(**{**table, **lists, "outcomes": outcomes})


@dataclass(frozen=True)
class Configuration:
    """A pair of main.cf and master.cf with what belongs to it."""

    directory: Path

    @property
    def name(self) -> str:
        return self.directory.name

    @cached_property
    def main_cf(self) -> bytes:
        return (self.directory / "main.cf").read_bytes()

    @cached_property
    def master_cf(self) -> bytes:
        return (self.directory / "master.cf").read_bytes()

    @cached_property
    def expected(self) -> Expected:
        return Expected.parse((self.directory / "expected.toml").read_text())

    def tree_in(self, root: Path, postfix: str) -> Tree:
        """A Debian with this configuration, made below a directory that is not there yet."""
        if (self.directory / "tree").is_dir():
            shutil.copytree(self.directory / "tree", root)
        for certificate, key in self.expected.certificates.items():
            write(root / certificate.lstrip("/"), CERTIFICATE)
            both = KEY + CERTIFICATE if key == certificate else KEY
            write(root / key.lstrip("/"), both, 0o600)
        write(root / "etc/postfix/main.cf", self.main_cf)
        write(root / "etc/postfix/master.cf", self.master_cf)
        like_debian(root, postfix)
        for path in (root, *root.rglob("*")):
            path.chmod(path.stat().st_mode & ~WRITABLE_BY_OTHERS)
        for link, target in self.expected.links.items():
            move_behind_a_link(root, root / link.lstrip("/"), target)
        return Tree(root)


def like_debian(root: Path, postfix: str) -> None:
    """What tells the release of Debian and the version of its Postfix."""
    write(root / "etc/os-release", f"ID=debian\nVERSION_ID={DEBIAN[postfix]}\n".encode())
    write(root / "etc/passwd", PASSWD.encode())
    write(root / "etc/group", GROUP.encode())
    record = f"Package: postfix\nStatus: install ok installed\nVersion: {postfix}.1-1\n"
    write(root / "var/lib/dpkg/status", record.encode())
    for plugin in ("plain", "login"):
        write(root / f"usr/lib/sasl2/lib{plugin}.so", b"")


def move_behind_a_link(root: Path, path: Path, target: str) -> None:
    """Leave a link to the target, which is a path in the tree, in place of the file."""
    moved = (path.parent if target.startswith("..") else root) / target.lstrip("/")
    moved.parent.mkdir(parents=True, exist_ok=True)
    path.rename(moved)
    path.symlink_to(target)


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


@dataclass(frozen=True)
class Case:
    """A configuration, and one version of Postfix that it is for."""

    configuration: Configuration
    postfix: str

    @property
    def suite(self) -> Suite:
        return SUITE_OF[self.postfix]

    @property
    def version(self) -> Version:
        return Version.parse(self.postfix)

    @property
    def expected(self) -> Expected:
        return self.configuration.expected

    def outcome(self, asked: Asked) -> Outcome:
        """What is expected of the plan for these answers."""
        return self.expected.outcomes[asked]

    def __str__(self) -> str:
        return f"{self.configuration.name}-{self.postfix}"


ALL = tuple(Configuration(each) for each in sorted(CONFIGURATIONS.iterdir()))

CASES = tuple(Case(each, version) for each in ALL for version in each.expected.postfix)
READABLE = tuple(case for case in CASES if not case.expected.unreadable)
UNREADABLE = tuple(case for case in CASES if case.expected.unreadable)

PLANS = tuple((case, asked) for case in READABLE for asked in Asked)
APPLICABLE = tuple((case, asked) for case, asked in PLANS if not case.outcome(asked).refused)
REFUSED = tuple((case, asked) for case, asked in PLANS if case.outcome(asked).refused)
