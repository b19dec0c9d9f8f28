"""Quests in a moment (Q1-Q4): they open, their steps hear events, steps and then the quest are completed."""

from __future__ import annotations

from vekst.domain.events import ProgressEvent
from vekst.domain.periods import Window, window_end, window_key
from vekst.domain.recognitions import ONCE, Identity, RecognitionKind
from vekst.engine.awards import Awards
from vekst.engine.goals import QuestNode, feed, goal_evidence, goal_holds
from vekst.engine.leaves import EVIDENCE_AT_MOST
from vekst.engine.measures import DAYS_BACK
from vekst.engine.pack import Quest, Repeat
from vekst.engine.standing import QuestRun, QuestState, StepState

__all__ = ["accept_quest", "advance_quest", "feed_quest", "feed_requires", "new_run", "occurrence_of"]


def occurrence_of(repeat: Repeat, day: int) -> str:
    """The occurrence (Q4) of a rule on a local date; repeated `always`, its occurrences are counted elsewhere."""
    return window_key(repeat, day) if isinstance(repeat, Window) else ONCE


def new_run(quest: Quest, day: int) -> QuestRun:
    """A quest's run for the window that holds `day`; of steps in order only the first one listens."""
    ends = window_end(quest.repeat, day) if isinstance(quest.repeat, Window) else 0
    steps = [
        StepState(goal=step.goal.start() if index == 0 or not quest.in_order else None)
        for index, step in enumerate(quest.steps)
    ]
    return QuestRun(occurrence_of(quest.repeat, day), ends, steps)


def accept_quest(awards: Awards, key: str) -> None:
    """The learner accepts a quest; before its conditions hold this is remembered (Q1)."""
    for index, quest in enumerate(awards.pack.quests):
        if quest.key == key:
            awards.standing.quests[index].accepted = True
            advance_quest(awards, index)


def feed_requires(awards: Awards, index: int) -> bool:
    """Let the quest's conditions hear the moment's event; whether they may hold now."""
    quest, state = awards.pack.quests[index], awards.standing.quests[index]
    if quest.requires is None or state.requires is None or not awards.counts_for(quest.since):
        return False
    return feed(quest.requires, state.requires, awards.event, awards.day)


def feed_quest(awards: Awards, index: int, event: ProgressEvent) -> bool:
    """Let the open quest's steps hear an event of this instant (Q2); whether a step may hold that did not before."""
    quest, state = awards.pack.quests[index], awards.standing.quests[index]
    if state.opened_at is None or not quest.first <= awards.day <= quest.last or not awards.counts_for(quest.since):
        return False
    known = state.runs
    run = _run(awards, quest, state)
    if run.completed_at is not None:
        return False
    # A run that begins may hold at once, by the state of the whole.
    moved = state.runs is not known
    for step, step_state in zip(quest.steps, run.steps, strict=True):
        goal = step_state.goal
        if goal is not None and event.type in step.goal.listens and feed(step.goal, goal, event, awards.day):
            moved = True
    return moved


def advance_quest(awards: Awards, index: int) -> None:
    """Open the quest if it may, and complete what holds."""
    quest, state = awards.pack.quests[index], awards.standing.quests[index]
    if state.opened_at is None and not _open(awards, index):
        return
    if quest.repeat == "never" and not state.runs:
        state.runs = [new_run(quest, awards.day)]
    for run in state.runs:
        if run.completed_at is None:
            _advance_run(awards, index, run)


def _run(awards: Awards, quest: Quest, state: QuestState) -> QuestRun:
    if state.runs and not isinstance(quest.repeat, Window):
        return state.runs[0]
    occurrence = occurrence_of(quest.repeat, awards.day)
    for run in state.runs:
        if run.occurrence == occurrence:
            return run
    run = new_run(quest, awards.day)
    state.runs = [*(old for old in state.runs if old.ends >= awards.day - DAYS_BACK), run]
    return run


def _open(awards: Awards, index: int) -> bool:
    """Q1; all events of the instant of the opening count towards the steps (Q2), this moment's and those before it."""
    quest, state = awards.pack.quests[index], awards.standing.quests[index]
    if not state.met and quest.requires is not None and state.requires is not None:
        if not goal_holds(quest.requires, state.requires, awards.standing):
            return False
        state.evidence = goal_evidence(state.requires)
        state.met, state.requires = True, None
    if not state.met or (quest.when_accepted and not state.accepted):
        return False
    state.opened_at = awards.at
    for event in awards.same_instant():
        feed_quest(awards, index, event)
    return True


def _advance_run(awards: Awards, index: int, run: QuestRun) -> None:
    quest = awards.pack.quests[index]
    for step, step_state in zip(quest.steps, run.steps, strict=True):
        if step_state.completed_at is not None:
            continue
        if step_state.goal is None:
            step_state.goal = step.goal.start()
        if not goal_holds(step.goal, step_state.goal, awards.standing):
            if quest.in_order:
                return
            continue
        step_state.evidence = goal_evidence(step_state.goal)
        step_state.goal, step_state.completed_at = None, awards.at
        identity = Identity(RecognitionKind.STEP, f"{quest.key}/{step.key}", "", run.occurrence)
        awards.give(identity, step.points, quest.nature, skill=quest.skill, evidence=step_state.evidence)
    if all(step_state.completed_at is not None for step_state in run.steps):
        _complete(awards, index, run)


def _complete(awards: Awards, index: int, run: QuestRun) -> None:
    quest, state = awards.pack.quests[index], awards.standing.quests[index]
    run.completed_at = awards.at
    state.completions += 1
    awards.move(QuestNode, index)
    refs = {*state.evidence, *(ref for step in run.steps for ref in step.evidence)}
    identity = Identity(RecognitionKind.QUEST, quest.key, "", run.occurrence)
    evidence = sorted(refs)[:EVIDENCE_AT_MOST]
    awards.give(identity, quest.points, quest.nature, skill=quest.skill, evidence=evidence)
