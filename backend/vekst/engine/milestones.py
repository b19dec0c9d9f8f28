"""Streaks in a moment: an event may make a period active (S3), and a longer run may reach milestones (S6)."""

from __future__ import annotations

from vekst.domain.recognitions import Identity, RecognitionKind
from vekst.engine.awards import Awards
from vekst.engine.goals import StreakNode, feed, goal_evidence, goal_holds
from vekst.engine.measures import DAYS_BACK
from vekst.engine.streaks import activate, is_active, period_of

__all__ = ["count_streak", "tell_milestones"]


def count_streak(awards: Awards, index: int) -> None:
    """Let the streak at `index` hear the moment's event."""
    streak, state = awards.pack.streaks[index], awards.standing.streaks[index]
    period = period_of(streak, awards.day)
    if is_active(state, period) or not awards.counts_for(streak.since):
        return
    goal_state = state.open.get(period)
    if goal_state is None:
        goal_state = streak.counts.start()
        state.open = {known: value for known, value in state.open.items() if known >= period - DAYS_BACK}
        state.open[period] = goal_state
    if not feed(streak.counts, goal_state, awards.event, awards.day):
        return
    if not goal_holds(streak.counts, goal_state, awards.standing):
        return
    del state.open[period]
    activate(streak, awards.standing, state, period)
    most = streak.milestones[-1][0] if streak.milestones else 0
    state.evidence = sorted([*state.evidence, [period, *goal_evidence(goal_state)]])[-most:] if most else []
    awards.practised(streak.skill)
    tell_milestones(awards, index)


def tell_milestones(awards: Awards, index: int) -> None:
    """Give the milestones that the longest run has reached since they were last told."""
    streak, state = awards.pack.streaks[index], awards.standing.streaks[index]
    if state.longest <= state.told:
        return
    before, state.told = state.told, state.longest
    awards.move(StreakNode, index)
    for length, points in streak.milestones:
        if before < length <= state.longest:
            identity = Identity(RecognitionKind.MILESTONE, streak.key, "", str(length))
            evidence = sorted(ref for _, *refs in state.evidence[-length:] for ref in refs)
            awards.give(identity, points, streak.nature, skill=streak.skill, evidence=evidence)
