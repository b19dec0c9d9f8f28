"""A learner with one streak, for tests of streaks."""

from __future__ import annotations

from tests.support.judging import Learner

__all__ = ["CALL", "current", "lengths", "march", "runner"]

CALL = "call.practised"


def runner(
    every: str = "day",
    *,
    freezes: str = "{}",
    milestones: str = "{}",
    counts: str = "{count: {event: call.practised, at_least: 1}}",
    calendar: str = "norway",
    zone: str = "Europe/Oslo",
) -> Learner:
    rules = f"""
    calendars:
      part-time: {{workdays: [mon, wed]}}
      sunday-to-thursday: {{workdays: [sun, mon, tue, wed, thu]}}
    skills: {{craft: {{title: Craft, levels: [1000]}}}}
    streaks:
      s:
        title: S
        skill: craft
        every: {every}
        calendar: {calendar}
        counts: {counts}
        freezes: {freezes}
        milestones: {milestones}
    """
    return Learner(rules, zone=zone)


def march(*days: int) -> list[str]:
    return [f"2026-03-{day:02}" for day in days]


def current(learner: Learner, now: str) -> int:
    return learner.streak("s", now).current


def lengths(learner: Learner, now: str) -> tuple[int, int, int]:
    """The current run, the longest ever, and the freezes held."""
    read = learner.streak("s", now)
    return read.current, read.longest, read.freezes
