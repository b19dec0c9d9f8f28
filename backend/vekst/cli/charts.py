"""Plots as inline SVG: no script, no other file; each says in words what it shows, and the page gives the colours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, log10
from operator import itemgetter
from typing import Final

__all__ = ["Bar", "Line", "Split", "bar_chart", "line_chart", "split_chart"]

_WIDTH: Final = 720
_ROW: Final = 30
_LETTER: Final = 7.0
"""About the width of a letter of the labels."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through one value per place on the axis; `style` is a class of the page."""

    name: str
    style: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar and what is written behind it."""

    label: str
    value: float
    text: str
    style: str = "after"


@dataclass(frozen=True, slots=True)
class Split:
    """A bar to the left and one to the right of a common middle."""

    label: str
    left: int
    right: int


def line_chart(title: str, says: str, places: Sequence[str], lines: Sequence[Line]) -> str:
    """Values over time; each line has its name at its end."""
    height, left, right, top, bottom = 300, 48, 96, 16, 36
    step = _step(max((value for line in lines for value in line.values), default=0))
    ceiling = step * max(1, ceil(max((value for line in lines for value in line.values), default=0) / step))
    wide, high = _WIDTH - left - right, height - top - bottom

    def x(place: int) -> float:
        return left + (wide * place / (len(places) - 1) if len(places) > 1 else wide / 2)

    def y(value: float) -> float:
        return top + high * (1 - value / ceiling)

    parts = [
        f'<line class="grid" x1="{left}" x2="{left + wide}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
        f'<text class="tick" x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        for tick in (step * number for number in range(round(ceiling / step) + 1))
    ]
    every = max(1, ceil(len(places) / 8))
    parts += [
        f'<text class="tick" x="{x(place):.1f}" y="{height - 12}" text-anchor="middle">{escape(places[place])}</text>'
        for place in range(0, len(places), every)
    ]
    for line in lines:
        points = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in enumerate(line.values))
        parts.append(f'<polyline class="line {line.style}" points="{points}"/>')
    parts += _names(lines, x(len(places) - 1) + 8, y)
    return _svg(title, says, height, parts)


def bar_chart(title: str, says: str, bars: Sequence[Bar], *, mark: tuple[float, str] | None = None) -> str:
    """A bar per row; `mark` draws a line at a value, with its name."""
    left = _label_width(bar.label for bar in bars)
    most = max([bar.value for bar in bars] + ([mark[0]] if mark else []), default=0) or 1
    wide = _WIDTH - left - 12 - _LETTER * max((len(bar.text) for bar in bars), default=0)
    height = _ROW * len(bars) + (40 if mark else 16)
    parts: list[str] = []
    for row, bar in enumerate(bars):
        y, length = 8 + row * _ROW, max(wide * bar.value / most, 1 if bar.value else 0)
        parts.append(_label(bar.label, left, y))
        parts.append(f'<rect class="{bar.style}" x="{left}" y="{y}" width="{length:.1f}" height="20" rx="3"/>')
        parts.append(f'<text class="value" x="{left + length + 6:.1f}" y="{y + 15}">{escape(bar.text)}</text>')
    if mark is not None:
        x, bottom = left + wide * mark[0] / most, 8 + _ROW * len(bars)
        parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{bottom}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{escape(mark[1])}</text>')
    return _svg(title, says, height, parts)


def split_chart(title: str, says: str, rows: Sequence[Split], *, left_name: str, right_name: str) -> str:
    """Rows of two bars, away from a common middle."""
    edge = _label_width(row.label for row in rows)
    most = max([max(row.left, row.right) for row in rows], default=0) or 1
    half = (_WIDTH - edge - 90) / 2
    middle = edge + 45 + half
    parts = [
        f'<text class="tick" x="{middle - 8:.1f}" y="16" text-anchor="end">{escape(left_name)}</text>',
        f'<text class="tick" x="{middle + 8:.1f}" y="16">{escape(right_name)}</text>',
    ]
    for number, row in enumerate(rows):
        y = 26 + number * _ROW
        less, more = half * row.left / most, half * row.right / most
        parts.append(_label(row.label, edge, y))
        if row.left:
            parts.append(
                f'<rect class="harder" x="{middle - less:.1f}" y="{y}" width="{less:.1f}" height="20" rx="3"/>'
            )
            parts.append(
                f'<text class="value" x="{middle - less - 6:.1f}" y="{y + 15}" text-anchor="end">{row.left:,}</text>'
            )
        if row.right:
            parts.append(f'<rect class="easier" x="{middle:.1f}" y="{y}" width="{more:.1f}" height="20" rx="3"/>')
            parts.append(f'<text class="value" x="{middle + more + 6:.1f}" y="{y + 15}">{row.right:,}</text>')
    height = 34 + _ROW * len(rows)
    parts.append(f'<line class="axis" x1="{middle:.1f}" x2="{middle:.1f}" y1="22" y2="{height - 8}"/>')
    return _svg(title, says, height, parts)


def _svg(title: str, says: str, height: int, parts: Iterable[str]) -> str:
    """The whole plot; a screen reader hears its title and what it says."""
    label = escape(f"{title}. {says}", quote=True)
    body = "\n".join(parts)
    return f'<svg role="img" aria-label="{label}" viewBox="0 0 {_WIDTH} {height}">\n{body}\n</svg>'


def _step(most: float) -> float:
    """A round distance between ticks, with four to ten of them up to the most."""
    if most <= 0:
        return 1
    rough = most / 4
    power: float = 10 ** (ceil(log10(rough)) - 1)
    return next(power * times for times in (10, 5, 2, 1) if power * times <= rough or times == 1)


def _names(lines: Sequence[Line], x: float, y: Callable[[float], float]) -> list[str]:
    """The lines' names at their ends, moved apart where they would stand on each other."""
    parts, last = [], float("-inf")
    for place, line in sorted(((y(line.values[-1]), line) for line in lines if line.values), key=itemgetter(0)):
        last = max(place, last + 18)
        parts.append(f'<text class="name {line.style}" x="{x:.1f}" y="{last + 4:.1f}">{escape(line.name)}</text>')
    return parts


def _label_width(labels: Iterable[str]) -> int:
    longest = max((len(_short(label)) for label in labels), default=0)
    return round(longest * _LETTER) + 12


def _label(label: str, left: int, y: float) -> str:
    full = f"<title>{escape(label)}</title>" if _short(label) != label else ""
    return f'<text class="label" x="{left - 8}" y="{y + 15:g}" text-anchor="end">{escape(_short(label))}{full}</text>'


def _short(label: str, most: int = 38) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"
