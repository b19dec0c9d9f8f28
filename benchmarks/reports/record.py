"""The record of a run: everything that was found, with what it takes to judge it and to run it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from benchmarks.findings import Comparison, Figure, Finding, Growth
from benchmarks.machine import Machine

__all__ = ["FORMAT", "Record", "sorted_findings"]

FORMAT = 1
"""The version of the JSON's form."""


@dataclass(frozen=True, slots=True)
class Record:
    """A whole run."""

    profile: str
    rounds: int
    command: str
    began_at: datetime
    minutes: float
    machine: Machine
    comparisons: tuple[Comparison, ...]
    growths: tuple[Growth, ...]
    figures: tuple[Figure, ...]
    format: int = FORMAT

    def as_json(self) -> bytes:
        """The record as JSON, to be read by people too."""
        return msgspec.json.format(msgspec.json.encode(_rounded(msgspec.to_builtins(self))), indent=1) + b"\n"


def _rounded(value: object) -> object:
    """Numbers with the digits that mean something."""
    if isinstance(value, float):
        return float(f"{value:.4g}") if abs(value) < 10_000 else round(value)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value


def sorted_findings(
    findings: list[Finding],
) -> tuple[tuple[Comparison, ...], tuple[Growth, ...], tuple[Figure, ...]]:
    """The findings by kind."""
    return (
        tuple(each for each in findings if isinstance(each, Comparison)),
        tuple(each for each in findings if isinstance(each, Growth)),
        tuple(each for each in findings if isinstance(each, Figure)),
    )
