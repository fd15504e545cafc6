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


@dataclass(frozen=True)
class Bound:
    """One figure and what it may be at most; without a target it is for information."""

    name: str
    value: float
    unit: Unit
    at_most: float | None = None


Judged = Ratio | Bound


def _is_missed(judged: Judged) -> bool:
    return judged.at_most is not None and judged.value > judged.at_most


def _verdict(judged: Judged) -> str:
    if judged.at_most is None:
        return ""
    return "MISSED" if _is_missed(judged) else "met"


@dataclass(frozen=True)
class Comparison:
    """What was measured together, the ratios of interest, and what a reader has to know."""

    title: str
    series: tuple[Series, ...]
    ratios: tuple[Ratio, ...]
    notes: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    taken: str = "of each, in turns"
    """How the values came about; the title says how many the first contender has."""

    @property
    def is_missed(self) -> bool:
        """Whether any of the targets is missed."""
        judged: tuple[Judged, ...] = (*self.ratios, *self.bounds)
        return any(map(_is_missed, judged))


def rendered(comparison: Comparison) -> str:
    """The comparison as text: what was measured, then ratios and bounds, then the notes."""
    rows = [
        HEADINGS,
        *_measured_rows(comparison),
        *_ratio_rows(comparison),
        *_bound_rows(comparison),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    repetitions = len(comparison.series[0].values)
    lines = [f"{comparison.title} ({repetitions} {comparison.taken})", ""]
    for name, *cells in rows:
        aligned = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
        lines.append("  ".join(["", name.ljust(widths[0]), *aligned]).rstrip())
    lines += ["", *(f"  {note}" for note in comparison.notes), ""]
    return "\n".join(lines)


def _measured_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for series in comparison.series:
        values = (series.median, series.least, series.most)
        yield (series.name, *(series.unit.value.format(value) for value in values), "", "", "")


def _ratio_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for ratio in comparison.ratios:
        target = "" if ratio.at_most is None else f"<= {ratio.at_most:g}"
        name = f"{ratio.measured.name} : {ratio.against.name}"
        yield (name, "", "", "", f"{ratio.value:.3f}", target, _verdict(ratio))


def _bound_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for bound in comparison.bounds:
        write = bound.unit.value.format
        target = "" if bound.at_most is None else f"<= {write(bound.at_most)}"
        yield (bound.name, write(bound.value), "", "", "", target, _verdict(bound))
