"""An entry of master.cf as its readers see it: master(5)."""

from dataclasses import dataclass
from enum import Enum

from pfwizard.cf.endpoint import Endpoint


class ServiceField(Enum):
    """The columns of an entry, by the names that ``postconf -F`` gives them."""

    NAME = "service"
    TYPE = "type"
    PRIVATE = "private"
    UNPRIVILEGED = "unprivileged"
    CHROOT = "chroot"
    WAKEUP = "wakeup"
    PROCESS_LIMIT = "process_limit"
    COMMAND = "command"

    @property
    def column(self) -> int:
        return tuple(ServiceField).index(self)


@dataclass(frozen=True)
class Option:
    """A parameter that ``-o`` gives to one service, as its daemon reads it."""

    name: str
    value: str


@dataclass(frozen=True)
class ServiceKey:
    """Which entry of a file: the n-th (from 0) of those with the same endpoint."""

    endpoint: Endpoint
    occurrence: int


@dataclass(frozen=True)
class Service:
    """An active entry. The fields are as written; ``-`` stands for a default.

    ``arguments`` are the words behind the command, braces included, with the blanks inside
    braces as they are. ``line`` is where the entry starts, counted from 1.
    """

    name: str
    type: str
    private: str
    unprivileged: str
    chroot: str
    wakeup: str
    process_limit: str
    command: str
    arguments: tuple[str, ...]
    options: tuple[Option, ...]
    line: int
    key: ServiceKey

    @property
    def endpoint(self) -> Endpoint:
        return self.key.endpoint

    def option(self, name: str) -> str | None:
        """The value that the daemon uses, the last one given; None when there is none."""
        values = [option.value for option in self.options if option.name == name]
        return values[-1] if values else None

    def field(self, field: ServiceField) -> str:
        """A column's text."""
        return self._columns()[field.column]

    def _columns(self) -> tuple[str, ...]:
        return (
            self.name,
            self.type,
            self.private,
            self.unprivileged,
            self.chroot,
            self.wakeup,
            self.process_limit,
            self.command,
        )


@dataclass(frozen=True)
class CommentedService:
    """A service that is switched off by number signs, with its option lines.

    ``service`` is what Postfix would read without them; its key counts among the commented
    services only. ``lines`` are the numbers of the header and of the option lines.
    """

    service: Service
    lines: tuple[int, ...]

    @property
    def endpoint(self) -> Endpoint:
        return self.service.endpoint


@dataclass(frozen=True)
class NewService:
    """An entry to be written."""

    name: str
    type: str
    command: str
    private: str = "-"
    unprivileged: str = "-"
    chroot: str = "-"
    wakeup: str = "-"
    process_limit: str = "-"
    arguments: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
