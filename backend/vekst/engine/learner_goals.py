"""Goals that learners set themselves, judged in a moment: what is set and changed, what is reached, what was reflected.

A goal counts the events after the one that set it, on local dates up to its last one. It gives no points, and no rule
may rest on it, so that it is judged when everything else of the moment is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from vekst.domain.events import GOAL_CHANGED, GOAL_REFLECTED, GOAL_SET, FieldValue, ProgressEvent
from vekst.domain.recognitions import ONCE, Identity, Nature, RecognitionKind
from vekst.engine.awards import Awards
from vekst.engine.goals import Goal, GoalState, feed, goal_evidence, goal_holds, goal_progress
from vekst.engine.leaves import EVIDENCE_AT_MOST
from vekst.engine.pack import Pack
from vekst.engine.standing import GoalRun, Standing

__all__ = ["DAYS_REMEMBERED", "criteria_of", "goal_reading", "goal_under_way", "judge_goals"]

DAYS_REMEMBERED: Final = 60
"""So long after its last date a goal that was not reached still tells how far it came."""
_TERMS: Final = frozenset({GOAL_SET, GOAL_CHANGED})


def judge_goals(awards: Awards) -> None:
    """Judge the moment's event for the learner's own goals, after all rules."""
    event, standing = awards.event, awards.standing
    if event.type == GOAL_REFLECTED:
        goal = str(event.data.get("goal"))
        awards.give(Identity(RecognitionKind.REFLECTION, goal, "", ONCE), 0, Nature.EFFORT, skill=None)
    elif event.type == GOAL_CHANGED:
        _change(awards)
    if standing.goals:
        standing.goals = [run for run in standing.goals if _goes_on(awards, run)]
    if event.type == GOAL_SET:
        _set(awards)


def goal_under_way(pack: Pack, standing: Standing, goal: str) -> tuple[Goal, GoalState] | None:
    """The criterion and the memory of a goal of that id that is not reached; None where nothing is known of it."""
    run = _run(standing, goal)
    compiled = pack.learner_goal(run.earn) if run else None
    if run is None or compiled is None or len(compiled.leaves) != len(run.state):
        return None
    return compiled, run.state


def goal_reading(pack: Pack, standing: Standing, goal: str) -> tuple[float, float] | None:
    """(have, need) of a goal of that id that is not reached; None where nothing is known of it."""
    found = goal_under_way(pack, standing, goal)
    return goal_progress(*found, standing) if found else None


def criteria_of(pack: Pack, goal: str, events: Iterable[ProgressEvent]) -> list[Goal]:
    """All that a goal of that id ever asked for, by the learner's events, as far as it has a meaning under the pack."""
    asked = (event.data.get("earn") for event in events if event.type in _TERMS and event.data.get("goal") == goal)
    compiled = (pack.learner_goal(earn) for earn in asked if isinstance(earn, str))
    return [criterion for criterion in compiled if criterion is not None]


def _set(awards: Awards) -> None:
    """Begin a goal; one whose state the learner has come to already is reached at once."""
    data = awards.event.data
    goal, earn, until = data.get("goal"), data.get("earn"), _ordinal(data.get("until"))
    if not isinstance(goal, str) or not isinstance(earn, str) or until is None or _run(awards.standing, goal):
        return
    compiled = awards.pack.learner_goal(earn)
    run = GoalRun(goal, earn, until, awards.event.ref, compiled.start() if compiled else [])
    if not (compiled and _reached(awards, run, compiled)):
        awards.standing.goals = [*awards.standing.goals, run]


def _change(awards: Awards) -> None:
    """Give a goal that is not over more time, or let it ask for less; what has counted counts on."""
    data = awards.event.data
    run = _run(awards.standing, str(data.get("goal")))
    if run is None or awards.day > run.until:
        return
    run.until = max(run.until, _ordinal(data.get("until")) or 0)
    earn = data.get("earn")
    if isinstance(earn, str):
        run.earn = earn
        _take_over(run, awards.pack.learner_goal(earn))


def _take_over(run: GoalRun, easier: Goal | None) -> None:
    if easier is None:
        return
    if len(easier.leaves) != len(run.state):
        run.state = easier.start()
    for leaf, state in zip(easier.leaves, run.state, strict=True):
        leaf.look_again(state)


def _goes_on(awards: Awards, run: GoalRun) -> bool:
    """Whether the goal, having heard the moment's event, is still to be remembered."""
    if awards.day > run.until:
        return awards.day <= run.until + DAYS_REMEMBERED
    compiled = awards.pack.learner_goal(run.earn)
    if compiled is None:
        return True
    feed(compiled, run.state, awards.event, awards.day)
    return not _reached(awards, run, compiled)


def _reached(awards: Awards, run: GoalRun, compiled: Goal) -> bool:
    """Whether the goal holds, by the end of its last date; it rests on the event that set it, too."""
    if awards.day > run.until or not goal_holds(compiled, run.state, awards.standing):
        return False
    refs = {run.ref, *(goal_evidence(run.state) or [awards.event.ref])}
    identity = Identity(RecognitionKind.GOAL, run.goal, "", ONCE)
    awards.give(identity, 0, Nature.EFFORT, skill=None, evidence=sorted(refs)[:EVIDENCE_AT_MOST])
    return True


def _run(standing: Standing, goal: str) -> GoalRun | None:
    return next((run for run in standing.goals if run.goal == goal), None)


def _ordinal(value: FieldValue) -> int | None:
    try:
        return date.fromisoformat(value).toordinal() if isinstance(value, str) else None
    except ValueError:
        return None
