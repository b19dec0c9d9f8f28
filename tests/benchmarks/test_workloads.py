"""Workloads that need whole processes, each in its smallest form: they do what they say, whatever the figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.findings import Figure
from benchmarks.profiles import SHORT
from benchmarks.stage import Stage
from benchmarks.workloads.latency import after_a_kill, latency
from vekst.settings import Settings

TINY = replace(SHORT, rounds=1, learners=20, history=1, subscribers=6, acts=1, probed=8, backlog=200)


@pytest.fixture
def stage(quiet_settings: Settings) -> Stage:
    return Stage(TINY, quiet_settings, lambda _line: None)


async def test_what_is_recognised_is_heard_of_by_all_once(stage: Stage) -> None:
    figures = {finding.unit: finding for finding in await latency(stage) if isinstance(finding, Figure)}
    assert figures["ms"].goal == 50
    assert all(figure.value.low > 0 for figure in figures.values())


async def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(stage: Stage) -> None:
    [figure] = await after_a_kill(stage)
    assert isinstance(figure, Figure)
    assert figure.value.median > 0
