"""The commits of a Norwegian team over nine years: offsets of every author's own, judged in the zone they live in."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache

import pytest

from tests.imports.real import Told, longest_run, told_by, weeks_of
from tests.support.real_data import data_file
from vekst.domain.calendars import zone
from vekst.settings import Settings

FILE = "git_commits_oslo/commits.csv"


def rows() -> Iterator[dict[str, str]]:
    with data_file(FILE).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian reckoning."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    month, day = divmod(h + k - 7 * ((a + 11 * h + 22 * k) // 451) + 114, 31)
    return date(year, month, day + 1)


@cache
def norwegian_holidays(year: int) -> frozenset[date]:
    fixed = {date(year, *each) for each in ((1, 1), (5, 1), (5, 17), (12, 25), (12, 26))}
    return frozenset(fixed | {easter(year) + timedelta(days=days) for days in (-3, -2, 0, 1, 39, 49, 50)})


def is_workday(day: date) -> bool:
    return day.weekday() < 5 and day not in norwegian_holidays(day.year)


@pytest.fixture(scope="module")
def days() -> dict[str, set[date]]:
    """The local dates on which each author, who is no bot, wrote a commit."""
    there: dict[str, set[date]] = defaultdict(set)
    for row in rows():
        if row["is_bot"] != "1":
            there[row["author"]].add(datetime.fromisoformat(row["authored_at"]).astimezone(zone("Europe/Oslo")).date())
    return there


def by_hand(streak: str, days: Iterable[date]) -> int:
    match streak:
        case "code-every-day":
            return longest_run(days)
        case "code-every-workday":
            return longest_run(days, is_workday)
        case _:
            return longest_run(weeks_of(days), step=7)


@pytest.fixture(scope="module")
def told(settings: Settings) -> Told:
    return told_by(settings, "code-craft", "git-commits.yaml", data_file(FILE))


def test_bots_are_left_out_on_purpose_and_everything_else_is_stored(told: Told) -> None:
    assert (told.first.rows, told.first.stored, told.first.refusals) == (27_688, 25_618, 0)
    assert told.first.skipped == {"a bot's commit": 2_070}
    assert (told.second.stored, told.second.duplicates) == (0, 25_618)


@pytest.mark.parametrize("streak", ["code-every-day", "code-every-workday", "code-every-week"])
def test_the_longest_streak_of_every_author_is_the_one_counted_by_hand(
    told: Told, days: dict[str, set[date]], streak: str
) -> None:
    assert {person: longest[streak] for person, longest in told.longest.items()} == {
        person: by_hand(streak, there) for person, there in days.items()
    }


def test_every_author_has_the_tiers_of_their_days(told: Told, days: dict[str, set[date]]) -> None:
    needs = {"bronze": 10, "silver": 100, "gold": 500}
    for person, there in days.items():
        earned = {("days-at-the-bench", tier) for tier, need in needs.items() if len(there) >= need}
        assert told.tiers[person] == earned, person
