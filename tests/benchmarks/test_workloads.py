"""Workloads that need whole processes, each in its smallest form: they do what they say, whatever the figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from benchmarks.findings import Comparison, Figure, Growth
from benchmarks.floors import tables
from benchmarks.profiles import SHORT
from benchmarks.stage import Stage, owning
from benchmarks.workloads.costs import A_HOME_SCREEN, AN_EVENT, costs
from benchmarks.workloads.latency import after_a_kill, latency
from benchmarks.workloads.memory import memory
from benchmarks.workloads.pairs import pairs
from benchmarks.workloads.screens import other_screens
from benchmarks.workloads.sizes import among_learners, beside_stored_events
from vekst.settings import Settings

TINY = replace(
    SHORT,
    rounds=1,
    learners=20,
    history=12,
    events={500: 500},
    posted={100: 100},
    requests=20,
    subscribers=6,
    acts=1,
    probed=8,
    backlog=200,
    stored=2_000,
    crowds=(20, 40),
)


@pytest.fixture
def stage(quiet_settings: Settings) -> Stage:
    return Stage(TINY, quiet_settings, lambda _line: None)


@pytest.fixture
async def floors(stage: Stage) -> AsyncIterator[None]:
    async with owning(stage) as owner:
        await tables.create(owner)
        yield
        await owner.execute(f"DROP SCHEMA {tables.SCHEMA} CASCADE")


async def test_what_is_recognised_is_heard_of_by_all_once(stage: Stage) -> None:
    figures = {finding.unit: finding for finding in await latency(stage) if isinstance(finding, Figure)}
    assert figures["ms"].goal == 50
    assert all(figure.value.low > 0 for figure in figures.values())


async def test_nothing_is_lost_or_doubled_when_a_worker_is_killed(stage: Stage) -> None:
    [figure] = await after_a_kill(stage)
    assert isinstance(figure, Figure)
    assert figure.value.median > 0


@pytest.mark.usefixtures("floors")
async def test_the_floors_of_all_screens_answer_what_ours_answer(stage: Stage) -> None:
    """The workload itself refuses to compare what is not equal."""
    screens = [finding for finding in await other_screens(stage) if isinstance(finding, Comparison)]
    assert [screen.workload for screen in screens] == ["badge wall", "ledger page", "board"]
    assert [screen.workload for screen in screens if float(screen.details["fields"]) <= 10] == []


async def test_events_are_taken_in_beside_stored_ones_and_among_more_learners(stage: Stage) -> None:
    [stored] = await beside_stored_events(stage)
    assert isinstance(stored, Comparison)
    assert "2,000" in stored.case
    [growth] = await among_learners(stage)
    assert isinstance(growth, Growth)
    assert [point.size for point in growth.points] == [20, 40]


async def test_memory_is_told_of_every_process_subscriber_and_standing(stage: Stage) -> None:
    figures = {finding.case: finding.value.median for finding in await memory(stage) if isinstance(finding, Figure)}
    assert figures["API, idle"] > 10
    assert figures["worker, after 200 events"] > 10
    assert figures["a standing in the database, median"] > 100


async def test_what_an_event_and_a_home_screen_cost_is_counted_where_it_arises(stage: Stage) -> None:
    figures = {
        (finding.case, finding.unit): finding.value.median
        for finding in await costs(stage)
        if isinstance(finding, Figure)
    }
    event = AN_EVENT.format(100)
    assert figures[f"{event}: worker", "µs of CPU"] > 0
    assert 0 < figures[f"{event}: to PostgreSQL", "round trips"] < 10
    assert figures[f"{event}: write-ahead log", "bytes"] > 100
    assert figures[f"{A_HOME_SCREEN}: from PostgreSQL", "bytes"] > 1_000


async def test_two_workers_and_two_apis_do_what_one_does(stage: Stage) -> None:
    assert [finding.floor_name for finding in await pairs(stage) if isinstance(finding, Comparison)] == [
        "1 worker",
        "1 API process",
    ]
