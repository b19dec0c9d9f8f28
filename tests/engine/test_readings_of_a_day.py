"""What quests, badges and streaks read is the same all day: it may be kept until midnight, or until the next event."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.judging import Learner
from vekst.domain.calendars import local_day, zone
from vekst.engine.readings import badge_readings, quest_readings, streak_days, streak_readings

FIRST = date(2026, 3, 2)
RULES = """
quests:
  once:
    title: Once
    steps: [{key: a, title: A, earn: {count: {event: call.practised, at_least: 3}}, points: 1}]
  daily:
    title: Daily
    repeat: day
    steps: [{key: a, title: A, earn: {count: {event: call.practised, at_least: 2}}, points: 1}]
badges:
  weekly:
    title: Weekly
    repeat: week
    earn: {count: {event: call.practised, at_least: 4}}
  lately:
    title: Lately
    earn: {count: {event: call.practised, at_least: 5, within: 7d}}
streaks:
  days: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}, freezes: {start_with: 1}}
  work: {title: S, every: workday, counts: {count: {event: call.practised, at_least: 1}}, freezes: {earn_one_per: 3}}
  weeks: {title: S, every: week, counts: {count: {event: call.practised, at_least: 1}}}
"""
ZONES = ["Europe/Oslo", "America/New_York", "Pacific/Kiritimati", "Pacific/Apia", "Africa/Cairo"]
MINUTES = 45 * 24 * 60


@settings(max_examples=150, deadline=None)
@given(
    practised=st.lists(st.integers(0, 30 * 24 * 60), max_size=25),
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=2),
    moved=st.integers(0, 30 * 24 * 60),
    at=st.integers(0, MINUTES),
    later=st.integers(0, 24 * 60),
)
def test_all_day_long(practised: list[int], zones: list[str], moved: int, at: int, later: int) -> None:
    begin = datetime.combine(FIRST, time(), zone(zones[0])).astimezone(UTC)
    learner = Learner(RULES, zone=zones[0])
    for minutes in practised:
        learner.does("call.practised", begin + timedelta(minutes=minutes))
    for name in zones[1:]:
        learner.moves_to(name, (begin + timedelta(minutes=moved)).isoformat())
    pack, standing = learner.pack, learner.standing
    now = begin + timedelta(minutes=at)
    then = now + timedelta(minutes=later)
    assume(local_day(now, standing.zone) == local_day(then, standing.zone))
    for read in (quest_readings, badge_readings, streak_readings):
        assert read(pack, standing, now) == read(pack, standing, then)
    span = {"first": FIRST, "last": FIRST + timedelta(days=60)}
    for streak in pack.streaks:
        days = streak_days(pack, standing, streak.key, **span, now=now)
        assert days == streak_days(pack, standing, streak.key, **span, now=then)
