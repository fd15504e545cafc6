"""What the stage is told and what it answers, through one pipe.

The stage is a process of its own, in a mount namespace where the planned files are in place. An
order holds keys, and so goes through the pipe and nowhere else.
"""

from dataclasses import dataclass, field
from pathlib import Path

from pfwizard.plan.plan import Change, JoinGroup
from pfwizard.prove.rehearsing.private_checker import PrivateChecker


@dataclass(frozen=True)
class Owners:
    """Numbers of ``mail_owner``, of its group, and of ``setgid_group`` (postconf(5))."""

    user: int
    group: int
    setgid_group: int


@dataclass(frozen=True)
class StageOrder:
    """A private Postfix that is to be made and started.

    ``base`` is an empty directory that everything private is mounted on. ``mirrored`` are the
    directories that something changes in, the upper ones first: the private Postfix sees their
    entries at their places, but for those that ``changes`` and ``joins`` change, and the two files
    of its own. ``services`` are the names of Postfix's own sockets in the queue directory; others
    belong to other programs. It logs to the socket ``log_socket``, and ``log`` is where that is
    written, below ``data_directory``.
    """

    base: Path
    mirrored: tuple[Path, ...]
    changes: tuple[Change, ...] = field(repr=False)
    main_cf: bytes = field(repr=False)
    master_cf: bytes = field(repr=False)
    joins: tuple[JoinGroup, ...]
    config_directory: Path
    daemon_directory: Path
    queue_directory: Path
    data_directory: Path
    owners: Owners
    services: frozenset[str]
    log: Path
    log_socket: Path
    checkers: tuple[PrivateChecker, ...] = ()


@dataclass(frozen=True)
class Playing:
    """The private Postfix listens."""


@dataclass(frozen=True)
class NotPossible:
    """It cannot be made or started on this machine, for a reason that is not the plan's."""

    why: str


@dataclass(frozen=True)
class Died:
    """Postfix itself does not start with the planned files; ``log`` are the lines it has left."""

    why: str
    log: tuple[str, ...]


@dataclass(frozen=True)
class Collapsed:
    """The stage has ended before its time, for a reason that is nobody's but ours."""

    why: str


@dataclass(frozen=True)
class NoLogins:
    """A password checker does not start beside it; ``is_of_the_plan``: nor when it is live."""

    why: str
    is_of_the_plan: bool = False


@dataclass(frozen=True)
class Curtain:
    """Sent to the stage: end it."""


@dataclass(frozen=True)
class Log:
    """What the private Postfix has logged, to its end."""

    lines: tuple[str, ...]


Answer = Playing | NotPossible | NoLogins | Died | Log
