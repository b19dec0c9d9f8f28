"""What a run finds out: comparisons with a floor, costs that grow or not, and single figures, each with its spread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Self

__all__ = ["Comparison", "Figure", "Finding", "Growth", "GrowthPoint", "Spread"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Values of the same measurement, one per round."""

    median: float
    low: float
    high: float
    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """The spread of at least one value."""
        told = tuple(values)
        return cls(median(told), min(told), max(told), told)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours and a floor, measured in turn; `ratio` is ours over the floor's, round by round.

    `unit` is a rate, the same for both: more is better. `goal` is the ratio that we want to reach, None for none.
    """

    workload: str
    case: str
    unit: str
    floor_name: str
    ours: Spread
    floor: Spread
    ratio: Spread
    goal: float | None = None
    details: Mapping[str, float | str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        workload: str,
        case: str,
        *,
        unit: str,
        floor_name: str,
        ours: Sequence[float],
        floor: Sequence[float],
        goal: float | None = None,
        details: Mapping[str, float | str] | None = None,
    ) -> Self:
        """The comparison of as many rounds of ours as of the floor."""
        ratio = Spread.of(mine / least for mine, least in zip(ours, floor, strict=True))
        return cls(
            workload, case, unit, floor_name, Spread.of(ours), Spread.of(floor), ratio, goal, details=details or {}
        )


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """The cost at one size; `relative` is to the first size of the same round."""

    size: int
    cost: Spread
    relative: Spread


@dataclass(frozen=True, slots=True)
class Growth:
    """How a cost behaves as something grows: 1.0 all along is what we want, and at most `goal` at the end."""

    workload: str
    case: str
    axis: str
    unit: str
    points: tuple[GrowthPoint, ...]
    goal: float | None = None

    @classmethod
    def of(
        cls, workload: str, case: str, *, axis: str, unit: str, costs: Mapping[int, Sequence[float]], goal: float | None
    ) -> Self:
        """The growth of costs by size, each with one value per round."""
        first = next(iter(costs.values()))
        points = tuple(
            GrowthPoint(size, Spread.of(values), Spread.of(at / base for at, base in zip(values, first, strict=True)))
            for size, values in costs.items()
        )
        return cls(workload, case, axis, unit, points, goal)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that stands for itself; `goal` is what its median is to be at most, None for none."""

    workload: str
    case: str
    unit: str
    value: Spread
    goal: float | None = None


Finding = Comparison | Growth | Figure
