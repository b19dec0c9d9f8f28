"""Why not yet: for every rule not earned, what is there, what is needed, and the nearest next step in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vekst.domain.calendars import local_day
from vekst.domain.recognitions import Identity, RecognitionKind
from vekst.engine.explain import Explainer
from vekst.engine.goals import Goal, GoalState, goal_at, goal_progress
from vekst.engine.pack import Badge, Pack, Quest, Streak
from vekst.engine.quests import new_run, occurrence_of
from vekst.engine.standing import BadgeState, QuestState, Standing

__all__ = ["NextStep", "next_steps"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is missing for one recognition: its `identity` to be, how much is there and needed, and what comes next.

    `have` and `need` are in the author's unit; `text` is a sentence in the reader's language.
    """

    identity: Identity
    title: str
    have: float
    need: float
    text: str


def next_steps(pack: Pack, standing: Standing, now: datetime, locale: str) -> list[NextStep]:
    """One for every recognition that can be earned now, the nearest first; a repeated rule in its window of now."""
    finder = _Finder(pack, standing, now, Explainer(pack, locale))
    found = [*finder.quests(), *finder.badges(), *finder.milestones(), *finder.levels()]
    return sorted(found, key=lambda step: (-step.have / step.need, step.identity))


class _Finder:
    def __init__(self, pack: Pack, standing: Standing, now: datetime, explainer: Explainer) -> None:
        self._pack = pack
        self._standing = standing
        self._now = now
        self._day = local_day(now, standing.zone)
        self._explainer = explainer

    def quests(self) -> Iterator[NextStep]:
        for quest, state in zip(self._pack.quests, self._standing.quests, strict=True):
            if quest.first <= self._day <= quest.last:
                yield from self._quest(quest, state)

    def _quest(self, quest: Quest, state: QuestState) -> Iterator[NextStep]:
        occurrence = occurrence_of(quest.repeat, self._day)
        identity = Identity(RecognitionKind.QUEST, quest.key, "", occurrence)
        if self._standing.kept_at(*identity[:2], occurrence) is not None:
            return
        if state.opened_at is None:
            if quest.requires is not None and state.requires is not None:
                yield self._towards(identity, quest.requires, state.requires)
            elif quest.when_accepted:
                yield NextStep(identity, self._explainer.title(identity), 0, 1, self._explainer.accept(quest))
            return
        run = next((run for run in state.runs if run.occurrence == occurrence), None) or new_run(quest, self._day)
        for step, step_state in zip(quest.steps, run.steps, strict=True):
            if step_state.goal is not None:
                of_step = Identity(RecognitionKind.STEP, f"{quest.key}/{step.key}", "", occurrence)
                yield self._towards(of_step, step.goal, step_state.goal)

    def badges(self) -> Iterator[NextStep]:
        for badge, state in zip(self._pack.badges, self._standing.badges, strict=True):
            if badge.first <= self._day <= badge.last:
                yield from self._badge(badge, state)

    def _badge(self, badge: Badge, state: BadgeState) -> Iterator[NextStep]:
        occurrence = occurrence_of(badge.repeat, self._day)
        for index, tier in enumerate(badge.tiers):
            run = next((run for run in state.runs[index] if run.occurrence == occurrence), None)
            earned = run.goal is None if run else badge.repeat == "never" and state.earned[index] is not None
            kept = self._standing.kept_at(RecognitionKind.BADGE, badge.key, occurrence, tier.tier)
            if not earned and kept is None:
                identity = Identity(RecognitionKind.BADGE, badge.key, tier.tier, occurrence)
                yield self._towards(identity, tier.goal, (run.goal if run else None) or tier.goal.start())

    def milestones(self) -> Iterator[NextStep]:
        for streak, state in zip(self._pack.streaks, self._standing.streaks, strict=True):
            ahead = (length for length, _ in streak.milestones if length > state.longest)
            length = next((length for length in ahead if not self._is_kept(streak, length)), None)
            if length is not None:
                identity = Identity(RecognitionKind.MILESTONE, streak.key, "", str(length))
                yield self._counted(identity, state.longest, length)

    def _is_kept(self, streak: Streak, length: int) -> bool:
        return self._standing.kept_at(RecognitionKind.MILESTONE, streak.key, str(length)) is not None

    def levels(self) -> Iterator[NextStep]:
        for skill, state in zip(self._pack.skills, self._standing.skills, strict=True):
            if state.level < len(skill.levels):
                identity = Identity(RecognitionKind.LEVEL, skill.key, "", str(state.level + 1))
                yield self._counted(identity, state.points, skill.levels[state.level])

    def _towards(self, identity: Identity, goal: Goal, state: GoalState) -> NextStep:
        seen = goal_at(goal, state, self._now, self._day)
        have, need = goal_progress(goal, seen, self._standing)
        text = self._explainer.next_step(goal, seen, self._standing)
        return NextStep(identity, self._explainer.title(identity), min(have, need), need, text)

    def _counted(self, identity: Identity, have: int, need: int) -> NextStep:
        text = self._explainer.next_of(identity, have, need)
        return NextStep(identity, self._explainer.title(identity), have, need, text)
