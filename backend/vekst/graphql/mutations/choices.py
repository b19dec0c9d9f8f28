"""What learners choose for themselves: to take on a quest, where to live, and when to rest; each becomes an event."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.domain import receipts as domain
from vekst.domain.errors import InvalidInput as InvalidInputError
from vekst.graphql.context import Context, Info
from vekst.graphql.mutations.progress import EventReceipt, receipt_of
from vekst.graphql.query import learner_me
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotFound, NotSignedIn
from vekst.graphql.scalars import Date, DateTime, read_date, read_instant
from vekst.graphql.types.learners import Learner

__all__ = [
    "AcceptQuestInput",
    "AcceptQuestResult",
    "ChangeZoneInput",
    "ChangeZoneResult",
    "TakeTimeOffInput",
    "TakeTimeOffResult",
    "accept_quest",
    "change_zone",
    "take_time_off",
]

_ID = "The client's own id: sent twice, it happens once."
_WHEN = "When the learner chose so, with an offset; a phone may send it later."
_LEARNER = "The learner; what follows from the choice shows once it is judged, a moment later."
_RECEIPT = "The receipt: STORED, or DUPLICATE for one sent before."


@strawberry.input(description="A quest to take on.")
class AcceptQuestInput:
    """The input of `acceptQuest`."""

    id: str = strawberry.field(description=_ID)
    quest: str = strawberry.field(description="The quest's key.")
    occurred_at: DateTime = strawberry.field(description=_WHEN)


@strawberry.input(description="A zone to live in from now on. It holds from the server's time and can't be backdated.")
class ChangeZoneInput:
    """The input of `changeZone`."""

    id: str = strawberry.field(description=_ID)
    zone: str = strawberry.field(description="An IANA time zone, such as Europe/Oslo.")


@strawberry.input(description="Dates to rest on, past or to come. No reason is asked for.")
class TakeTimeOffInput:
    """The input of `takeTimeOff`."""

    id: str = strawberry.field(description=_ID)
    first: Date = strawberry.field(name="from", description="The first date.")
    until: Date = strawberry.field(description="The last date.")
    occurred_at: DateTime = strawberry.field(description=_WHEN)


@strawberry.type(description="The quest was taken on.")
class AcceptQuest:
    """The result of `acceptQuest`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    learner: Learner = strawberry.field(description=_LEARNER)


@strawberry.type(description="The zone was changed.")
class ChangeZone:
    """The result of `changeZone`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    learner: Learner = strawberry.field(description=_LEARNER)


@strawberry.type(description="The dates are days of rest.")
class TakeTimeOff:
    """The result of `takeTimeOff`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    learner: Learner = strawberry.field(description=_LEARNER)


AcceptQuestResult = Annotated[
    AcceptQuest | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("AcceptQuestResult", description="The quest was taken on, or why not."),
]
ChangeZoneResult = Annotated[
    ChangeZone | NotSignedIn | NotAllowed | InvalidInput,
    strawberry.union("ChangeZoneResult", description="The zone was changed, or why not."),
]
TakeTimeOffResult = Annotated[
    TakeTimeOff | NotSignedIn | NotAllowed | InvalidInput,
    strawberry.union("TakeTimeOffResult", description="The dates are days of rest, or why not."),
]


async def accept_quest(info: Info, choice: AcceptQuestInput) -> AcceptQuest:
    """Take on a quest (Q1)."""
    context = info.context
    at = read_instant(choice.occurred_at, "occurredAt")
    receipt = await context.factory.choices().accept_quest(
        context.actor, id=choice.id, quest=choice.quest, occurred_at=at
    )
    return AcceptQuest(receipt=_accepted(receipt, context), learner=await learner_me(context))


async def change_zone(info: Info, choice: ChangeZoneInput) -> ChangeZone:
    """Move to another zone (S1)."""
    context = info.context
    receipt = await context.factory.choices().change_zone(context.actor, id=choice.id, zone=choice.zone)
    return ChangeZone(receipt=_accepted(receipt, context), learner=await learner_me(context))


async def take_time_off(info: Info, choice: TakeTimeOffInput) -> TakeTimeOff:
    """Rest (S7)."""
    context = info.context
    first, until = read_date(choice.first, "from"), read_date(choice.until, "until")
    at = read_instant(choice.occurred_at, "occurredAt")
    receipt = await context.factory.choices().take_time_off(
        context.actor, id=choice.id, first=first, last=until, occurred_at=at
    )
    return TakeTimeOff(receipt=_accepted(receipt, context), learner=await learner_me(context))


def _accepted(receipt: domain.Receipt, context: Context) -> EventReceipt:
    """The receipt of a choice that was kept; a refused one is the mutation's own refusal."""
    problem = receipt.problem
    if receipt.status is domain.ReceiptStatus.CONFLICT:
        raise InvalidInputError("ID_TAKEN", field="id")
    if problem is not None:
        raise InvalidInputError(problem.code, field=problem.field, **problem.params)
    return receipt_of(receipt, context)
