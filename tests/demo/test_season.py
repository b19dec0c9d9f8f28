from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from vekst.demo import CAST, SEASON_DAYS, TEAMS, PersonalGoal, Season, tell_season
from vekst.demo.details import DETAILS
from vekst.engine.pack import Pack
from vekst.engine.validation import event_problems
from vekst.quests import load_pack
from vekst.quests.compiler import compile_pack
from vekst.quests.learner_goals import faults_of

FIRST = date(2026, 3, 2)
LAST = datetime(2026, 5, 31, 20, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@cache
def season() -> Season:
    return tell_season(FIRST, LAST)


@cache
def pack() -> Pack:
    document = load_pack(ROOT / "quests" / "sales-craft").document
    assert document is not None
    return compile_pack(document, version=1, digest="demo")


def test_a_season_is_the_same_each_time_it_is_told() -> None:
    assert tell_season(FIRST, LAST) == season()
    assert tell_season(FIRST, LAST, seed=2) != season()


@pytest.mark.parametrize("more", [timedelta(hours=3), timedelta(days=1), timedelta(days=60)])
def test_a_later_day_adds_events_and_changes_none(more: timedelta) -> None:
    earlier = LAST - timedelta(days=30)
    assert [event for event in tell_season(FIRST, earlier + more).events if event.at <= earlier] == [
        *tell_season(FIRST, earlier).events
    ]


def test_every_event_fits_the_pack() -> None:
    for event in season().events:
        assert event_problems(pack(), event.type, event.data, event.recorded_by) is None, event


def test_ids_are_different_within_each_person() -> None:
    assert max(Counter((event.person, event.id) for event in season().events).values()) == 1


def test_a_dozen_people_in_three_teams_have_a_season_of_events() -> None:
    events = Counter(event.recorder for event in season().events)
    assert len(CAST) == 12
    assert {who.team for who in CAST} == set(TEAMS)
    assert events.keys() == {who.person for who in CAST}
    assert events.total() > 1_000


def test_the_cast_has_its_learner_and_its_manager() -> None:
    cast = {who.person: who for who in CAST}
    assert not cast["kari"].manages
    assert cast["nora"].manages
    assert cast["kari"].team == cast["nora"].team


def test_every_habit_has_something_to_say_and_every_accepted_quest_waits_for_a_yes() -> None:
    for who in CAST:
        assert {*who.habits, *who.becomes} <= DETAILS.keys()
        assert all(pack().quest(key) is not None for key in who.accepts)


@pytest.mark.parametrize("later", range(0, 364, 33))
def test_goals_are_reached_or_learnt_from_whenever_the_season_begins(later: int) -> None:
    """Whatever holidays are in it: what the story says of each goal holds."""
    first = FIRST + timedelta(days=later)
    told = tell_season(first, datetime.combine(first + timedelta(days=SEASON_DAYS), time(20), UTC))
    assert {goal.person: goal.words is not None and _reached(goal, told) for goal in told.goals} == {
        "kari": True,
        "emma": True,
        "sofie": False,
        "amina": False,
    }
    assert {goal.person for goal in told.goals if goal.words is None} == {"amina"}


def _reached(goal: PersonalGoal, told: Season) -> bool:
    """Counted by hand, over the goal's own days."""
    asked: dict[str, Any] = dict(goal.earn)["count"]  # type: ignore[assignment]
    least = asked.get("where", {}).get("score", {}).get("min", 0)
    done = [
        event
        for event in told.events
        if (event.person, event.type) == (goal.person, asked["event"])
        and goal.set_at <= event.at < goal.reflected_at - timedelta(hours=8)
        and float(str(event.data.get("score", 0))) >= least
    ]
    return len(done) >= int(asked["at_least"])


def test_every_goal_could_stand_in_quest_files() -> None:
    files = load_pack(ROOT / "quests" / "sales-craft").files
    for goal in season().goals:
        assert faults_of(goal.earn, files) == []


def test_nobody_works_while_away_nor_before_they_came() -> None:
    for who in CAST:
        days = {(event.at.date() - FIRST).days for event in season().events if event.recorder == who.person}
        assert min(days) >= who.begins
        assert who.away is None or not days & set(range(who.away[0], who.away[1] + 1))


def test_it_lasts_a_season_and_not_an_instant_more() -> None:
    assert season().events[-1].at <= LAST
    assert (season().events[-1].at.date() - FIRST).days == SEASON_DAYS
