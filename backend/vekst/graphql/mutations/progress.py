"""`recordProgress`: hands events to ingestion and answers with one receipt per event, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, cast

import msgspec
import strawberry
from strawberry.types import get_object_definition

from vekst.domain import receipts as domain
from vekst.domain.errors import InvalidInput as InvalidInputError
from vekst.domain.errors import TooMany as TooManyError
from vekst.domain.receipts import EVENTS_PER_BATCH, NewEvent
from vekst.domain.texts import cure, text
from vekst.graphql.context import Context, Info
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotSignedIn, TooMany
from vekst.graphql.scalars import JSON, DateTime, parse_instant, read_instant
from vekst.graphql.types.enums import ReceiptStatus
from vekst.graphql.types.nodes import given

__all__ = [
    "EventReceipt",
    "Problem",
    "ProgressEventInput",
    "RecordProgressInput",
    "RecordProgressResult",
    "receipt_of",
    "record_progress",
]


class _Usual(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    """An event in JSON, its names as clients write them."""

    id: str
    type: str
    occurred_at: str
    data: Any = None
    person: str | None = None


@strawberry.input(description="One fact: something that somebody did, at an instant.")
class ProgressEventInput:
    """An event as a client sends it."""

    id: str = strawberry.field(
        description="The client's own id; UUIDv7 is best. The same id with the same content is stored once."
    )
    type: str = strawberry.field(description="A type of the quest files, such as `call.practised`.")
    occurred_at: DateTime = strawberry.field(description="When it happened, with an offset.")
    data: JSON | None = strawberry.field(default=strawberry.UNSET, description="The fields of the type, as an object.")
    person: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whose it is, for integrations and managers; the caller's own when left out.",
    )

    @staticmethod
    def read_usual(events: list[object]) -> list[NewEvent] | None:
        """The events of a list in which every one is as nearly all are; None where one has to look closer.

        A compiled operation reads its variables by this, in one go instead of value by value.
        """
        try:
            found = msgspec.convert(events, list[_Usual])
        except (msgspec.ValidationError, UnicodeEncodeError):  # the latter for half of a surrogate pair
            return None
        read: list[NewEvent] = []
        for each in found:
            occurred_at = parse_instant(each.occurred_at)
            data = {} if each.data is None else each.data
            if occurred_at.__class__ is not datetime or data.__class__ is not dict:
                return None
            read.append(NewEvent(each.id, each.type, occurred_at, data, each.person))
        return read


@strawberry.input(description="Events to record: 1 to 500.")
class RecordProgressInput:
    """A batch."""

    events: list[ProgressEventInput] = strawberry.field(description="The events, in any order.")


def _event_from(_kind: type, value: Mapping[str, Any] | NewEvent, _context: object) -> ProgressEventInput | NewEvent:
    if isinstance(value, NewEvent):
        return value
    return ProgressEventInput(
        id=value["id"],
        type=value["type"],
        occurred_at=value["occurredAt"],
        data=value.get("data", strawberry.UNSET),
        person=value.get("person", strawberry.UNSET),
    )


def _batch_from(_kind: type, value: Mapping[str, Any], context: object) -> RecordProgressInput:
    events = [_event_from(ProgressEventInput, event, context) for event in value["events"]]
    return RecordProgressInput(events=cast("list[ProgressEventInput]", events))


# Strawberry would look at every field of every event anew, which takes longer than all else that is done with it.
get_object_definition(ProgressEventInput, strict=True).from_input = _event_from
get_object_definition(RecordProgressInput, strict=True).from_input = _batch_from


@strawberry.type(description="Why an event was not stored.")
class Problem:
    """The reason of a refusal or conflict."""

    code: str = strawberry.field(description="A stable code in upper snake case.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    field: str | None = strawberry.field(description="The part of the event at fault, such as `data.minutes`.")
    cure: str | None = strawberry.field(description="What to do about it, in the caller's language.")
    server_time: DateTime | None = strawberry.field(
        description="The server's time, where the event's was too far from it: correct the clock by the difference."
    )


@strawberry.type(description="The answer to one event.")
class EventReceipt:
    """A receipt."""

    id: str = strawberry.field(description="The event's id, as the client gave it.")
    status: ReceiptStatus = strawberry.field(description="What became of the event.")
    problem: Problem | None = strawberry.field(description="Why, where it was not stored.")


@strawberry.type(description="What became of a batch. One bad event never sinks the others.")
class RecordProgress:
    """The receipts of a batch."""

    receipts: list[EventReceipt] = strawberry.field(description="One per event, in the order they were sent.")


RecordProgressResult = Annotated[
    RecordProgress | NotSignedIn | NotAllowed | InvalidInput | TooMany,
    strawberry.union("RecordProgressResult", description="The receipts, or why the batch was refused as a whole."),
]


async def record_progress(info: Info, batch: RecordProgressInput) -> RecordProgress:
    """Record the events; those that can't even be read are refused here, one by one."""
    context = info.context
    actor = context.actor
    if not batch.events:
        raise InvalidInputError("NO_EVENTS", field="events")
    if len(batch.events) > EVENTS_PER_BATCH:
        raise TooManyError("TOO_MANY_EVENTS", field="events", limit=EVENTS_PER_BATCH)
    read = [event if isinstance(event, NewEvent) else _read(event) for event in _events(batch)]
    good = [event for event in read if isinstance(event, NewEvent)]
    try:
        stored = iter(await context.factory.ingestion().record(actor, good) if good else ())
    except TooManyError as error:
        context.come_back_after = int(str(error.params["seconds"]))
        context.metrics.held_back(error.code)
        raise
    receipts = [next(stored) if isinstance(event, NewEvent) else event for event in read]
    context.metrics.receipted(receipt.status for receipt in receipts)
    return RecordProgress(receipts=[receipt_of(receipt, context) for receipt in receipts])


_STATUSES: Final = {status: ReceiptStatus(status.value) for status in domain.ReceiptStatus}


def receipt_of(receipt: domain.Receipt, context: Context) -> EventReceipt:
    """The receipt as a type, its problem in the caller's language."""
    problem = receipt.problem
    if receipt.status is domain.ReceiptStatus.CONFLICT:
        problem = problem or domain.Problem("ID_TAKEN", "id")
    told = None if problem is None else _problem(problem, context)
    return EventReceipt(id=receipt.id, status=_STATUSES[receipt.status], problem=told)


def _problem(problem: domain.Problem, context: Context) -> Problem:
    locale = context.languages.messages
    return Problem(
        code=problem.code,
        message=text(problem.code, locale, **problem.params),
        field=problem.field,
        cure=cure(problem.code, locale, **problem.params),
        server_time=DateTime(context.now) if problem.code == "IN_THE_FUTURE" else None,
    )


def _events(batch: RecordProgressInput) -> Sequence[ProgressEventInput | NewEvent]:
    """The events of the batch, those among them that were read already."""
    return batch.events


def _read(event: ProgressEventInput) -> NewEvent | domain.Receipt:
    try:
        occurred_at = read_instant(event.occurred_at, "occurredAt")
    except InvalidInputError as error:
        return _refused(event, error.code, "occurredAt")
    data: Any = given(event.data)
    if data is None:
        data = {}
    if not isinstance(data, Mapping):
        return _refused(event, "DATA_NOT_AN_OBJECT", "data")
    return NewEvent(event.id, event.type, occurred_at, data, given(event.person))


def _refused(event: ProgressEventInput, code: str, field: str) -> domain.Receipt:
    return domain.Receipt(event.id, domain.ReceiptStatus.REFUSED, domain.Problem(code, field))
