"""A comparison, and how it is printed."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.measure import Series, Unit

HEADINGS = ("", "median", "min", "max", "ratio", "target", "")


@dataclass(frozen=True)
class Ratio:
    """The median of `measured` in medians of `against`; without a target it is for information."""

    measured: Series
    against: Series
    at_most: float | None = None

    @property
    def value(self) -> float:
        return self.measured.median / self.against.median

    @property
    def is_missed(self) -> bool:
        return self.at_most is not None and self.value > self.at_most

    @property
    def verdict(self) -> str:
        if self.at_most is None:
            return ""
        return "MISSED" if self.is_missed else "met"


@dataclass(frozen=True)
class Bound:
    """One figure against what it may be at most."""

    name: str
    value: float
    at_most: float
    unit: Unit

    @property
    def is_missed(self) -> bool:
        return self.value > self.at_most

    @property
    def verdict(self) -> str:
        return "MISSED" if self.is_missed else "met"


@dataclass(frozen=True)
class Comparison:
    """What was measured together, the ratios of interest, and what a reader has to know."""

    title: str
    timings: tuple[Series, ...]
    ratios: tuple[Ratio, ...]
    notes: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()

    @property
    def is_missed(self) -> bool:
        """Whether any of the targets is missed."""
        ratios, bounds = self.ratios, self.bounds
        return any(each.is_missed for each in ratios) or any(each.is_missed for each in bounds)


def rendered(comparison: Comparison) -> str:
    """The comparison as text: the times, then the ratios, then the notes."""
    rows = [HEADINGS, *_time_rows(comparison), *_ratio_rows(comparison), *_bound_rows(comparison)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    repetitions = len(comparison.timings[0].values)
    lines = [f"{comparison.title} ({repetitions} of each, in turns)", ""]
    for name, *cells in rows:
        aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        lines.append("  ".join(["", name.ljust(widths[0]), *aligned]).rstrip())
    lines += ["", *(f"  {note}" for note in comparison.notes), ""]
    return "\n".join(lines)


def _time_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for timings in comparison.timings:
        times = (timings.median, timings.fastest, timings.slowest)
        yield (timings.name, *(timings.unit.value.format(time) for time in times), "", "", "")


def _ratio_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for ratio in comparison.ratios:
        target = "" if ratio.at_most is None else f"<= {ratio.at_most:g}"
        name = f"{ratio.measured.name} : {ratio.against.name}"
        yield (name, "", "", "", f"{ratio.value:.3f}", target, ratio.verdict)


def _bound_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for bound in comparison.bounds:
        value, target = (bound.unit.value.format(each) for each in (bound.value, bound.at_most))
        yield (bound.name, "", "", "", value, f"<= {target}", bound.verdict)
