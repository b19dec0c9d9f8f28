"""Quest files for tests of services: small, and yet with every kind of rule that judging writes down."""

from __future__ import annotations

from typing import Final

__all__ = ["ANY_DAY", "CRAFT", "CRAFT_CHANGED", "WITH_CHALLENGES", "WITH_WINDOWS", "changed"]

_PACK: Final = """
pack: craft
title: Craft
purpose: Grow better conversations
locales: [en]
zone: Europe/Oslo
calendar: always
retention: 3650 days
accepts_events_up_to: 400 days
recognition:
  outcomes_at_most: 25%
"""

_EVENTS: Final = """
calendars:
  always: {workdays: [mon, tue, wed, thu, fri, sat, sun]}
skills:
  discovery: {title: Discovery, purpose: Asking well, levels: [10, 40, 100], fresh_for: 60d}
events:
  call.practised:
    title: Practised a call
    nature: practice
    skill: discovery
    recorded_by: [self, manager, system]
    fields:
      minutes: {type: number, min: 0}
      score: {type: number, min: 0, max: 10}
      customer: {type: text}
    points: 5
    at_most: {times: 3, per: day}
  lesson.completed:
    title: Completed a lesson
    nature: learning
    recorded_by: [self, system]
    fields:
      lesson: {type: text, required: true}
  feedback.given:
    title: Was given feedback
    nature: feedback
    recorded_by: [manager]
  deal.closed:
    title: Closed a deal
    nature: outcome
    recorded_by: [self, system]
    fields:
      amount: {type: number, min: 0}
"""

_RULES: Final = """
badges:
  brave-caller:
    title: Brave caller
    purpose: Practice makes calls easier
    tiers:
      - {tier: bronze, earn: {count: {event: call.practised, at_least: 3}}, points: 20}
      - {tier: silver, earn: {days: {event: call.practised, at_least: 10}}, points: 60}
  closer:
    title: Closer
    purpose: Deals are celebrated too
    earn: {count: {event: deal.closed, at_least: 2}}
    points: 10
quests:
  better-questions:
    title: Better questions
    purpose: Learn, then try
    skill: discovery
    points: 50
    steps:
      - {key: learn, title: Learn, earn: {count: {event: lesson.completed, at_least: 1}}, points: 5}
      - key: try
        title: Try
        earn: {count: {event: call.practised, where: {score: {min: 6}}, at_least: 2}}
        points: 15
  deep-dive:
    title: Deep dive
    purpose: For those who want more
    starts: when_accepted
    points: 30
    steps:
      - {key: dive, title: Dive, earn: {count: {event: call.practised, at_least: 2}}, points: 5}
streaks:
  daily-practice:
    title: Daily practice
    purpose: Little and often
    every: day
    counts: {count: {event: [call.practised, lesson.completed], at_least: 1}}
    milestones: {3: 10, 7: 30}
"""

_BOARDS: Final = """
leaderboards:
  learning-streaks:
    title: Learning streaks
    purpose: See who keeps at it
    measure: {streak: daily-practice, of: current}
    joins: opt_in
    smallest_group: 2
  longest-streaks:
    title: Longest streaks
    purpose: Honour perseverance
    measure: {streak: daily-practice, of: longest}
    joins: opt_out
    smallest_group: 2
  effort-ever:
    title: Effort
    purpose: Honour effort
    measure: {points: effort, per: ever}
    joins: opt_in
    smallest_group: 2
"""

CRAFT: Final = {"pack.yaml": _PACK, "events.yaml": _EVENTS, "rules.yaml": _RULES, "boards.yaml": _BOARDS}


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """The craft pack with a piece of one file replaced."""
    assert old in CRAFT[name]
    return {**CRAFT, name: CRAFT[name].replace(old, new)}


ANY_DAY: Final = changed("pack.yaml", "up_to: 400 days", "up_to: 3650 days")
"""The same pack for dates that stand in tests: it accepts events for as long as it keeps them."""

CRAFT_CHANGED: Final = changed("rules.yaml", "at_least: 3}}, points: 20}", "at_least: 2}}, points: 25}")
"""The same pack with a badge that is easier to earn and worth more."""

_CHALLENGES: Final = """
challenges:
  practice-sprint:
    title: Practice sprint
    purpose: Begin the season together
    measure: {count: {event: call.practised}}
    goal: {everyone: 2}
    lasts: 14d
    settles_after: 24h
    points: 30
  listening-days:
    title: Listening days
    purpose: Listen a little every day
    measure: {days: {event: [call.practised, lesson.completed]}}
    goal: {share: 50%, reach: 2}
    lasts: 7d
    settles_after: 2d
    points: 10
"""

WITH_CHALLENGES: Final = {**CRAFT, "challenges.yaml": _CHALLENGES}
"""The craft pack with templates of challenges."""

_WINDOWS: Final = """
leaderboards:
  effort-weekly:
    title: Effort this week
    purpose: Everybody begins anew on Monday
    measure: {points: effort, per: week}
    smallest_group: 2
  calls-monthly:
    title: Calls this month
    purpose: Honour practice
    measure: {count: {event: call.practised, at_most: {times: 2, per: day}}, per: month}
    joins: opt_out
    smallest_group: 2
  minutes-ever:
    title: Minutes
    purpose: Honour practice
    measure: {sum: {event: call.practised, field: minutes}, per: ever}
    smallest_group: 2
  customers-weekly:
    title: Customers
    purpose: Try with different people
    measure: {distinct: {event: call.practised, field: customer}, per: week}
    ties: dense
    smallest_group: 2
  days-monthly:
    title: Days
    purpose: A little every day
    measure: {days: {event: [call.practised, lesson.completed]}, per: month}
    smallest_group: 2
"""

WITH_WINDOWS: Final = {**CRAFT, "windows.yaml": _WINDOWS}
"""The craft pack with boards of points and of measures, for weeks, months and ever."""
