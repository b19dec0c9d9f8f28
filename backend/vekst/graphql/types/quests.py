"""Quests as the pack describes them, without a learner: what can be done, and the connection that lists them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import strawberry

from vekst.engine import pack as rules
from vekst.graphql.languages import Languages
from vekst.graphql.opaque import quest_node, read_cursor, write_cursor
from vekst.graphql.types.nodes import Node, PageInfo, given, page_size

__all__ = ["DESCRIBED_AT_MOST", "Quest", "QuestConnection", "QuestEdge", "QuestStep", "quest_of", "quests_page"]

DESCRIBED_AT_MOST: Final = 4_096
"""How many rules of one kind are kept as they read in some language: they are the same in every answer."""
_CURSOR: Final = "quests"


@strawberry.type(description="One step of a quest.")
class QuestStep:
    """A step as the pack describes it."""

    key: str = strawberry.field(description="The step's key in the quest files.")
    title: str = strawberry.field(description="Its title, in the caller's language.")
    description: str | None = strawberry.field(description="More about it, in the caller's language.")
    points: int = strawberry.field(description="The points it gives.")
    link: str | None = strawberry.field(description="Where to find what helps.")


@strawberry.type(description="A quest: a path of steps that somebody can take.")
class Quest(Node):
    """A quest as the pack describes it."""

    key: str = strawberry.field(description="The quest's key in the quest files.")
    title: str = strawberry.field(description="Its title, in the caller's language.")
    description: str | None = strawberry.field(description="More about it, in the caller's language.")
    skill: str | None = strawberry.field(description="The key of the skill that its points count towards.")
    points: int = strawberry.field(description="The points for completing it, besides those of its steps.")
    starts_when_accepted: bool = strawberry.field(description="Whether it waits to be accepted before it opens.")
    in_order: bool = strawberry.field(description="Whether its steps come one after the other.")
    steps: list[QuestStep] = strawberry.field(description="Its steps, in order.")


@strawberry.type(description="A quest in a list.")
class QuestEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="The quest's place in the list.")
    node: Quest = strawberry.field(description="The quest.")


@strawberry.type(description="A page of quests.")
class QuestConnection:
    """Relay's connection."""

    edges: list[QuestEdge] = strawberry.field(description="The quests of the page.")
    page_info: PageInfo = strawberry.field(description="How to ask for more.")


@lru_cache(DESCRIBED_AT_MOST)
def quest_of(quest: rules.Quest, languages: Languages) -> Quest:
    """The quest in the caller's language."""
    return Quest(
        id=strawberry.ID(quest_node(quest.key)),
        key=quest.key,
        title=languages.pick(quest.title),
        description=languages.pick(quest.description) or None,
        skill=quest.skill,
        points=quest.points,
        starts_when_accepted=quest.when_accepted,
        in_order=quest.in_order,
        steps=[
            QuestStep(
                key=step.key,
                title=languages.pick(step.title),
                description=languages.pick(step.description) or None,
                points=step.points,
                link=step.link,
            )
            for step in quest.steps
        ],
    )


def quests_page(pack: rules.Pack | None, languages: Languages, first: int | None, after: str | None) -> QuestConnection:
    """A page of the pack's quests by key, which stays stable while quests are added between the pages."""
    count = page_size(first)
    place = read_cursor(_CURSOR, given(after))
    quests = sorted(pack.quests, key=lambda quest: quest.key) if pack else []
    rest = [quest for quest in quests if place is None or quest.key > place]
    edges = [QuestEdge(cursor=write_cursor(_CURSOR, q.key), node=quest_of(q, languages)) for q in rest[:count]]
    cursors = [edge.cursor for edge in edges]
    return QuestConnection(
        edges=edges, page_info=PageInfo.of(cursors, more=len(rest) > count, begun=given(after) is None)
    )
