"""What a process tells those who run it: metrics, traces, and what caused what. Imports nothing of the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from vekst.signals.metrics import Metrics
from vekst.signals.tracing import Tracing

__all__ = ["Signals"]


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one process."""

    metrics: Metrics = field(default_factory=Metrics)
    tracing: Tracing = field(default_factory=Tracing)
