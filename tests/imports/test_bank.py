"""A bank's loan desk, for real: what Vekst says of 262,200 events against a brute-force count over the file itself."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest

from tests.imports.real import Told, longest_run, told_by, weeks_of
from tests.support.real_data import data_file
from vekst.settings import Settings

FILE = "bpi2012_loan_sales/events.csv.gz"
CALLS = {"W_Nabellen offertes", "W_Nabellen incomplete dossiers"}
HELPED = {*CALLS, "W_Completeren aanvraag"}
READ = {"W_Valideren aanvraag", "W_Beoordelen fraude"}
HOLIDAYS = {date(2011, 12, 25), date(2011, 12, 26), date(2012, 1, 1)}
"""Dutch public holidays between the first and the last event."""


@dataclass(slots=True)
class Agent:
    """What the file itself says of one agent."""

    rows: int = 0
    calls: Counter[date] = field(default_factory=Counter)
    cases: set[str] = field(default_factory=set)
    reading: set[date] = field(default_factory=set)
    accepted: int = 0


def is_workday(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def rows() -> Iterator[dict[str, str]]:
    with gzip.open(data_file(FILE), "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def agents() -> dict[str, Agent]:
    counted: dict[str, Agent] = defaultdict(Agent)
    for row in rows():
        if not row["resource"]:
            continue
        agent, done = counted[row["resource"]], row["lifecycle"] == "COMPLETE"
        # Every time stands with its own local offset, so its first ten characters are the local date.
        day = date.fromisoformat(row["timestamp"][:10])
        agent.rows += 1
        agent.accepted += row["activity"] == "O_ACCEPTED"
        if done and row["activity"] in CALLS:
            agent.calls[day] += 1
        if done and row["activity"] in HELPED:
            agent.cases.add(row["case"])
        if done and row["activity"] in READ:
            agent.reading.add(day)
    return counted


def by_hand(streak: str, days: Iterable[date]) -> int:
    match streak:
        case "calls-every-day":
            return longest_run(days)
        case "calls-every-workday":
            return longest_run(days, is_workday)
        case _:
            return longest_run(weeks_of(days, 2), step=7)


@pytest.fixture(scope="module")
def told(settings: Settings) -> Told:
    return told_by(settings, "loan-desk", "bpi2012.yaml", data_file(FILE))


def test_every_row_with_a_resource_is_stored_and_every_other_is_listed_with_its_reason(told: Told) -> None:
    assert (told.first.rows, told.first.stored, told.first.people) == (262_200, 244_190, 68)
    assert (told.first.duplicates, told.first.refusals, sum(told.first.skipped.values())) == (0, 18_010, 0)
    nobodys = [number for number, row in enumerate(rows(), start=2) if not row["resource"]]
    assert [refusal.row for refusal in told.refused] == nobodys
    assert {refusal.code for refusal in told.refused} == {"NO_PERSON"}


def test_a_second_import_adds_nothing(told: Told) -> None:
    assert (told.second.stored, told.second.duplicates, told.second.people) == (0, 244_190, 0)


def test_every_agent_has_as_many_judged_events_as_the_file_has_rows(told: Told, agents: dict[str, Agent]) -> None:
    assert {person: number.total() for person, number in told.events.items()} == {
        person: agent.rows for person, agent in agents.items()
    }


@pytest.mark.parametrize("streak", ["calls-every-day", "calls-every-workday", "weeks-with-calls"])
def test_the_longest_streak_of_every_agent_is_the_one_counted_by_hand(
    told: Told, agents: dict[str, Agent], streak: str
) -> None:
    assert {person: longest[streak] for person, longest in told.longest.items()} == {
        person: by_hand(streak, agent.calls) for person, agent in agents.items()
    }


def test_every_agent_has_the_badges_that_a_count_by_hand_gives(told: Told, agents: dict[str, Agent]) -> None:
    def reached(key: str, have: int, **needs: int) -> set[tuple[str, str]]:
        return {(key, tier) for tier, need in needs.items() if have >= need}

    for person, agent in agents.items():
        assert told.tiers[person] == {
            *reached("patient-caller", sum(min(20, n) for n in agent.calls.values()), bronze=50, silver=500, gold=1500),
            *reached("many-people-helped", len(agent.cases), bronze=25, silver=250, gold=1000),
            *reached("careful-reader", len(agent.reading), bronze=5, silver=40),
            *reached("welcome-home", agent.accepted, bronze=1, silver=25),
        }, person
