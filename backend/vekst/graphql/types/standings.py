"""What a learner has and is on the way to: points, skills, quests, badges and streaks, seen through the pack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final

import strawberry
from typing_extensions import override

from vekst.domain import recognitions
from vekst.domain.calendars import local_day
from vekst.domain.errors import InvalidInput
from vekst.engine import pack as rules
from vekst.engine import readings
from vekst.engine.standing import Standing
from vekst.graphql.fields import resolved
from vekst.graphql.languages import Languages
from vekst.graphql.lasting import Kept
from vekst.graphql.scalars import Date, DateTime, read_date
from vekst.graphql.types.enums import DayState, Freshness, QuestState, StepState, StreakState
from vekst.graphql.types.quests import DESCRIBED_AT_MOST, Quest, quest_of

__all__ = [
    "BADGES_SHOWN",
    "QUESTS_SHOWN",
    "STREAKS_SHOWN",
    "Badge",
    "BadgeStanding",
    "NextTier",
    "Points",
    "QuestStanding",
    "Seen",
    "Skill",
    "SkillStanding",
    "StepStanding",
    "Streak",
    "StreakDay",
    "StreakStanding",
    "badge_standings",
    "points_of",
    "quest_standings",
    "skill_of",
    "skill_standings",
    "streak_of",
    "streak_standings",
]

_DAYS_AT_MOST = 400
_SHOWN_AT_MOST = 5_000
"""How many standings of one kind are kept for apps that look again: those of some hundred learners, about 35 MiB."""

# An answer has hundreds of states, and an enum takes its time to find a member by its value.
_FRESHNESS = {readings.Freshness[each.name]: each for each in Freshness}
_QUEST_STATES = {readings.QuestReadingState[each.name]: each for each in QuestState}
_STEP_STATES = {readings.QuestReadingState[each.name]: each for each in StepState}
_STREAK_STATES = {readings.StreakReadingState[each.name]: each for each in StreakState}


class Seen:
    """A standing seen through its pack, at an instant, in a caller's languages.

    Two are equal that show the same quests, badges and streaks: those of a standing of the same bytes, on the same date
    of its learner. An event changes the bytes, midnight the date, and a rolling length of time what `until` tells;
    nothing else changes these lists.
    """

    __slots__ = ("_shows", "_shows_hash", "languages", "now", "pack", "standing")

    def __init__(
        self, pack: rules.Pack, standing: Standing, now: datetime, languages: Languages, state: bytes | None
    ) -> None:
        """`state` are the bytes of the standing; None before the first."""
        self.pack = pack
        self.standing = standing
        self.now = now
        self.languages = languages
        zone = standing.zone
        self._shows = (pack, state, zone, local_day(now, zone), languages)
        self._shows_hash = hash(self._shows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Seen) and self._shows == other._shows

    @override
    def __hash__(self) -> int:
        return self._shows_hash

    def until(self) -> datetime | None:
        """When what is there for a quest or a badge falls out of a rolling length of time."""
        return readings.same_until(self.pack, self.standing, self.now)


@strawberry.type(
    description="A learner's points. Outcomes count only in proportion to effort; nothing is ever subtracted."
)
class Points:
    """P1."""

    total: int = strawberry.field(description="Effort and the recognised part of the outcomes.")
    effort: int = strawberry.field(description="Points for learning, practice, reflection and feedback.")
    outcomes_recognised: int = strawberry.field(description="The part of the outcome points that counts now.")
    outcomes_held: int = strawberry.field(description="The part that comes free as effort grows.")


@strawberry.type(description="A skill of the craft.")
class Skill:
    """A skill as the pack describes it."""

    key: str = strawberry.field(description="The skill's key in the quest files.")
    title: str = strawberry.field(description="Its title, in the caller's language.")
    description: str | None = strawberry.field(description="More about it, in the caller's language.")


@strawberry.type(description="A learner's skill.")
class SkillStanding:
    """K1, K2."""

    skill: Skill = strawberry.field(description="Which skill.")
    level: int = strawberry.field(description="The level reached; 0 before the first.")
    points: int = strawberry.field(description="The effort points that count towards it.")
    next_at: int | None = strawberry.field(description="The points of the next level; null at the top.")
    freshness: Freshness = strawberry.field(description="Whether it was practised lately.")


@strawberry.type(description="A step of a quest, for a learner.")
class StepStanding:
    """A step on its way."""

    key: str = strawberry.field(description="The step's key in the quest files.")
    title: str = strawberry.field(description="Its title, in the caller's language.")
    state: StepState = strawberry.field(description="Where it stands.")
    have: float = strawberry.field(description="What is there, in the unit of the rule.")
    need: float = strawberry.field(description="What is needed, in the same unit.")
    completed_at: DateTime | None = strawberry.field(description="When it was completed.")


@strawberry.type(description="A quest, for a learner; a repeated one in its window of today.")
class QuestStanding:
    """A quest on its way."""

    quest: Quest = strawberry.field(description="Which quest.")
    state: QuestState = strawberry.field(description="Where it stands.")
    opened_at: DateTime | None = strawberry.field(description="When it opened; null if it always was, or is not yet.")
    completed_at: DateTime | None = strawberry.field(description="When it was completed.")
    occurrence: str = strawberry.field(description="The window it is about, such as 2026-W07; `once` without one.")
    steps: list[StepStanding] = strawberry.field(description="Its steps, in order.")


@strawberry.type(description="A badge.")
class Badge:
    """A badge as the pack describes it."""

    key: str = strawberry.field(description="The badge's key in the quest files.")
    title: str = strawberry.field(description="Its title, in the caller's language.")
    description: str | None = strawberry.field(description="More about it, in the caller's language.")


@strawberry.type(description="The next tier of a badge.")
class NextTier:
    """How far it is to the next tier."""

    tier: str | None = strawberry.field(description="The tier; null for a badge without tiers.")
    have: float = strawberry.field(description="What is there, in the unit of the rule.")
    need: float = strawberry.field(description="What is needed, in the same unit.")


@strawberry.type(description="A badge, for a learner.")
class BadgeStanding:
    """A badge earned or on its way."""

    badge: Badge = strawberry.field(description="Which badge.")
    tier: str | None = strawberry.field(description="The highest tier earned.")
    earned_at: DateTime | None = strawberry.field(description="When it was earned; null if it was not yet.")
    occurrence: str | None = strawberry.field(description="The window it was earned in; `once` without one.")
    next: NextTier | None = strawberry.field(description="The next tier; null when there is none.")


@strawberry.type(description="A streak: practice that is kept up, day by day or week by week.")
class Streak:
    """A streak as the pack describes it."""

    key: str = strawberry.field(description="The streak's key in the quest files.")
    title: str = strawberry.field(description="Its title, in the caller's language.")
    description: str | None = strawberry.field(description="More about it, in the caller's language.")


@strawberry.type(description="One date of a streak's calendar.")
class StreakDay:
    """A date and its state."""

    date: Date = strawberry.field(description="The local date.")
    state: DayState = strawberry.field(description="What it was.")


@strawberry.type(description="A streak, for a learner.")
class StreakStanding:
    """A streak as it is right now."""

    streak: Streak = strawberry.field(description="Which streak.")
    current: int = strawberry.field(description="The length of the longest run that is alive.")
    longest: int = strawberry.field(description="The length of the longest run ever.")
    freezes: int = strawberry.field(description="The freezes that the current run holds.")
    state: StreakState = strawberry.field(description="Where it stands right now.")
    keep_until: DateTime | None = strawberry.field(
        description="The first instant at which the run would end, or spend a freeze, if nothing more happened."
    )
    ends_at: DateTime | None = strawberry.field(
        description="The instant at which the run would end, freezes spent, if nothing more happened."
    )
    seen: strawberry.Private[Seen]

    @resolved("The dates of its calendar, both ends included; at most 400.")
    def days(
        self,
        first: Annotated[Date, strawberry.argument(name="from", description="The first date.")],
        last: Annotated[Date, strawberry.argument(name="to", description="The last date.")],
    ) -> list[StreakDay]:
        """The dates, each with its state."""
        start, end = read_date(first, "from"), read_date(last, "to")
        _check_days(start, end)
        seen = self.seen
        days = readings.streak_days(seen.pack, seen.standing, self.streak.key, first=start, last=end, now=seen.now)
        return [StreakDay(date=Date(day.date), state=DayState(day.state.value)) for day in days]


QUESTS_SHOWN: Final = Kept[QuestStanding](_SHOWN_AT_MOST)
BADGES_SHOWN: Final = Kept[BadgeStanding](_SHOWN_AT_MOST)
STREAKS_SHOWN: Final = Kept[StreakStanding](_SHOWN_AT_MOST)


def _check_days(start: date, end: date) -> None:
    # The calendars know what lies around a date; at the ends of time there is nothing around.
    within = date.min + timedelta(days=400) < start and end < date.max - timedelta(days=400)
    if not within or not timedelta() <= end - start < timedelta(days=_DAYS_AT_MOST):
        raise InvalidInput("DAYS_OUT_OF_RANGE", field="from", most=_DAYS_AT_MOST)


def points_of(points: recognitions.Points) -> Points:
    """The points as a type."""
    return Points(
        total=points.total,
        effort=points.effort,
        outcomes_recognised=points.outcomes_recognised,
        outcomes_held=points.outcomes_held,
    )


def skill_standings(seen: Seen) -> list[SkillStanding]:
    """Every skill of the pack, for the learner."""
    found = zip(seen.pack.skills, readings.skill_readings(seen.pack, seen.standing, seen.now), strict=True)
    return [
        SkillStanding(
            skill=skill_of(skill, seen.languages),
            level=reading.level,
            points=reading.points,
            next_at=reading.next_at,
            freshness=_FRESHNESS[reading.freshness],
        )
        for skill, reading in found
    ]


def quest_standings(seen: Seen, state: QuestState | None) -> list[QuestStanding]:
    """Every quest of the pack, for the learner, or those in one state."""
    return QUESTS_SHOWN.get((seen, state), lambda: _quest_standings(seen, state), seen.now, seen.until)


def _quest_standings(seen: Seen, state: QuestState | None) -> Iterator[QuestStanding]:
    only = readings.QuestReadingState[state.name] if state is not None else None
    quests = {quest.key: quest for quest in seen.pack.quests}
    for each in readings.quest_readings(seen.pack, seen.standing, seen.now, only):
        yield _quest_standing(quest_of(quests[each.key], seen.languages), each)


def _quest_standing(quest: Quest, reading: readings.QuestReading) -> QuestStanding:
    return QuestStanding(
        quest=quest,
        state=_QUEST_STATES[reading.state],
        opened_at=_instant(reading.opened_at),
        completed_at=_instant(reading.completed_at),
        occurrence=reading.occurrence,
        steps=[
            StepStanding(
                key=step.key,
                title=step.title,
                state=_STEP_STATES[at.state],
                have=at.have,
                need=at.need,
                completed_at=_instant(at.completed_at),
            )
            for step, at in zip(quest.steps, reading.steps, strict=True)
        ],
    )


def badge_standings(seen: Seen) -> list[BadgeStanding]:
    """Every badge of the pack, for the learner."""
    return BADGES_SHOWN.get(seen, lambda: _badge_standings(seen), seen.now, seen.until)


def _badge_standings(seen: Seen) -> Iterator[BadgeStanding]:
    found = zip(seen.pack.badges, readings.badge_readings(seen.pack, seen.standing, seen.now), strict=True)
    for badge, reading in found:
        following = reading.next
        yield BadgeStanding(
            badge=_badge_of(badge, seen.languages),
            tier=reading.tier,
            earned_at=_instant(reading.earned_at),
            occurrence=reading.occurrence,
            next=NextTier(tier=following.tier, have=following.have, need=following.need) if following else None,
        )


def streak_standings(seen: Seen) -> list[StreakStanding]:
    """Every streak of the pack, for the learner."""
    return STREAKS_SHOWN.get(seen, lambda: _streak_standings(seen))


def _streak_standings(seen: Seen) -> Iterator[StreakStanding]:
    found = zip(seen.pack.streaks, readings.streak_readings(seen.pack, seen.standing, seen.now), strict=True)
    for streak, reading in found:
        yield StreakStanding(
            streak=streak_of(streak, seen.languages),
            current=reading.current,
            longest=reading.longest,
            freezes=reading.freezes,
            state=_STREAK_STATES[reading.state],
            keep_until=_instant(reading.keep_until),
            ends_at=_instant(reading.ends_at),
            seen=seen,
        )


@lru_cache(DESCRIBED_AT_MOST)
def skill_of(skill: rules.Skill, languages: Languages) -> Skill:
    """The skill in the caller's language."""
    return Skill(
        key=skill.key, title=languages.pick(skill.title), description=languages.pick(skill.description) or None
    )


@lru_cache(DESCRIBED_AT_MOST)
def _badge_of(badge: rules.Badge, languages: Languages) -> Badge:
    return Badge(
        key=badge.key, title=languages.pick(badge.title), description=languages.pick(badge.description) or None
    )


@lru_cache(DESCRIBED_AT_MOST)
def streak_of(streak: rules.Streak, languages: Languages) -> Streak:
    """The streak in the caller's language."""
    return Streak(
        key=streak.key, title=languages.pick(streak.title), description=languages.pick(streak.description) or None
    )


def _instant(at: datetime | None) -> DateTime | None:
    return None if at is None else DateTime(at)
