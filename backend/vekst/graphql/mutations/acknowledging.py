"""`acknowledge`: says that somebody's progress was seen."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.domain.errors import NotFound as NotFoundError
from vekst.graphql.context import Info
from vekst.graphql.mutations.progress import EventReceipt, receipt_of
from vekst.graphql.opaque import read_recognition
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotFound, NotSignedIn
from vekst.graphql.scalars import DateTime, read_instant

__all__ = ["AcknowledgeInput", "AcknowledgeResult", "acknowledge"]


@strawberry.input(description="Progress that one has seen.")
class AcknowledgeInput:
    """The input of `acknowledge`."""

    id: str = strawberry.field(description="The client's own id: sent twice, it happens once.")
    recognition: strawberry.ID = strawberry.field(
        description="The recognition, as `growth { people { unacknowledged { id } } }` names it."
    )
    occurred_at: DateTime = strawberry.field(description="When it was done, so that a phone can queue it offline.")


@strawberry.type(description="The learner is told that their progress was seen, and by whom.")
class Acknowledge:
    """The result of `acknowledge`."""

    receipt: EventReceipt = strawberry.field(
        description="The receipt: STORED, or DUPLICATE where it was sent before or somebody else was first."
    )


AcknowledgeResult = Annotated[
    Acknowledge | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("AcknowledgeResult", description="The progress is acknowledged, or why not."),
]


async def acknowledge(info: Info, choice: AcknowledgeInput) -> Acknowledge:
    """Acknowledge."""
    context = info.context
    key = read_recognition(choice.recognition)
    if key is None:
        raise NotFoundError("RECOGNITION_UNKNOWN", field="recognition")
    receipt = await context.factory.acknowledging().acknowledge(
        context.actor,
        client_id=choice.id,
        learner_id=key[0],
        seq=key[1],
        occurred_at=read_instant(choice.occurred_at, "occurredAt"),
    )
    return Acknowledge(receipt=receipt_of(receipt, context))
