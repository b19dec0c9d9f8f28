"""Finds nodes again by their ids, for a caller who may see them; any other id finds nothing."""

from __future__ import annotations

from uuid import UUID

from vekst.domain.learner_goals import GoalKey
from vekst.graphql.context import Context
from vekst.graphql.opaque import read_node, read_recognition
from vekst.graphql.types.audit import entry_for
from vekst.graphql.types.challenges import challenge_for
from vekst.graphql.types.feedback import feedback_for, read_feedback
from vekst.graphql.types.goals import Goal, goal_seen, goal_view, read_goal
from vekst.graphql.types.learners import learner_of, seen_of
from vekst.graphql.types.nodes import Node
from vekst.graphql.types.quests import quest_of
from vekst.graphql.types.recognitions import recognition_of

__all__ = ["find_node", "goal_for"]


async def find_node(context: Context, opaque: str) -> Node | None:
    """The object of that node id."""
    match read_node(opaque):
        case ("Learner", (learner,)):
            return await _learner(context, _uuid(learner))
        case ("Recognition", _):
            return await _recognition(context, opaque)
        case ("Challenge", (challenge,)):
            challenge_id = _uuid(challenge)
            return await challenge_for(context, challenge_id) if challenge_id else None
        case ("Quest", (key,)):
            return await _quest(context, key)
        case ("Feedback", _):
            return await _feedback(context, opaque)
        case ("Goal", _):
            goal = read_goal(opaque)
            return await goal_for(context, goal) if goal else None
        case ("AuditEntry", (entry,)):
            entry_id = _uuid(entry)
            return await entry_for(context, entry_id) if entry_id else None
        case _:
            return None


async def goal_for(context: Context, key: GoalKey) -> Goal | None:
    """The goal of that key, if the caller may see it."""
    view = await goal_view(context, key)
    row = await context.loaders.learners.load(key.learner_id) if view else None
    seen = await seen_of(context, row) if row else None
    return goal_seen(context, view, seen) if view and seen else None


async def _learner(context: Context, learner_id: UUID | None) -> Node | None:
    if learner_id is None or not context.sees(learner_id):
        return None
    row = await context.loaders.learners.load(learner_id)
    return await learner_of(context, row) if row else None


async def _recognition(context: Context, opaque: str) -> Node | None:
    key = read_recognition(opaque)
    if key is None or not context.sees(key[0]):
        return None
    entry = await context.loaders.entries.load(key)
    return await recognition_of(context, entry) if entry else None


async def _quest(context: Context, key: str) -> Node | None:
    pack = await context.pack()
    quest = pack.quest(key) if pack else None
    return quest_of(quest, context.languages) if quest else None


async def _feedback(context: Context, opaque: str) -> Node | None:
    key = read_feedback(opaque)
    return await feedback_for(context, key) if key else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(hex=text)
    except ValueError:
        return None
