"""From checked documents to the compiled pack that the engine folds with; for documents without errors only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import assert_never, cast

from vekst.domain.calendars import WorkCalendar
from vekst.domain.periods import Window
from vekst.engine.conditions import Between, Condition, Constant, Differs, Is, OneOf, Present, Where
from vekst.engine.goals import (
    AllOf,
    AnyOf,
    BadgeNode,
    Goal,
    LeafNode,
    Node,
    QuestNode,
    SkillNode,
    SomeOf,
    StreakNode,
)
from vekst.engine.improvement import ImprovementLeaf, PersonalBestLeaf
from vekst.engine.leaves import CalendarLeaf, EventLeaf, EverLeaf, RollingLeaf
from vekst.engine.measures import NANO, AtMost, Count, Days, Distinct, Measure, Sum
from vekst.engine.pack import (
    Badge,
    BoardMeasure,
    Challenge,
    EventType,
    Field,
    Freezes,
    Leaderboard,
    Pack,
    PointsMeasure,
    Quest,
    Repeat,
    Skill,
    Step,
    Streak,
    StreakMeasure,
    Tally,
    TallyMeasure,
    Texts,
    Tier,
)
from vekst.quests import documents as doc
from vekst.quests.indexes import Heard, Index, resting, windowed
from vekst.quests.learner_goals import LearnerGoals, goal_faults
from vekst.quests.marks import mark
from vekst.quests.natures import Natures, natures

__all__ = ["Since", "compile_pack", "compile_tally"]

WORK_WEEK = frozenset(range(5))


Since = Mapping[tuple[str, str], datetime]
"""For rules that judge since their publication, by (kind, key): the instant at which they were published so."""


def compile_pack(document: doc.PackDocument, *, version: int, digest: str, since: Since | None = None) -> Pack:
    """The compiled form of a pack whose checks found no error; `digest` names the files' content.

    A rule that says `since: publication` and stands not in `since` judges all stored evidence.
    """
    return _Compiler(document, since or {}).pack(version, digest)


def compile_tally(measure: doc.Measure, need: int | Decimal) -> EverLeaf:
    """A measure over all events of a scope, with a threshold in its author's unit."""
    return EverLeaf(frozenset(measure.event), _where(measure), _tally(measure, need))


def _tally(measure: doc.Measure, need: int | Decimal) -> Measure:
    match measure:
        case doc.CountMeasure():
            return Count(ceil(need), _cap(measure.at_most))
        case doc.SumMeasure():
            return Sum(_nano(need), measure.field)
        case doc.DistinctMeasure():
            return Distinct(ceil(need), measure.field)
        case doc.DaysMeasure():
            return Days(ceil(need))
        case _:
            assert_never(measure)


