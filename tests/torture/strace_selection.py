"""What a battery is asked for, and what it answers: plain values for the way in and out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.torture.strace_calls import FAULTS, Call


@dataclass(frozen=True)
class Selection:
    """Which calls are struck, and how: every ``step``-th from ``offset`` on.

    ``faults`` come to each of these calls, ``rotating`` ones to one of them in turn.
    """

    faults: tuple[str, ...] = FAULTS
    rotating: tuple[str, ...] = ()
    step: int = 1
    offset: int = 0

    def chosen(self, calls: list[Call]) -> Iterator[tuple[Call, str]]:
        for turn, call in enumerate(calls[self.offset :: self.step]):
            for fault in self.faults:
                yield call, fault
            if self.rotating:
                yield call, self.rotating[turn % len(self.rotating)]


@dataclass(frozen=True)
class Violation:
    """A fault after which something is wrong.

    ``line`` is strace's, of the call; ``status`` and ``said`` are of the process that was struck.
    """

    call: str
    fault: str
    line: str
    status: int
    said: str
    wrong: list[str]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Violation":
        return cls(**document)

    def __str__(self) -> str:
        wrong = "\n    ".join(self.wrong)
        head = f"{self.fault} at {self.call}\n  {self.line}\n  status {self.status}: {self.said}"
        return f"{head}\n    {wrong}"


@dataclass
class Outcome:
    """What a battery has found; ``missed`` are the faults that did not come to pass."""

    calls: int = 0
    struck: int = 0
    seconds: float = 0.0
    missed: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
