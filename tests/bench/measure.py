"""Measuring in turns, and what is kept of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil
from statistics import median


class Unit(Enum):
    """What is measured; the values say how it is written."""

    SECONDS = "{:.3f} s"
    MILLISECONDS = "{:.1f} ms"
    BYTES = "{:.0f} bytes"


@dataclass(frozen=True)
class Contender:
    """One of the things compared; `run` does it once and returns what counts, in this unit."""

    name: str
    run: Callable[[], float]
    unit: Unit = Unit.SECONDS


@dataclass(frozen=True)
class Series:
    """All that was measured of one contender."""

    name: str
    values: tuple[float, ...]
    unit: Unit = Unit.SECONDS

    @property
    def median(self) -> float:
        return median(self.values)

    def percentile(self, part: int) -> float:
        """The smallest of the values that at least this many of a hundred do not exceed."""
        return sorted(self.values)[ceil(len(self.values) * part / 100) - 1]

    @property
    def least(self) -> float:
        return min(self.values)

    @property
    def most(self) -> float:
        return max(self.values)


def in_turns(contenders: Sequence[Contender], repetitions: int) -> tuple[Series, ...]:
    """Runs every contender once, then every one again, until all have had their repetitions."""
    rounds = [[contender.run() for contender in contenders] for _ in range(repetitions)]
    columns = zip(*rounds, strict=True)
    return tuple(
        Series(contender.name, values, contender.unit)
        for contender, values in zip(contenders, columns, strict=True)
    )


def seconds_of(action: Callable[[], object]) -> float:
    """How long one call takes by the clock on the wall."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
