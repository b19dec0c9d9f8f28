"""Judges a learner's whole life under a pack: every rule again on every prefix of the events in canonical order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

from tests.model.criteria import amount, holds, matching, tries_of
from tests.model.days import window
from tests.model.goals import reached_goals, reflected_goals
from tests.model.history import Event, accepted_quests, history
from tests.model.improvement import improvements
from tests.model.natures import badge_nature, event_nature, quest_nature, streak_nature, tiers_of
from tests.model.quantities import length_of, share
from tests.model.runs import Streak, streak_at

__all__ = ["Judged", "Points", "Recognition", "judge"]

_KINDS = ["events", "skills", "quests", "badges", "streaks", "calendars", "leaderboards"]


class Recognition(NamedTuple):
    """One thing recognised; the first four fields tell it apart (N1)."""

    kind: str
    key: str
    tier: str | None
    occurrence: str
    points: int
    nature: str
    reached_at: datetime


class Points(NamedTuple):
    """P1: what the learner has, and how much of the outcome points is recognised."""

    effort: int
    outcome: int
    recognised_outcome: int


@dataclass(frozen=True, slots=True)
class _Scope:
    """The events that a rule looks at in one of its windows, and the occurrence which that window is."""

    occurrence: str
    events: list[Event]


def judge(pack: dict[str, Any], events: Iterable[dict[str, Any]], *, zone: str | None = None) -> Judged:
    """Judge the events under the pack, both as their authors wrote them; the learner starts in `zone`."""
    pack = {**pack, **{kind: pack.get(kind) or {} for kind in _KINDS}}
    for key, event_type in pack["events"].items():
        if event_type.get("points") and "at_most" not in event_type:
            raise ValueError(f"{key} pays points without at_most")
    first_zone = zone or pack["pack"]["zone"]
    judged = Judged(pack, history(events, first_zone), first_zone)
    judged._judge_every_prefix()
    return judged


class Judged:
    """What the learner has been recognised for, and where they stand."""

    def __init__(self, pack: dict[str, Any], events: list[Event], first_zone: str) -> None:
        self._pack = pack
        self._events = events
        self._first_zone = first_zone
        self._prefix: list[Event] = []
        self._recognised: dict[tuple[str, str, str | None, str], Recognition] = {}
        self._place: dict[tuple[str, str, str | None, str], int] = {}
        self._opened: dict[str, int] = {}
        self._longest: dict[str, int] = {}

    # What tests read.

    @property
    def recognitions(self) -> list[Recognition]:
        """List the recognitions in the order in which they were reached."""
        return list(self._recognised.values())

    @property
    def skill_points(self) -> dict[str, int]:
        """K1: give every skill the effort points of the recognitions tied to it."""
        points = dict.fromkeys(self._pack["skills"], 0)
        for one in self._recognised.values():
            skill = self._skill_of(one)
            if skill is not None and one.nature == "effort":
                points[skill] += one.points
        return points

    @property
    def levels(self) -> dict[str, int]:
        """Give every skill the number of thresholds reached."""
        return {key: self.level(key) for key in self._pack["skills"]}

    @property
    def points(self) -> Points:
        """P1: sum the learner's points, and say how many of the outcome points are recognised."""
        effort = sum(one.points for one in self._recognised.values() if one.nature == "effort")
        outcome = sum(one.points for one in self._recognised.values() if one.nature == "outcome")
        at_most = share(self._pack["pack"]["recognition"]["outcomes_at_most"])
        return Points(effort, outcome, min(outcome, floor(Fraction(effort) * at_most / (1 - at_most))))

    def streaks(self, now: datetime) -> dict[str, tuple[int, int, int]]:
        """Read every streak at the instant: the current length, the longest and the freezes held."""
        read = {key: self._streak(key, now) for key in self._pack["streaks"]}
        return {key: (one.current, max(one.longest, self._longest[key]), one.freezes) for key, one in read.items()}

    def keep_until(self, key: str, now: datetime) -> datetime | None:
        """S8: give the first instant at which the current run would end or spend a freeze; None without a run."""
        return self._streak(key, now).keep_until

    def ends_at(self, key: str, now: datetime) -> datetime | None:
        """Give the instant at which the current run would end if nothing more happened; None without a run."""
        return self._streak(key, now).ends_at

    def boards(self, today: date) -> dict[str, dict[str, int]]:
        """Give every board of points or of a measure its values in the windows that are kept on the date."""
        boards = self._pack["leaderboards"].items()
        return {key: self._board(said["measure"], today) for key, said in boards if "streak" not in said["measure"]}

    def _board(self, measure: dict[str, Any], today: date) -> dict[str, int]:
        oldest = self._window(today - length_of(self._pack["pack"]["retention"]), measure["per"])
        names = {self._window(event.date, measure["per"]) for event in self._events}
        names = {name for name in names if name >= oldest}
        values = {name: self._board_value(measure, name) for name in names}
        return {name: value for name, value in values.items() if value}

    def _board_value(self, measure: dict[str, Any], name: str) -> int:
        """Add up one window, in whole numbers and no more than a board can show."""
        inside = [event for event in self._events if self._window(event.date, measure["per"]) == name]
        if "points" in measure:
            places = {event.place for event in inside}
            given = (one for one in self._recognised.values() if one.nature == "effort")
            return sum(one.points for one in given if self._place[one[:4]] in places)
        [kind] = measure.keys() - {"per"}
        return min(2**31 - 1, floor(amount(kind, measure[kind], matching(measure[kind], inside))))

    @staticmethod
    def _window(day: date, per: str) -> str:
        return "ever" if per == "ever" else window(day, per)

    # What criteria ask.

    def longest(self, streak: str) -> int:
        """Give the length of the streak's longest run, ever."""
        return self._longest[streak]

    def level(self, skill: str) -> int:
        """Give the level reached in the skill."""
        points = self.skill_points[skill]
        return sum(points >= threshold for threshold in self._pack["skills"][skill]["levels"])

    def has_quest(self, quest: str) -> bool:
        """Tell whether the quest was completed, in any of its windows."""
        return any(one.kind == "QUEST" and one.key == quest for one in self._recognised.values())

    def has_badge(self, badge: str, tier: str | None) -> bool:
        """Tell whether the tier, or any where none is named, was earned in any window."""
        return any(
            one.kind == "BADGE" and one.key == badge and tier in (None, one.tier) for one in self._recognised.values()
        )

    # How it is judged.

    def _judge_every_prefix(self) -> None:
        self._longest = dict.fromkeys(self._pack["streaks"], 0)
        for end in range(1, len(self._events) + 1):
            self._prefix = self._events[:end]
            for key in self._pack["streaks"]:
                reached = self._streak(key, self._prefix[-1].at).longest
                self._longest[key] = max(self._longest[key], reached)
            known = -1
            while known != len(self._recognised) + len(self._opened):
                known = len(self._recognised) + len(self._opened)
                self._judge_events()
                self._judge_quests()
                self._judge_badges()
                self._judge_milestones()
                self._judge_levels()
                self._judge_goals()

    def _recognise(
        self, kind: str, key: str, occurrence: str, *, points: int, nature: str, tier: str | None = None
    ) -> None:
        identity = (kind, key, tier, occurrence)
        if identity not in self._recognised:
            moment = self._prefix[-1]
            self._recognised[identity] = Recognition(*identity, points, nature, moment.at)
            self._place[identity] = moment.place

    def _judge_events(self) -> None:
        """E1: the first `times` events of every window pay."""
        for key, event_type in self._pack["events"].items():
            if not event_type.get("points"):
                continue
            limit = event_type["at_most"]
            own = [event for event in self._prefix if event.type == key]
            for name in {window(event.date, limit["per"]) for event in own}:
                times = sum(window(event.date, limit["per"]) == name for event in own)
                for k in range(1, min(times, limit["times"]) + 1):
                    nature = event_nature(self._pack, key)
                    self._recognise("EVENT", key, f"{name}#{k}", points=event_type["points"], nature=nature)

    def _judge_quests(self) -> None:
        for key, quest in self._pack["quests"].items():
            if key not in self._opened and self._opens(key, quest):
                self._opened[key] = self._prefix[-1].place
            if key in self._opened:
                opening = self._events[self._opened[key]].at
                counted = [event for event in self._prefix if event.at >= opening]
                for scope in _scopes(quest, counted):
                    self._judge_quest(key, quest, scope)

    def _opens(self, key: str, quest: dict[str, Any]) -> bool:
        """Q1: a quest opens when its `requires` holds and, where it must be, it is accepted."""
        accepted = quest.get("starts", "by_itself") == "by_itself" or key in accepted_quests(self._prefix)
        return accepted and ("requires" not in quest or holds(quest["requires"], self._prefix, self))

    def _judge_quest(self, key: str, quest: dict[str, Any], scope: _Scope) -> None:
        """Q2, Q3: judge the steps on the events that count, and the quest by its steps."""
        nature = quest_nature(self._pack, key)
        events = scope.events
        completed = 0
        for step in quest["steps"]:
            name = f"{key}/{step['key']}"
            identity = ("STEP", name, None, scope.occurrence)
            if holds(step["earn"], events, self):
                self._recognise("STEP", name, scope.occurrence, points=step.get("points", 0), nature=nature)
            if identity in self._recognised:
                completed += 1
            if quest.get("in_order"):
                if identity not in self._recognised:
                    break
                events = [event for event in events if event.place > self._place[identity]]
        if completed == len(quest["steps"]):
            self._recognise("QUEST", key, scope.occurrence, points=quest.get("points", 0), nature=nature)

    def _judge_badges(self) -> None:
        for key, badge in self._pack["badges"].items():
            for one in tiers_of(badge):
                tier = one.get("tier")
                nature = badge_nature(self._pack, key, tier)
                for occurrence in self._occurrences(badge, one["earn"]):
                    points = one.get("points", 0)
                    self._recognise("BADGE", key, occurrence, points=points, nature=nature, tier=tier)

    def _occurrences(self, badge: dict[str, Any], earn: dict[str, Any]) -> list[str]:
        """Q4, I4: name the occurrences in which the tier is earned."""
        if badge.get("repeat") == "always":
            [scope] = _scopes({**badge, "repeat": "never"}, self._prefix)
            found = improvements(tries_of(earn["improvement"], scope.events), earn["improvement"])
            return [f"#{k}" for k in range(1, len(found) + 1)]
        return [one.occurrence for one in _scopes(badge, self._prefix) if holds(earn, one.events, self)]

    def _judge_milestones(self) -> None:
        for key, streak in self._pack["streaks"].items():
            for length, points in (streak.get("milestones") or {}).items():
                if self._longest[key] >= int(length):
                    nature = streak_nature(self._pack, key)
                    self._recognise("MILESTONE", key, str(length), points=points, nature=nature)

    def _judge_levels(self) -> None:
        for key in self._pack["skills"]:
            for level in range(1, self.level(key) + 1):
                self._recognise("LEVEL", key, str(level), points=0, nature="effort")

    def _judge_goals(self) -> None:
        for goal in reached_goals(self._pack, self._prefix, self):
            self._recognise("GOAL", goal, "once", points=0, nature="effort")
        for goal in reflected_goals(self._prefix):
            self._recognise("REFLECTION", goal, "once", points=0, nature="effort")

    def _streak(self, key: str, now: datetime) -> Streak:
        streak = self._pack["streaks"][key]
        name = streak.get("calendar", self._pack["pack"].get("calendar"))
        return streak_at(
            streak,
            self._pack["calendars"].get(name, {}),
            self._prefix,
            now.astimezone(UTC),
            first_zone=self._first_zone,
            state=self,
        )

    def _skill_of(self, one: Recognition) -> str | None:
        kind = {"EVENT": "events", "STEP": "quests", "QUEST": "quests", "BADGE": "badges", "MILESTONE": "streaks"}
        if one.kind not in kind:
            return None
        skill: str | None = self._pack[kind[one.kind]][one.key.split("/")[0]].get("skill")
        return skill


def _scopes(rule: dict[str, Any], events: list[Event]) -> list[_Scope]:
    """Q4: part the events that `from` and `until` let count by the windows in which the rule repeats."""
    first, last = _date(rule.get("from")) or date.min, _date(rule.get("until")) or date.max
    counted = [event for event in events if first <= event.date <= last]
    per = rule.get("repeat", "never")
    if per == "never":
        return [_Scope("once", counted)]
    names = sorted({window(event.date, per) for event in counted})
    return [_Scope(name, [event for event in counted if window(event.date, per) == name]) for name in names]


def _date(written: Any) -> date | None:
    return None if written is None else date.fromisoformat(str(written))
