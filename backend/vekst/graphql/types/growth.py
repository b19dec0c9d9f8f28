"""Growth in a span of dates: the same numbers for the learner and for who manages them, and words for the learner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import strawberry

from vekst.domain.errors import InvalidInput
from vekst.domain.recognitions import Identity
from vekst.engine import growth as engine
from vekst.engine.explain import Explainer
from vekst.engine.growth import Span
from vekst.engine.pack import Pack
from vekst.engine.phrases import phrase
from vekst.engine.readings import StreakReading, streak_readings
from vekst.graphql.context import Context
from vekst.graphql.opaque import recognition_node
from vekst.graphql.scalars import Date, DateTime, read_date
from vekst.graphql.types.enums import EventNature, GrowthTopic, RecognitionKind
from vekst.graphql.types.goals import Goal, goal_lines, goal_seen
from vekst.graphql.types.standings import Seen, Skill, Streak, skill_of, streak_of
from vekst.queries.growth import Achievement, achievements, event_tallies, point_tallies
from vekst.queries.learner_goals import GoalView, goals_within

__all__ = ["Counted", "Growth", "GrowthNumbers", "MemberGrowth", "SkillGrowth", "counted", "growth_for", "read_span"]

_DAYS_AT_MOST: Final = 400
_BALANCE = "The points of recognitions reached, from effort and from outcomes."


@strawberry.type(description="How often something of that nature was done.")
class NatureCount:
    """A number of events."""

    nature: EventNature = strawberry.field(description="Which nature.")
    times: int = strawberry.field(description="How many events.")


@strawberry.type(description="A skill that moved.")
class SkillGrowth:
    """K1 over a span."""

    skill: Skill = strawberry.field(description="Which skill.")
    points: int = strawberry.field(description="The points of effort gained.")
    levels_reached: int = strawberry.field(description="How many levels were reached.")


@strawberry.type(
    description="What was recognised: points of effort beside points of outcomes. The caps of P1 are not drawn."
)
class GrowthBalance:
    """The two natures of points."""

    effort: int = strawberry.field(description="Points for learning, practice, reflection and feedback.")
    outcomes: int = strawberry.field(description="Points for results, held or not.")


@strawberry.type(description="A run that would end, or spend a freeze, within two days: an invitation to help.")
class StreakAtRisk:
    """S8, soon."""

    streak: Streak = strawberry.field(description="Which streak.")
    current: int = strawberry.field(description="The length of the run.")
    keep_until: DateTime = strawberry.field(description="Until when something keeps it.")
    invitation: str = strawberry.field(description="What can be done about it, in the caller's language.")


@strawberry.type(description="Progress by effort that nobody has acknowledged yet.")
class UnseenProgress:
    """A recognition, without its evidence."""

    id: strawberry.ID = strawberry.field(description="The node id of the recognition, for `acknowledge`.")
    kind: RecognitionKind = strawberry.field(description="What it was given for.")
    key: str = strawberry.field(description="The rule's key in the quest files; of a goal, its own.")
    tier: str | None = strawberry.field(description="The badge's tier.")
    occurrence: str = strawberry.field(description="Which time; of a level or a milestone, which one.")
    title: str = strawberry.field(description="The rule's title, in the caller's language.")
    reached_at: DateTime = strawberry.field(description="When it was reached.")


@strawberry.type(description="One ISO week of a span.")
class GrowthWeek:
    """A point of the series."""

    monday: Date = strawberry.field(description="The week's Monday. Only dates in the span are counted.")
    events: list[NatureCount] = strawberry.field(description="What was done, by nature.")
    balance: GrowthBalance = strawberry.field(description=_BALANCE)


@strawberry.interface(
    description="The numbers of one person's growth: the same for the person and for who manages them."
)
class GrowthNumbers:
    """Whatever a manager sees, the learner sees too."""

    first: Date = strawberry.field(name="from", description="The first date.")
    last: Date = strawberry.field(name="to", description="The last date.")
    active_days: int = strawberry.field(description="On how many local dates there was any effort.")
    events: list[NatureCount] = strawberry.field(description="What was done, by nature; outcomes last.")
    skills: list[SkillGrowth] = strawberry.field(description="The skills that moved.")
    balance: GrowthBalance = strawberry.field(description=_BALANCE)
    weeks: list[GrowthWeek] = strawberry.field(description="The same by ISO week.")
    streaks_at_risk: list[StreakAtRisk] = strawberry.field(
        description="Runs that need something within two days from now, the soonest first."
    )
    goals: list[Goal] = strawberry.field(
        description="Goals that ran in the span, the first set first; of a member those that they share."
    )
    unacknowledged: list[UnseenProgress] = strawberry.field(
        description="Quests, badges, milestones and levels reached by effort, and shared goals that were reached or "
        "looked back at, that nobody has acknowledged yet."
    )


@strawberry.type(description="The growth of a member of a team, as its managers see it. The member sees the same.")
class MemberGrowth(GrowthNumbers):
    """One person; people are never ranked."""

    person: str = strawberry.field(description="The person's key in the organisation.")
    name: str = strawberry.field(description="The person's name.")


@strawberry.type(description="A part of a development conversation, in words.")
class GrowthPart:
    """A few sentences."""

    topic: GrowthTopic = strawberry.field(description="What it is about.")
    title: str = strawberry.field(description="A heading, in the caller's language.")
    lines: list[str] = strawberry.field(
        description="Sentences, in the caller's language; numbers are in them as digits."
    )


@strawberry.type(description="One's growth in a span of dates, to prepare a development conversation.")
class Growth(GrowthNumbers):
    """The learner's own view: the numbers, and words for them."""

    conversation: list[GrowthPart] = strawberry.field(
        description="What was tried, what improved, feedback asked for and used, goals, and what is kept up, in words."
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """One person's growth with what it was counted for."""

    growth: engine.Growth
    reached: Sequence[Achievement]
    goals: Sequence[GoalView]
    seen: Seen


def read_span(first: Date, last: Date) -> Span:
    """The span of two dates; `InvalidInput` for one that is backwards or too long."""
    start, end = read_date(first, "from"), read_date(last, "to")
    within = date.min + timedelta(days=_DAYS_AT_MOST) < start and end < date.max - timedelta(days=_DAYS_AT_MOST)
    if not within or not timedelta() <= end - start < timedelta(days=_DAYS_AT_MOST):
        raise InvalidInput("DAYS_OUT_OF_RANGE", field="from", most=_DAYS_AT_MOST)
    return Span(start, end)


async def counted(context: Context, people: Mapping[UUID, Seen], span: Span) -> dict[UUID, Counted]:
    """The growth of these people: five statements, however many they are. Of others only the goals that they share."""
    if not people:
        return {}
    # Local dates begin at most 14 hours before and end at most 12 hours after those of UTC.
    since = datetime.combine(span.first, time(), UTC) - timedelta(days=1)
    until = datetime.combine(span.last, time(), UTC) + timedelta(days=2)
    org_id = context.actor.org_id
    standings = {learner_id: seen.standing for learner_id, seen in people.items()}
    async with context.factory.reading(org_id) as connection:
        events = await event_tallies(connection, org_id, standings, since, until)
        points = await point_tallies(connection, org_id, standings, since, until)
        reached = await achievements(connection, org_id, standings, since, until)
        goals = await goals_within(
            connection, org_id, standings, first=span.first, last=span.last, mine=context.actor.learner_id
        )
    found: dict[UUID, Counted] = {}
    for learner_id, seen in people.items():
        growth = engine.growth_of(
            seen.pack,
            seen.standing,
            span,
            events=events.get(learner_id, ()),
            points=points.get(learner_id, ()),
            now=context.now,
        )
        theirs = [
            each for each in reached.get(learner_id, ()) if engine.is_within(seen.standing, span, each.reached_at)
        ]
        found[learner_id] = Counted(growth, theirs, goals.get(learner_id, ()), seen)
    return found


async def growth_for(context: Context, learner_id: UUID, seen: Seen, span: Span) -> Growth:
    """One's own growth, with the words for it."""
    found = (await counted(context, {learner_id: seen}, span))[learner_id]
    words = _Words(seen)
    numbers = await numbers_of(context, found, span, name=None)
    reached = await _progress(context, found.reached)
    goals = goal_lines(numbers["goals"], seen.languages.messages)
    return Growth(**numbers, conversation=words.conversation(found, reached, goals))


async def numbers_of(context: Context, found: Counted, span: Span, *, name: str | None) -> dict[str, Any]:
    """The fields of `GrowthNumbers`; `name` is whom a manager is told of, None for oneself."""
    growth, words = found.growth, _Words(found.seen)
    unseen = [each for each in found.reached if not each.acknowledged]
    return {
        "first": Date(span.first),
        "last": Date(span.last),
        "active_days": growth.active_days,
        "events": natures(growth.events),
        "skills": skills_of(found.seen, growth.skills),
        "balance": GrowthBalance(effort=growth.effort, outcomes=growth.outcomes),
        "weeks": weeks_of(growth.weeks),
        "streaks_at_risk": [words.at_risk(reading, name) for reading in growth.at_risk],
        "goals": [goal_seen(context, view, found.seen) for view in found.goals],
        "unacknowledged": await _progress(context, unseen),
    }


def natures(events: Mapping[str, int]) -> list[NatureCount]:
    """The counts by nature, all natures always."""
    return [NatureCount(nature=EventNature(nature), times=events[nature]) for nature in engine.NATURES]


def weeks_of(weeks: Sequence[engine.WeekGrowth]) -> list[GrowthWeek]:
    """The series."""
    return [
        GrowthWeek(
            monday=Date(week.monday),
            events=natures(week.events),
            balance=GrowthBalance(effort=week.effort, outcomes=week.outcomes),
        )
        for week in weeks
    ]


def skills_of(seen: Seen, skills: Sequence[engine.SkillGrowth]) -> list[SkillGrowth]:
    """The skills that moved, as the pack describes them."""
    described = {skill.key: skill for skill in seen.pack.skills}
    return [
        SkillGrowth(
            skill=skill_of(described[each.skill], seen.languages),
            points=each.points,
            levels_reached=each.levels,
        )
        for each in skills
        if each.skill in described
    ]


async def _progress(context: Context, reached: Sequence[Achievement]) -> list[UnseenProgress]:
    packs = {each.pack_version: await context.pack(each.pack_version) for each in reached}
    explainers = {version: _explainer(context, pack) for version, pack in packs.items() if pack}
    return [
        UnseenProgress(
            id=strawberry.ID(recognition_node(each.learner_id, each.seq)),
            kind=RecognitionKind(each.kind),
            key=each.key,
            tier=each.tier or None,
            occurrence=each.occurrence,
            title=explainers[each.pack_version].title(Identity(each.kind, each.key, each.tier, each.occurrence)),
            reached_at=DateTime(each.reached_at),
        )
        for each in reached
        if each.pack_version in explainers
    ]


def _explainer(context: Context, pack: Pack) -> Explainer:
    return Explainer(pack, context.languages.choose(pack.locales) or pack.locales[0])


class _Words:
    """Sentences about growth, in the caller's language."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._locale = seen.languages.messages
        self._streaks = {streak.key: streak for streak in seen.pack.streaks}

    def at_risk(self, reading: StreakReading, name: str | None) -> StreakAtRisk:
        streak = streak_of(self._streaks[reading.key], self._seen.languages)
        code = "growth_keep" if name is None else "growth_help"
        return StreakAtRisk(
            streak=streak,
            current=reading.current,
            keep_until=DateTime(reading.keep_until),
            invitation=self._say(code, name=name or "", n=reading.current, title=streak.title),
        )

    def conversation(self, found: Counted, reached: Sequence[UnseenProgress], goals: list[str]) -> list[GrowthPart]:
        growth, pack = found.growth, self._seen.pack
        feedback = {key for key in growth.types if pack.event_types[key].nature == "feedback"}
        tried = [self._times("growth_days", growth.active_days)] if growth.active_days else []
        tried += self._types({key: times for key, times in growth.types.items() if key not in feedback})
        improved = [self._skill(each) for each in growth.skills]
        improved += list(dict.fromkeys(line for each in reached if (line := self._reached(each))))
        parts = (
            (GrowthTopic.TRIED, "growth_tried", tried),
            (GrowthTopic.IMPROVED, "growth_improved", improved),
            (GrowthTopic.FEEDBACK, "growth_feedback", self._types({key: growth.types[key] for key in feedback})),
            (GrowthTopic.GOALS, "growth_goals", goals),
            (GrowthTopic.KEPT_UP, "growth_kept_up", self._runs()),
        )
        return [
            GrowthPart(topic=topic, title=self._say(code), lines=lines or [self._say("growth_nothing")])
            for topic, code, lines in parts
        ]

    def _types(self, types: Mapping[str, int]) -> list[str]:
        """What was done most first."""
        titles = self._seen.pack.event_types
        ordered = sorted(types.items(), key=lambda each: (-each[1], each[0]))
        return [
            self._times("growth_times", times, title=self._seen.languages.pick(titles[key].title))
            for key, times in ordered
        ]

    def _skill(self, moved: engine.SkillGrowth) -> str:
        skill = self._seen.pack.skill(moved.skill)
        title = self._seen.languages.pick(skill.title) if skill else moved.skill
        code = "growth_level" if moved.levels else "growth_skill"
        return self._say(code, title=title, points=moved.points, n=moved.level)

    def _reached(self, progress: UnseenProgress) -> str | None:
        """What was reached; levels are told with their skill, and goals in a part of their own."""
        match progress.kind:
            case RecognitionKind.LEVEL | RecognitionKind.GOAL | RecognitionKind.REFLECTION:
                return None
            case RecognitionKind.MILESTONE:
                return self._say("growth_run", title=progress.title, n=progress.occurrence)
            case _:
                return self._say("growth_reached", title=progress.title)

    def _runs(self) -> list[str]:
        seen = self._seen
        alive = (each for each in streak_readings(seen.pack, seen.standing, seen.now) if each.current)
        pick = seen.languages.pick
        return [self._say("growth_run", title=pick(self._streaks[each.key].title), n=each.current) for each in alive]

    def _times(self, code: str, n: int, **params: object) -> str:
        return self._say(f"{code}_one" if n == 1 else code, n=n, **params)

    def _say(self, code: str, **params: object) -> str:
        return phrase(code, self._locale, **params)
