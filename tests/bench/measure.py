"""Taking times in turns, and what is kept of them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Contender:
    """One of the things compared; `run` does it once and returns the seconds that count."""

    name: str
    run: Callable[[], float]


@dataclass(frozen=True)
class Timings:
    """All the seconds of one contender."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def fastest(self) -> float:
        return min(self.seconds)

    @property
    def slowest(self) -> float:
        return max(self.seconds)


def in_turns(contenders: Sequence[Contender], repetitions: int) -> tuple[Timings, ...]:
    """Runs every contender once, then every one again, until all have had their repetitions."""
    rounds = [[contender.run() for contender in contenders] for _ in range(repetitions)]
    columns = zip(*rounds, strict=True)
    return tuple(
        Timings(contender.name, seconds)
        for contender, seconds in zip(contenders, columns, strict=True)
    )


def seconds_of(action: Callable[[], object]) -> float:
    """How long one call takes by the clock on the wall."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