def _number(value: int | Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _nano(value: int | Decimal) -> int:
    return round(Decimal(value) * NANO)


def _constant(value: object) -> Constant:
    return _number(value) if isinstance(value, Decimal) else cast("Constant", value)


def _condition(condition: doc.Condition) -> Condition:
    match condition:
        case doc.Equal():
            return Is(_constant(condition.value))
        case doc.OneOf():
            return OneOf(tuple(_constant(value) for value in condition.values))
        case doc.Range():
            low, high = condition.min, condition.max
            return Between(None if low is None else _number(low), None if high is None else _number(high))
        case doc.Not():
            return Differs(_constant(condition.value))
        case doc.Present():
            return Present(condition.present)
        case _:
            assert_never(condition)


def _where(node: doc.EventNode) -> Where:
    conditions = tuple((name, _condition(condition)) for name, condition in node.where.items())
    return Where(conditions, frozenset(node.recorded_by) if node.recorded_by else None)


def _cap(cap: doc.Cap | None) -> AtMost | None:
    return None if cap is None else AtMost(cap.times, cap.per)


def _measure_leaf(node: doc.EventNode, measure: Measure, within: timedelta | Window | None) -> EventLeaf:
    types, where = frozenset(node.event), _where(node)
    if within is None:
        return EverLeaf(types, where, measure)
    if isinstance(within, Window):
        return CalendarLeaf(types, where, measure, window=within)
    return RollingLeaf(types, where, measure, length=within)


def _repeat(repeat: doc.Repeat) -> Repeat:
    match repeat:
        case doc.Repeat.NEVER:
            return "never"
        case doc.Repeat.ALWAYS:
            return "always"
        case _:
            return Window(repeat.value)


def _board_window(per: doc.BoardPeriod) -> Window | None:
    return None if per is doc.BoardPeriod.EVER else Window(per.value)


def _days(first: date | None, last: date | None) -> tuple[int, int]:
    return (first or date.min).toordinal(), (last or date.max).toordinal()


class _Compiler:
    def __init__(self, document: doc.PackDocument, since: Since) -> None:
        self._document = document
        self._since = since
        self._locales = document.pack.locales
        self._natures: Natures = natures(document)
        self._skills = {key: index for index, key in enumerate(document.skills)}
        self._quests = {key: index for index, key in enumerate(document.quests)}
        self._badges = {key: index for index, key in enumerate(document.badges)}
        self._streaks = {key: index for index, key in enumerate(document.streaks)}
        self._index = Index()
        self._state_quests: list[int] = []
        self._state_badges: list[int] = []
        self._tallies: list[Tally] = []

    def pack(self, version: int, digest: str) -> Pack:
        document, header = self._document, self._document.pack
        quests = tuple(self._quest(key, quest) for key, quest in document.quests.items())
        badges = tuple(self._badge(key, badge) for key, badge in document.badges.items())
        streaks = tuple(self._streak(key, streak) for key, streak in document.streaks.items())
        event_types = {key: self._event_type(key, event) for key, event in document.events.items()}
        boards = {key: self._board(key, board) for key, board in document.leaderboards.items()}
        return Pack(
            key=header.pack,
            version=version,
            digest=digest,
            title=self._texts(header.title),
            purpose=self._texts(header.purpose),
            locales=header.locales,
            zone=header.zone,
            retention=header.retention,
            accepts_events_up_to=header.accepts_events_up_to,
            outcomes_at_most=header.recognition.outcomes_at_most,
            event_types=event_types,
            skills=tuple(self._skill(key, skill) for key, skill in document.skills.items()),
            quests=quests,
            badges=badges,
            streaks=streaks,
            challenges={key: self._challenge(key, challenge) for key, challenge in document.challenges.items()},
            leaderboards=boards,
            tallies=tuple(self._tallies),
            points_tallies=tuple(index for index, tally in enumerate(self._tallies) if tally.leaf is None),
            listeners=self._index.listeners(event_types),
            state_quests=tuple(self._state_quests),
            state_badges=tuple(self._state_badges),
            windowed_quests=windowed(quest.steps for quest in quests),
            windowed_badges=windowed(badge.tiers for badge in badges),
            resting=resting(quests, badges),
            skill_index=self._skills,
            streak_index=self._streaks,
            learner_goal=LearnerGoals(self._learner_goal),
        )

    def _texts(self, text: doc.Text | None) -> Texts:
        return {} if text is None else text.in_locales(self._locales)

    # Criteria

    def _goal(self, criterion: doc.Criterion, heard: Heard, *, repeats: bool = False) -> Goal:
        leaves: list[EventLeaf] = []
        root = self._node(criterion, leaves, heard, repeats=repeats)
        listens: dict[str, list[int]] = defaultdict(list)
        for index, leaf in enumerate(leaves):
            for event in leaf.types:
                listens[event].append(index)
                heard.wheres[event].append(leaf.where)
        return Goal(tuple(leaves), root, {event: tuple(indexes) for event, indexes in listens.items()})

    def _learner_goal(self, criterion: doc.Criterion) -> Goal | None:
        """A learner's goal, where it rests on effort and on what this version has."""
        faults = goal_faults(self._document, self._natures, criterion)
        return None if faults else self._goal(criterion, Heard())

    def _node(self, criterion: doc.Criterion, leaves: list[EventLeaf], heard: Heard, *, repeats: bool) -> Node:
        match criterion:
            case doc.AllOf():
                return AllOf(tuple(self._node(node, leaves, heard, repeats=repeats) for node in criterion.of))
            case doc.AnyOf():
                return AnyOf(tuple(self._node(node, leaves, heard, repeats=repeats) for node in criterion.of))
            case doc.SomeOf():
                nodes = tuple(self._node(node, leaves, heard, repeats=repeats) for node in criterion.of)
                return SomeOf(criterion.at_least, nodes)
            case doc.StreakLongest() | doc.SkillLevel() | doc.QuestCompleted() | doc.BadgeEarned():
                heard.reads_state = True
                return self._state_node(criterion)
            case _:
                leaves.append(self._leaf(criterion, repeats=repeats))
                return LeafNode(len(leaves) - 1)

    def _leaf(self, node: doc.EventNode, *, repeats: bool) -> EventLeaf:
        match node:
            case doc.Count():
                return _measure_leaf(node, Count(node.at_least, _cap(node.at_most)), node.within)
            case doc.Sum():
                return _measure_leaf(node, Sum(_nano(node.at_least), node.field), node.within)
            case doc.Distinct():
                return _measure_leaf(node, Distinct(node.at_least, node.field), node.within)
            case doc.Days():
                return _measure_leaf(node, Days(node.at_least), node.within)
            case doc.PersonalBest():
                return PersonalBestLeaf(frozenset(node.event), _where(node), node.field, node.after)
            case doc.Improvement():
                return ImprovementLeaf(
                    frozenset(node.event),
                    _where(node),
                    node.field,
                    node.by,
                    node.recent,
                    node.baseline,
                    node.memory,
                    repeats,
                )
            case _:
                raise TypeError(f"no leaf for {type(node).__name__}")

    def _state_node(self, node: doc.StreakLongest | doc.SkillLevel | doc.QuestCompleted | doc.BadgeEarned) -> Node:
        match node:
            case doc.StreakLongest():
                return StreakNode(self._streaks[node.key], node.at_least)
            case doc.SkillLevel():
                return SkillNode(self._skills[node.key], node.level)
            case doc.QuestCompleted():
                return QuestNode(self._quests[node.key])
            case doc.BadgeEarned():
                tiers = [tier.tier for tier in self._document.badges[node.key].tiers]
                tier = None if node.tier is None else tiers.index(node.tier)
                return BadgeNode(self._badges[node.key], tier)
            case _:
                assert_never(node)

    # Rules

    def _event_type(self, key: str, event: doc.EventTypeDocument) -> EventType:
        return EventType(
            key=key,
            title=self._texts(event.title),
            description=self._texts(event.description),
            nature=event.nature.value,
            skill=event.skill,
            recorded_by=frozenset(event.recorded_by),
            fields={name: self._field(field) for name, field in event.fields.items()},
            points=event.points,
            at_most=_cap(event.at_most),
            since=(since := self._since.get(("events", key))),
            mark=mark("events", key, event.nature, event.at_most, since),
        )

    def _field(self, field: doc.FieldDocument) -> Field:
        title = self._texts(field.title)
        match field:
            case doc.NumberField():
                low = None if field.min is None else _number(field.min)
                high = None if field.max is None else _number(field.max)
                return Field("number", field.required, title, low, high)
            case doc.ChoiceField():
                return Field("choice", field.required, title, of=field.of)
            case doc.TextField() | doc.FlagField():
                return Field(field.type, field.required, title)
            case _:
                assert_never(field)

    def _skill(self, key: str, skill: doc.SkillDocument) -> Skill:
        return Skill(key, self._texts(skill.title), self._texts(skill.description), skill.levels, skill.fresh_for)

    def _badge(self, key: str, badge: doc.BadgeDocument) -> Badge:
        index, heard = self._badges[key], Heard()
        repeats = badge.repeat is doc.Repeat.ALWAYS
        since = self._since.get(("badges", key))
        tiers = tuple(
            self._tier(key, badge, tier, self._goal(tier.earn, heard, repeats=repeats)) for tier in badge.tiers
        )
        self._index.listen("badges", index, heard)
        if heard.reads_state:
            self._state_badges.append(index)
        first, last = _days(badge.from_, badge.until)
        title, description = self._texts(badge.title), self._texts(badge.description)
        return Badge(key, title, description, badge.skill, _repeat(badge.repeat), first, last, tiers, since)

    def _tier(self, key: str, badge: doc.BadgeDocument, tier: doc.TierDocument, goal: Goal) -> Tier:
        nature, since = self._natures.badge(key, tier.tier), self._since.get(("badges", key))
        asks = (tier.earn, badge.repeat, badge.from_, badge.until)
        return Tier(
            tier.tier or "",
            self._texts(tier.title),
            goal,
            tier.points,
            nature,
            mark("badges", key, tier.tier, *asks, nature, since),
        )

    def _quest(self, key: str, quest: doc.QuestDocument) -> Quest:
        index, asked, heard = self._quests[key], Heard(), Heard()
        requires = None if quest.requires is None else self._goal(quest.requires, asked)
        steps = tuple(
            Step(
                step.key,
                self._texts(step.title),
                self._texts(step.description),
                self._goal(step.earn, heard),
                step.points,
                step.link,
            )
            for step in quest.steps
        )
        self._index.listen("requires", index, asked)
        self._index.listen("quests", index, heard)
        if asked.reads_state or heard.reads_state:
            self._state_quests.append(index)
        first, last = _days(quest.from_, quest.until)
        nature, since = self._natures.quest(key), self._since.get(("quests", key))
        asks = [(step.key, step.earn) for step in quest.steps]
        opens = (quest.requires, quest.starts, quest.in_order, quest.repeat, quest.from_, quest.until)
        return Quest(
            key=key,
            title=self._texts(quest.title),
            description=self._texts(quest.description),
            skill=quest.skill,
            requires=requires,
            when_accepted=quest.starts is doc.Starts.WHEN_ACCEPTED,
            in_order=quest.in_order,
            repeat=_repeat(quest.repeat),
            first=first,
            last=last,
            points=quest.points,
            nature=nature,
            steps=steps,
            since=since,
            mark=mark("quests", key, asks, *opens, nature, since),
        )

    def _streak(self, key: str, streak: doc.StreakDocument) -> Streak:
        heard = Heard()
        counts = self._goal(streak.counts, heard)
        self._index.listen("streaks", self._streaks[key], heard)
        freezes = streak.freezes
        calendar = self._calendar(streak.calendar or self._document.pack.calendar)
        nature, since = self._natures.streak(key), self._since.get(("streaks", key))
        days = (streak.every, calendar.workdays, calendar.country)
        return Streak(
            key=key,
            title=self._texts(streak.title),
            description=self._texts(streak.description),
            skill=streak.skill,
            every=streak.every.value,
            calendar=calendar,
            counts=counts,
            freezes=Freezes(freezes.start_with, freezes.earn_one_per, freezes.bridge_at_most),
            milestones=tuple(sorted(streak.milestones.items())),
            nature=nature,
            since=since,
            mark=mark("streaks", key, *days, streak.counts, freezes, nature, since),
        )

    def _calendar(self, key: str | None) -> WorkCalendar:
        if key is None:
            return WorkCalendar(WORK_WEEK)
        calendar = self._document.calendars[key]
        weekdays = list(doc.Weekday)
        return WorkCalendar(frozenset(weekdays.index(day) for day in calendar.workdays), calendar.holidays)

    # Together

    def _challenge(self, key: str, challenge: doc.ChallengeDocument) -> Challenge:
        title, description = self._texts(challenge.title), self._texts(challenge.description)
        return Challenge(key, title, description, challenge, challenge.lasts, challenge.settles_after, challenge.points)

    def _board(self, key: str, board: doc.LeaderboardDocument) -> Leaderboard:
        return Leaderboard(
            key=key,
            title=self._texts(board.title),
            description=self._texts(board.description),
            measure=self._board_measure(board.measure),
            ties=board.ties.value,
            top=board.shows.top,
            neighbours=board.shows.neighbours,
            joins=board.joins.value,
            smallest_group=board.smallest_group,
        )

    def _board_measure(self, measure: doc.BoardMeasure) -> BoardMeasure:
        match measure:
            case doc.StreakBoard():
                return StreakMeasure(measure.streak, measure.of.value)
            case doc.PointsBoard():
                per = _board_window(measure.per)
                return PointsMeasure(per, self._points_tally(per) if per else None)
            case doc.TallyBoard():
                per, leaf = _board_window(measure.per), compile_tally(measure.tally, 0)
                heard = Heard({event: [leaf.where] for event in leaf.types})
                self._index.listen("tallies", len(self._tallies), heard)
                self._tallies.append(Tally(leaf, per, mark("tallies", "", measure.tally, per)))
                return TallyMeasure(per, len(self._tallies) - 1)
            case _:
                assert_never(measure)

    def _points_tally(self, per: Window) -> int:
        """The tally of effort points in those windows, one for all boards."""
        for index, tally in enumerate(self._tallies):
            if tally.leaf is None and tally.per is per:
                return index
        self._tallies.append(Tally(None, per, mark("tallies", "points", per)))
        return len(self._tallies) - 1
