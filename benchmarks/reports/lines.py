"""Findings as lines of text, as they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from benchmarks.findings import Comparison, Figure, Finding, Growth, Spread

__all__ = ["detail_text", "figure_text", "lines_of", "spread_text"]


def lines_of(finding: Finding) -> Iterator[str]:
    """What a finding says."""
    match finding:
        case Comparison():
            goal = f", goal {finding.goal:g}" if finding.goal is not None else ""
            yield (
                f"  {finding.case}: {spread_text(finding.ratio, 2)} of {finding.floor_name}{goal}"
                f"  [{finding.ours.median:,.0f} and {finding.floor.median:,.0f} {finding.unit}]"
            )
            if finding.details:
                yield f"      {detail_text(finding)}"
        case Growth():
            sizes = ", ".join(f"{point.size:,}: {point.relative.median:.2f}" for point in finding.points)
            first = finding.points[0]
            yield f"  {finding.case} by {finding.axis}: {sizes}  [first: {first.cost.median:,.0f} {finding.unit}]"
        case Figure():
            goal = f", goal {finding.goal:g}" if finding.goal is not None else ""
            yield f"  {finding.case}: {figure_text(finding)} {finding.unit}{goal}"
        case _:
            assert_never(finding)


def spread_text(spread: Spread, digits: int) -> str:
    """The median, and between which it lay."""
    return f"{spread.median:,.{digits}f} ({spread.low:,.{digits}f} – {spread.high:,.{digits}f})"


def figure_text(figure: Figure) -> str:
    """The figure with as many digits as mean something."""
    return spread_text(figure.value, 0 if figure.value.median >= 100 else 1 if figure.value.median >= 1 else 3)


def detail_text(comparison: Comparison) -> str:
    """What else was counted."""
    return ", ".join(
        f"{name} {value:,g}" if isinstance(value, float | int) else f"{name} {value}"
        for name, value in comparison.details.items()
    )
