"""What the benchmarks say is what they measured; no test here looks at a clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import msgspec
import pytest

from benchmarks.findings import Comparison, Figure, Growth, Spread
from benchmarks.machine import Machine
from benchmarks.reports.charts import growth_chart, ratio_chart
from benchmarks.reports.lines import lines_of
from benchmarks.reports.page import page_of
from benchmarks.reports.record import Record, sorted_findings
from benchmarks.reports.scaling import MissingFiguresError, scaling_page
from benchmarks.turns import in_turn
from benchmarks.workloads.costs import A_HOME_SCREEN, AN_EVENT, COSTS

COMPARISON = Comparison.of(
    "event to ledger",
    "batches of 100 <at once>",
    unit="events/s",
    floor_name="split",
    ours=[10, 30, 20],
    floor=[100, 100, 100],
    goal=0.35,
    details={"ledger rows per event": 1.5},
)
GROWTH = Growth.of("engine", "fold", axis="events", unit="µs", costs={10: [2.0, 4.0], 100: [3.0, 4.0]}, goal=1.2)
FIGURE = Figure("engine", "a standing", "bytes", Spread.of([1_000, 3_000, 2_000]))
MACHINE = Machine("A processor", 2, 8.0, "Linux", 3.0, "3.11", "PostgreSQL 18", "Valkey 9", {"vekst": "0.1.0"})


@pytest.fixture
def record() -> Record:
    comparisons, growths, figures = sorted_findings([FIGURE, COMPARISON, GROWTH])
    return Record(
        "short",
        3,
        "python -m benchmarks",
        datetime(2026, 3, 1, tzinfo=UTC),
        2.0,
        MACHINE,
        comparisons,
        growths,
        figures,
    )


def test_ratios_are_those_of_each_round_and_not_of_the_medians() -> None:
    uneven = Comparison.of("w", "c", unit="u", floor_name="f", ours=[1, 10, 100], floor=[1, 5, 200])
    assert list(uneven.ratio.values) == [1, 2, 0.5]
    assert (uneven.ratio.low, uneven.ratio.median, uneven.ratio.high) == (0.5, 1, 2)


def test_rounds_that_are_missing_are_not_passed_over() -> None:
    with pytest.raises(ValueError, match="shorter"):
        Comparison.of("w", "c", unit="u", floor_name="f", ours=[1, 2], floor=[1])


def test_growth_is_relative_to_the_smallest_size_of_the_same_round() -> None:
    assert [list(point.relative.values) for point in GROWTH.points] == [[1, 1], [1.5, 1]]


async def test_contenders_take_turns_after_a_first_one_that_does_not_count() -> None:
    calls: list[str] = []

    async def ours() -> float:
        calls.append("ours")
        return len(calls)

    async def floor() -> float:
        calls.append("floor")
        return len(calls)

    measured = await in_turn(2, {"ours": ours, "floor": floor})
    assert calls == ["ours", "floor", "ours", "floor", "floor", "ours"]
    assert measured == {"ours": [3, 6], "floor": [4, 5]}


def test_the_page_says_what_was_not_reached_and_that_the_machine_was_shared(record: Record) -> None:
    page = page_of(record, {"ratios": "ratios.svg"})
    assert "| 0.20 (0.10 – 0.30) | 0.35, not reached |" in page
    assert "10: 1.00; 100: 1.25" in page
    assert "the machine was shared" in page
    assert "![ratios](ratios.svg)" in page


def test_the_page_tells_how_it_came_about_and_that_of_a_short_run_where_large_sizes_are(record: Record) -> None:
    large = replace(record, profile="full", command="python -m benchmarks --full --out large")
    assert "large/README.md" in page_of(record, {})
    assert "\npython -m benchmarks --full --out large\n" in page_of(large, {})
    assert "large/README.md" not in page_of(large, {})


def test_the_json_holds_every_round(record: Record) -> None:
    told = msgspec.json.decode(record.as_json())
    assert told["comparisons"][0]["ratio"]["values"] == [0.1, 0.3, 0.2]
    assert told["machine"]["packages"] == {"vekst": "0.1.0"}


def test_what_machines_carry_follows_from_what_an_event_and_a_screen_cost(record: Record) -> None:
    costs = tuple(
        Figure(COSTS, f"{case}: {what}", "µs of CPU", Spread.of([900]))
        for case in (AN_EVENT.format(1), AN_EVENT.format(100), A_HOME_SCREEN)
        for what in ("API", "worker", "PostgreSQL", "Valkey")
    )
    whole = replace(record, figures=(*costs, FIGURE))
    page = scaling_page(msgspec.json.decode(whole.as_json(), type=Record))
    # 20 a day, a fifth of them in an hour: 20,000,000 × 900 µs × 0.2 / 3,600 s.
    assert "| PostgreSQL | 1.0 | 1 |" in page
    assert "| together | 4.0 | 4 |" in page
    assert "| 10 | 10,000,000 | 5,600 | 5,600 | 2 |" in page


def test_without_the_costs_nothing_is_said_about_machines(record: Record) -> None:
    with pytest.raises(MissingFiguresError):
        scaling_page(record)


def test_charts_are_well_formed_whatever_cases_are_called() -> None:
    for chart in (ratio_chart([COMPARISON]), growth_chart([GROWTH])):
        assert ET.fromstring(chart).tag.endswith("svg")
    assert "&lt;at once&gt;" in ratio_chart([COMPARISON])


def test_every_finding_can_be_said_in_lines() -> None:
    assert [len(list(lines_of(finding))) for finding in (COMPARISON, GROWTH, FIGURE)] == [2, 1, 1]
