"""`voidEvent`: takes a wrong event out of the judgement, with a reason that the learner is shown."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.graphql.context import Info
from vekst.graphql.mutations.progress import EventReceipt, receipt_of
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotFound, NotSignedIn
from vekst.graphql.types.nodes import given
from vekst.services.voiding import EventName

__all__ = ["EventReferenceInput", "VoidEventInput", "VoidEventResult", "void_event"]


@strawberry.input(description="An event as its recorder named it.")
class EventReferenceInput:
    """Which event."""

    source: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where it came from: `app`, or an integration's name; the caller's own source when left out.",
    )
    id: str = strawberry.field(description="The id that its recorder gave it, as evidence shows it.")


@strawberry.input(description="An event to take out of the judgement. Voiding a void lets its event count again.")
class VoidEventInput:
    """The input of `voidEvent`."""

    id: str = strawberry.field(description="The client's own id: sent twice, it happens once.")
    person: str | None = strawberry.field(
        default=strawberry.UNSET, description="Whose event it is; the caller's own when left out."
    )
    event: EventReferenceInput = strawberry.field(description="The event.")
    reason: str = strawberry.field(description="Why, in words for the learner; 1 to 500 characters.")


@strawberry.type(description="An event as its recorder named it.")
class EventReference:
    """Which event."""

    source: str = strawberry.field(description="Where it came from: `app`, or an integration's name.")
    id: str = strawberry.field(description="The id that its recorder gave it.")


@strawberry.type(description="The event no longer counts; what only it had earned is taken back once that is judged.")
class VoidEvent:
    """The result of `voidEvent`."""

    receipt: EventReceipt = strawberry.field(
        description="The receipt: STORED, or DUPLICATE for one sent before and for an event that was void already."
    )
    void: EventReference = strawberry.field(
        description="The void that holds: an event too, to be voided by this name if it was a mistake."
    )


VoidEventResult = Annotated[
    VoidEvent | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("VoidEventResult", description="The event is void, or why not."),
]


async def void_event(info: Info, choice: VoidEventInput) -> VoidEvent:
    """Void the event (M3)."""
    context = info.context
    voided = await context.factory.voiding().void(
        context.actor,
        client_id=choice.id,
        event=EventName(choice.event.id, given(choice.event.source)),
        reason=choice.reason,
        person=given(choice.person),
    )
    void = EventReference(source=voided.void.source or context.actor.source, id=voided.void.id)
    return VoidEvent(receipt=receipt_of(voided.receipt, context), void=void)
