"""Badges in a moment: each tier hears events in its occurrence, and is earned when its goal holds (Q4, I4)."""

from __future__ import annotations

from vekst.domain.periods import Window, window_end
from vekst.domain.recognitions import Identity, RecognitionKind
from vekst.engine.awards import Awards
from vekst.engine.goals import BadgeNode, feed, goal_evidence, goal_holds
from vekst.engine.improvement import times_held
from vekst.engine.measures import DAYS_BACK
from vekst.engine.pack import Badge
from vekst.engine.quests import occurrence_of
from vekst.engine.standing import BadgeState, Earned, TierRun

__all__ = ["advance_badge", "feed_badge"]


def feed_badge(awards: Awards, index: int) -> bool:
    """Let the badge's tiers hear the moment's event; whether a tier may hold now that did not before."""
    badge, state = awards.pack.badges[index], awards.standing.badges[index]
    if not badge.first <= awards.day <= badge.last or not awards.counts_for(badge.since):
        return False
    moved = False
    for tier_index, tier in enumerate(badge.tiers):
        known = state.runs[tier_index]
        run = _run(badge, state, tier_index, awards.day)
        if run is None or run.goal is None:
            continue
        holds = feed(tier.goal, run.goal, awards.event, awards.day)
        # An occurrence that begins may hold at once, by the state of the whole.
        moved = moved or holds or state.runs[tier_index] is not known
        if holds and badge.repeat == "always":
            _earn(awards, index, tier_index, occurrence=f"#{times_held(run.goal[0])}", evidence=run.goal[0][1])
    return moved


def advance_badge(awards: Awards, index: int) -> None:
    """Give the tiers whose goals hold."""
    badge, state = awards.pack.badges[index], awards.standing.badges[index]
    if badge.repeat == "always":
        return
    for tier_index, tier in enumerate(badge.tiers):
        if badge.repeat == "never":
            _run(badge, state, tier_index, awards.day)
        for run in state.runs[tier_index]:
            if run.goal is not None and goal_holds(tier.goal, run.goal, awards.standing):
                evidence, run.goal = goal_evidence(run.goal), None
                _earn(awards, index, tier_index, occurrence=run.occurrence, evidence=evidence)


def _run(badge: Badge, state: BadgeState, tier_index: int, day: int) -> TierRun | None:
    """The tier's occurrence of the date; None where it was earned for good."""
    runs = state.runs[tier_index]
    if badge.repeat == "never" and state.earned[tier_index] is not None:
        if runs:
            state.runs[tier_index] = []
        return None
    if runs and not isinstance(badge.repeat, Window):
        return runs[0]
    occurrence = occurrence_of(badge.repeat, day)
    for run in runs:
        if run.occurrence == occurrence:
            return run
    ends = window_end(badge.repeat, day) if isinstance(badge.repeat, Window) else 0
    run = TierRun(occurrence, ends, badge.tiers[tier_index].goal.start())
    state.runs[tier_index] = [*(old for old in runs if old.ends >= day - DAYS_BACK), run]
    return run


def _earn(awards: Awards, index: int, tier_index: int, *, occurrence: str, evidence: list[int]) -> None:
    badge, state = awards.pack.badges[index], awards.standing.badges[index]
    tier = badge.tiers[tier_index]
    if state.earned[tier_index] is None:
        awards.move(BadgeNode, index)
    if badge.repeat == "never":
        state.runs[tier_index] = []
    state.earned[tier_index] = Earned(awards.at, occurrence)
    identity = Identity(RecognitionKind.BADGE, badge.key, tier.tier, occurrence)
    awards.give(identity, tier.points, tier.nature, skill=badge.skill, evidence=evidence)
