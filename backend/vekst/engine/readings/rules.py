"""Points, skills, quests and badges of a standing, seen at an instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final, cast

import msgspec

from vekst.domain.calendars import local_day
from vekst.domain.instants import instant, micros
from vekst.domain.recognitions import Points, RecognitionKind, recognised_points
from vekst.engine.goals import Goal, GoalState, Whole, goal_at, goal_progress
from vekst.engine.pack import Badge, Pack, Quest, Skill, Step
from vekst.engine.quests import new_run, occurrence_of
from vekst.engine.readings.records import (
    BadgeReading,
    Freshness,
    NextTier,
    QuestReading,
    QuestReadingState,
    SkillReading,
    StepReading,
)
from vekst.engine.standing import BEGINNING, BadgeState, Earned, QuestState, SkillState, Standing, StepState

__all__ = ["badge_readings", "points_reading", "quest_readings", "same_until", "skill_readings"]

_RULES_AT_MOST: Final = 16_384
_UNASKED: Final = cast("Whole", None)
"""The whole standing, for goals that ask nothing of it."""


def points_reading(pack: Pack, standing: Standing) -> Points:
    """The learner's points (P1)."""
    return recognised_points(standing.effort, standing.outcomes, pack.outcomes_at_most)


def skill_readings(pack: Pack, standing: Standing, now: datetime) -> list[SkillReading]:
    """Every skill of the pack."""
    return [_skill(skill, state, now) for skill, state in zip(pack.skills, standing.skills, strict=True)]


def _skill(skill: Skill, state: SkillState, now: datetime) -> SkillReading:
    next_at = skill.levels[state.level] if state.level < len(skill.levels) else None
    freshness = Freshness.NEW
    if state.seen_at is not None:
        fading = skill.fresh_for is not None and now - instant(state.seen_at) > skill.fresh_for
        freshness = Freshness.FADING if fading else Freshness.FRESH
    return SkillReading(skill.key, state.level, state.points, next_at, freshness)


def quest_readings(
    pack: Pack, standing: Standing, now: datetime, only: QuestReadingState | None = None
) -> list[QuestReading]:
    """Every quest of the pack, or those in one state; a repeated one in its window of now."""
    seen = _View(standing, now, local_day(now, standing.zone))
    states = zip(pack.quests, standing.quests.shown(), strict=True)
    read = (_quest(quest, state, seen, only) for quest, state in states)
    return [reading for reading in read if reading is not None]


class _View(msgspec.Struct, frozen=True):
    """A standing, looked at at an instant, and on which local date that is."""

    standing: Standing
    now: datetime
    day: int


def _quest(quest: Quest, state: QuestState, seen: _View, only: QuestReadingState | None) -> QuestReading | None:
    standing, day = seen.standing, seen.day
    occurrence = occurrence_of(quest.repeat, day)
    run = next((run for run in state.runs if run.occurrence == occurrence), None) if state.runs else None
    kept = standing.kept_at(RecognitionKind.QUEST, quest.key, occurrence)
    completed = _first(run.completed_at if run else None, kept)
    where = QuestReadingState.COMPLETED if completed is not None else _quest_state(quest, state, day)
    if only is not None and where is not only:
        return None
    opened = None if state.opened_at in {None, BEGINNING} else state.opened_at
    steps = _first_steps(quest, where) if run is None and not standing.kept else None
    if steps is None:
        place, run = _StepPlace(quest.key, occurrence, where), run or new_run(quest, day)
        steps = tuple([_step(*each, seen, place) for each in zip(quest.steps, run.steps, strict=True)])
    return QuestReading(quest.key, where, occurrence, _instant(opened), _instant(completed), steps)


@lru_cache(_RULES_AT_MOST)
def _first_steps(quest: Quest, where: QuestReadingState) -> tuple[StepReading, ...] | None:
    """The steps before anything was done for them, the same for everybody; None where they rest on more than events."""
    found: list[StepReading] = []
    for step, state in zip(quest.steps, new_run(quest, 1).steps, strict=True):
        progress = _first_progress(step.goal)
        if progress is None:
            return None
        found.append(StepReading(step.key, _step_state(state, where), *progress, None))
    return tuple(found)


def _quest_state(quest: Quest, state: QuestState, day: int) -> QuestReadingState:
    """A quest of certain dates is not open on others; before them it can be accepted already."""
    if day > quest.last:
        return QuestReadingState.LOCKED
    if state.opened_at is not None:
        return QuestReadingState.OPEN if day >= quest.first else QuestReadingState.LOCKED
    return QuestReadingState.AVAILABLE if state.met and quest.when_accepted else QuestReadingState.LOCKED


class _StepPlace(msgspec.Struct, frozen=True):
    """Where a step stands: its quest, the occurrence, and the quest's state."""

    quest: str
    occurrence: str
    state: QuestReadingState


def _step(step: Step, state: StepState, seen: _View, place: _StepPlace) -> StepReading:
    have, need = _progress(step.goal, state.goal, seen)
    kept = seen.standing.kept_at(RecognitionKind.STEP, f"{place.quest}/{step.key}", place.occurrence)
    completed = _first(state.completed_at, kept)
    if completed is not None:
        return StepReading(step.key, QuestReadingState.COMPLETED, need, need, _instant(completed))
    return StepReading(step.key, _step_state(state, place.state), have, need, None)


