"""Feedback as one of the two sees it: what was asked, what was given, what was tried; and the list of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import strawberry

from vekst.domain.errors import InvalidInput, NotAllowed
from vekst.domain.feedback import FeedbackKey
from vekst.domain.instants import instant, micros
from vekst.graphql.context import Context
from vekst.graphql.opaque import feedback_node, read_cursor, read_node, write_cursor
from vekst.graphql.scalars import DateTime
from vekst.graphql.types.enums import FeedbackSide, FeedbackState
from vekst.graphql.types.nodes import Node, PageInfo, given, page_size
from vekst.graphql.types.standings import Skill, skill_of
from vekst.queries.feedback import (
    FeedbackMark,
    FeedbackView,
    SharedEvent,
    SharedPerson,
    Side,
    feedback_of,
    feedback_page,
)

__all__ = ["Feedback", "FeedbackConnection", "FeedbackEdge", "feedback_for", "feedbacks_page", "read_feedback"]

_CURSOR: Final = "feedback"
_MICROS_DIGITS_AT_MOST: Final = 17


@strawberry.type(description="One of the two people of a feedback.")
class FeedbackPerson:
    """A name, and no more."""

    person: str = strawberry.field(description="The person's key in the organisation.")
    name: str = strawberry.field(description="The person's name.")
    is_me: bool = strawberry.field(description="Whether it is the caller.")


@strawberry.type(description="An event of the learner's that feedback is about, shared with the giver by naming it.")
class FeedbackEvent:
    """What the two know of the event."""

    source: str = strawberry.field(description="Where it came from: `app`, or an integration's name.")
    id: str = strawberry.field(description="The id that its recorder gave it.")
    type: str = strawberry.field(description="The event's type, such as `call.practised`.")
    occurred_at: DateTime = strawberry.field(description="When it happened.")


@strawberry.type(
    description="Feedback from one person to another, asked for or not. Only the two see it; not even an admin does."
)
class Feedback(Node):
    """An exchange."""

    state: FeedbackState = strawberry.field(description="Which turn was taken last.")
    learner: FeedbackPerson = strawberry.field(description="The person it is about, who may delete it.")
    giver: FeedbackPerson = strawberry.field(description="The person who gives it.")
    skill: Skill | None = strawberry.field(description="The skill it is about.")
    event: FeedbackEvent | None = strawberry.field(description="The learner's event it is about.")
    question: str | None = strawberry.field(description="What the learner wants to know; null where nobody asked.")
    asked_at: DateTime | None = strawberry.field(description="When the learner asked; null where nobody did.")
    worked: str | None = strawberry.field(description="What worked, in the giver's words.")
    try_next: str | None = strawberry.field(description="What to try next, in the giver's words.")
    given_at: DateTime | None = strawberry.field(description="When it was given.")
    tried: str | None = strawberry.field(description="What the learner tried of it, in their own words.")
    tried_in: FeedbackEvent | None = strawberry.field(description="The learner's event that shows it.")
    acted_on_at: DateTime | None = strawberry.field(description="When the learner told what they tried.")


@strawberry.type(description="A feedback in the list.")
class FeedbackEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="Its place in the list; it never changes.")
    node: Feedback = strawberry.field(description="The feedback.")


@strawberry.type(description="A page of feedback, begun last first.")
class FeedbackConnection:
    """Relay's connection."""

    edges: list[FeedbackEdge] = strawberry.field(description="The feedback of the page.")
    page_info: PageInfo = strawberry.field(description="How to ask for more.")


async def feedback_for(context: Context, key: FeedbackKey) -> Feedback | None:
    """The feedback of that key, if the caller is one of the two."""
    actor, viewer = context.actor, context.learner_id
    async with context.factory.reading(actor.org_id) as connection:
        view = await feedback_of(connection, actor.org_id, viewer, key)
    return await _feedback(context, view) if view else None


async def feedbacks_page(
    context: Context, learner_id: UUID, side: FeedbackSide | None, first: int | None, after: str | None
) -> FeedbackConnection:
    """A page of the caller's own feedback; anyone else's is refused, an admin's question too."""
    if learner_id != context.learner_id:
        raise NotAllowed("FEEDBACK_IS_PRIVATE", field="feedback")
    count, before, wanted = page_size(first), _read_mark(given(after)), given(side)
    org_id = context.actor.org_id
    async with context.factory.reading(org_id) as connection:
        views = await feedback_page(
            connection,
            org_id,
            learner_id,
            side=Side[wanted.name] if wanted else None,
            before=before,
            count=count + 1,
        )
    edges = [FeedbackEdge(cursor=_write_mark(each.mark), node=await _feedback(context, each)) for each in views[:count]]
    cursors = [edge.cursor for edge in edges]
    return FeedbackConnection(
        edges=edges, page_info=PageInfo.of(cursors, more=len(views) > count, begun=given(after) is None)
    )


def read_feedback(opaque: str) -> FeedbackKey | None:
    """The key that a feedback's node id names; None for any other text."""
    match read_node(opaque):
        case ("Feedback", (learner, feedback)):
            try:
                return FeedbackKey(UUID(hex=learner), UUID(hex=feedback))
            except ValueError:
                return None
        case _:
            return None


async def _feedback(context: Context, view: FeedbackView) -> Feedback:
    me = context.learner_id
    state = FeedbackState.ACTED_ON if view.acted_at else FeedbackState.GIVEN if view.given_at else FeedbackState.ASKED
    return Feedback(
        id=strawberry.ID(feedback_node(view.key)),
        state=state,
        learner=_person(view.learner, me),
        giver=_person(view.giver, me),
        skill=await _skill(context, view.skill),
        event=_event(view.event),
        question=view.question,
        asked_at=_at(view.asked_at),
        worked=view.worked,
        try_next=view.try_next,
        given_at=_at(view.given_at),
        tried=view.tried,
        tried_in=_event(view.tried_in),
        acted_on_at=_at(view.acted_at),
    )


async def _skill(context: Context, key: str | None) -> Skill | None:
    """The skill as the pack describes it; one that it no longer has keeps its key for a title."""
    if key is None:
        return None
    pack = await context.pack()
    skill = pack.skill(key) if pack else None
    if skill is None:
        return Skill(key=key, title=key, description=None)
    return skill_of(skill, context.languages)


def _person(person: SharedPerson, me: UUID) -> FeedbackPerson:
    return FeedbackPerson(person=person.person, name=person.name, is_me=person.learner_id == me)


def _event(event: SharedEvent | None) -> FeedbackEvent | None:
    if event is None:
        return None
    return FeedbackEvent(source=event.source, id=event.id, type=event.type, occurred_at=DateTime(event.occurred_at))


def _at(at: datetime | None) -> DateTime | None:
    return DateTime(at) if at else None


def _write_mark(mark: FeedbackMark) -> str:
    at, feedback_id = mark
    return write_cursor(_CURSOR, f"{micros(at)}.{feedback_id.hex}")


def _read_mark(cursor: str | None) -> FeedbackMark | None:
    place = read_cursor(_CURSOR, cursor)
    if place is None:
        return None
    at, _, name = place.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) <= _MICROS_DIGITS_AT_MOST):
        raise InvalidInput("CURSOR_NOT_VALID", field="after")
    try:
        return instant(int(at)), UUID(hex=name)
    except ValueError as error:
        raise InvalidInput("CURSOR_NOT_VALID", field="after") from error
