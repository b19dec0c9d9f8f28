"""Charts drawn as plain SVG: bars for ratios with their spread and goals, lines for costs that grow or do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import log10
from typing import Final

from benchmarks.findings import Comparison, Growth

__all__ = ["growth_chart", "ratio_chart"]

_INK: Final = "#1f2933"
_PALE: Final = "#d5dce3"
_OURS: Final = "#2f7d5b"
_GOAL: Final = "#c2571a"
_COLOURS: Final = ("#2f7d5b", "#c2571a", "#3b6fb6", "#8a4fa3", "#7a6a1f", "#5b6470")
_FONT: Final = "font-family='system-ui, sans-serif' font-size='13'"
_WIDTH: Final = 860
_ROW: Final = 26


def ratio_chart(comparisons: Sequence[Comparison]) -> str:
    """A bar per comparison: the median ratio, a line from the lowest to the highest round, a mark at the goal."""
    left, right, top = 390, 60, 34
    height = top + _ROW * len(comparisons) + 30
    most = max(1.0, *(each.ratio.high for each in comparisons))
    scale = (_WIDTH - left - right) / most
    body = [_text(left, 20, "ratio to the floor; line: lowest to highest round; orange: goal")]
    for step in range(11):
        ratio = step / 10
        x = left + ratio * scale
        body.append(_line(x, top - 6, x, height - 24, _INK if step == 10 else _PALE))
        body.append(_text(x, height - 8, f"{ratio:g}", anchor="middle"))
    for number, each in enumerate(comparisons):
        body += _bar(each, y=top + number * _ROW, left=left, scale=scale)
    return _svg(height, body)


def _bar(comparison: Comparison, *, y: float, left: float, scale: float) -> Iterator[str]:
    ratio, middle = comparison.ratio, y + _ROW / 2
    yield _text(left - 10, middle + 4, f"{comparison.workload}: {comparison.case}", anchor="end")
    yield f"<rect x='{left}' y='{y + 5:.1f}' width='{ratio.median * scale:.1f}' height='{_ROW - 10}' fill='{_OURS}'/>"
    yield _line(left + ratio.low * scale, middle, left + ratio.high * scale, middle, _INK)
    yield _text(_WIDTH - 12, middle + 4, f"{ratio.median:.2f}", anchor="end")
    if comparison.goal is not None:
        x = left + comparison.goal * scale
        yield _line(x, y + 1, x, y + _ROW - 1, _GOAL, width=3)


def growth_chart(growths: Sequence[Growth]) -> str:
    """A line per cost over its sizes, relative to the smallest; both axes are logarithmic."""
    left, right, top, bottom, height = 60, 330, 30, 50, 420
    sizes = [point.size for each in growths for point in each.points]
    most = max(2.0, *(point.relative.high for each in growths for point in each.points))
    least = min(0.5, *(point.relative.low for each in growths for point in each.points))

    def x_of(size: float) -> float:
        return left + (log10(size) - log10(min(sizes))) / log10(max(sizes) / min(sizes)) * (_WIDTH - left - right)

    def y_of(relative: float) -> float:
        return top + (log10(most) - log10(relative)) / log10(most / least) * (height - top - bottom)

    body = [_text(left, 18, "cost relative to the smallest size (1.0: it does not grow)")]
    for mark in (0.5, 1, 2, 5, 10, 20, 50, 100):
        if least <= mark <= most:
            body.append(_line(left, y_of(mark), _WIDTH - right, y_of(mark), _INK if mark == 1 else _PALE))
            body.append(_text(left - 8, y_of(mark) + 4, f"{mark:g}", anchor="end"))
    body += [_text(x_of(size), height - bottom + 20, f"{size:,}", anchor="middle") for size in sorted(set(sizes))]
    for number, each in enumerate(growths):
        colour = _COLOURS[number % len(_COLOURS)]
        places = " ".join(f"{x_of(point.size):.1f},{y_of(point.relative.median):.1f}" for point in each.points)
        body.append(f"<polyline points='{places}' fill='none' stroke='{colour}' stroke-width='2'/>")
        body.append(
            _line(_WIDTH - right + 20, top + number * 40, _WIDTH - right + 44, top + number * 40, colour, width=3)
        )
        body.append(_text(_WIDTH - right + 52, top + number * 40 + 4, each.case))
        body.append(_text(_WIDTH - right + 52, top + number * 40 + 20, f"by {each.axis}", fill="#5b6470"))
    return _svg(height, body)


def _svg(height: float, body: Sequence[str]) -> str:
    inside = "\n".join(body)
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {_WIDTH} {height}' width='{_WIDTH}' height='{height}' "
        f"{_FONT}>\n<rect width='100%' height='100%' fill='white'/>\n{inside}\n</svg>\n"
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", fill: str = _INK) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{fill}'>{escape(text)}</text>"


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1) -> str:
    return f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}' stroke-width='{width:g}'/>"