def _step_state(state: StepState, of_quest: QuestReadingState) -> QuestReadingState:
    waiting = state.goal is None or of_quest is not QuestReadingState.OPEN
    return QuestReadingState.LOCKED if waiting else QuestReadingState.OPEN


def _progress(goal: Goal, state: GoalState | None, seen: _View) -> tuple[float, float]:
    """The progress of a goal, which has no state before anything is done for it."""
    if state is not None:
        return goal_progress(goal, goal_at(goal, state, seen.now, seen.day), seen.standing)
    return _first_progress(goal) or goal_progress(goal, goal.start(), seen.standing)


@lru_cache(_RULES_AT_MOST)
def _first_progress(goal: Goal) -> tuple[float, float] | None:
    """The same before anything is done, the same for everybody; None for a goal that rests on more than events."""
    return goal_progress(goal, goal.start(), _UNASKED) if goal.rests_on_events else None


def _first(folded: int | None, kept: int | None) -> int | None:
    """What the fold says, or else what is kept."""
    return kept if folded is None else folded


def _instant(at: int | None) -> datetime | None:
    return None if at is None else instant(at)


def badge_readings(pack: Pack, standing: Standing, now: datetime) -> list[BadgeReading]:
    """Every badge of the pack, a repeated one with its latest occurrence and its window of now."""
    seen = _View(standing, now, local_day(now, standing.zone))
    states = zip(pack.badges, standing.badges.shown(), strict=True)
    return [_badge(badge, state, seen) for badge, state in states]


def _badge(badge: Badge, state: BadgeState, seen: _View) -> BadgeReading:
    earned = [(index, entry) for index, entry in enumerate(state.earned) if entry is not None]
    if badge.repeat != "never" and earned:
        earned += _kept_tiers(badge, seen.standing)
        latest = max((entry for _, entry in earned), key=lambda entry: entry.at)
        earned = sorted((each for each in earned if each[1].occurrence == latest.occurrence), key=lambda each: each[0])
    following = _next_tier(badge, state, seen)
    if not earned:
        return BadgeReading(badge.key, None, None, None, following)
    index, entry = earned[-1]
    return BadgeReading(badge.key, badge.tiers[index].tier or None, instant(entry.at), entry.occurrence, following)


def _kept_tiers(badge: Badge, standing: Standing) -> list[tuple[int, Earned]]:
    """What is held of the badge beside the fold, which may be later than all that the fold gives (V1)."""
    tiers = {tier.tier: index for index, tier in enumerate(badge.tiers)}
    return [
        (tiers[each.tier], Earned(each.reached_at, each.occurrence))
        for each in standing.kept
        if each.kind == RecognitionKind.BADGE and each.key == badge.key and each.tier in tiers
    ]


def _next_tier(badge: Badge, state: BadgeState, seen: _View) -> NextTier | None:
    occurrence = occurrence_of(badge.repeat, seen.day)
    for index, tier in enumerate(badge.tiers):
        runs = state.runs[index]
        run = next((run for run in runs if run.occurrence == occurrence), None) if runs else None
        earned = state.earned[index]
        if (badge.repeat == "never" and earned is not None) or (run is not None and run.goal is None):
            continue
        if seen.day > badge.last and tier.goal.rests_on_events:
            continue
        if seen.standing.kept_at(RecognitionKind.BADGE, badge.key, occurrence, tier.tier) is not None:
            continue
        return NextTier(tier.tier or None, *_progress(tier.goal, run.goal if run else None, seen))
    return None


def same_until(pack: Pack, standing: Standing, now: datetime) -> datetime | None:
    """The first instant after `now` at which quests or badges read otherwise, on the same date and without an event.

    A rolling length of time lets go of its first event then; None where none does.
    """
    at = micros(now)
    ends = (end for goal, state in _under_way(pack, standing) for end in _ends(goal, state, at))
    first = min(ends, default=None)
    return None if first is None else instant(first)


def _under_way(pack: Pack, standing: Standing) -> Iterator[tuple[Goal, GoalState | None]]:
    """What is counted for steps and tiers of which something can run out."""
    for index in pack.windowed_quests:
        for run in standing.quests[index].runs:
            steps = zip(pack.quests[index].steps, run.steps, strict=True)
            yield from ((step.goal, state.goal) for step, state in steps)
    for index in pack.windowed_badges:
        for tier, runs in zip(pack.badges[index].tiers, standing.badges[index].runs, strict=True):
            yield from ((tier.goal, run.goal) for run in runs)


def _ends(goal: Goal, state: GoalState | None, now: int) -> Iterator[int]:
    if state is not None and goal.windowed:
        for leaf, each in zip(goal.leaves, state, strict=True):
            # Calendar windows end with a date, which is not asked for here: any will do.
            end = leaf.same_until(leaf.seen_at(each, now, 1))
            if end is not None:
                yield end
