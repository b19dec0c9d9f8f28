"""The feedback loop: to ask a colleague, to give what builds, to tell what one tried of it, and to delete the words."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.domain.errors import InvalidInput as InvalidInputError
from vekst.domain.errors import NotFound as NotFoundError
from vekst.domain.feedback import FeedbackKey
from vekst.graphql.context import Info
from vekst.graphql.mutations.progress import EventReceipt, receipt_of
from vekst.graphql.mutations.voiding import EventReferenceInput
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotFound, NotSignedIn
from vekst.graphql.scalars import DateTime, read_instant
from vekst.graphql.types.feedback import Feedback, feedback_for, read_feedback
from vekst.graphql.types.nodes import given
from vekst.services.feedback import Unasked
from vekst.services.voiding import EventName

__all__ = [
    "ActOnFeedbackInput",
    "ActOnFeedbackResult",
    "AskForFeedbackInput",
    "AskForFeedbackResult",
    "DeleteFeedbackInput",
    "DeleteFeedbackResult",
    "GiveFeedbackInput",
    "GiveFeedbackResult",
    "act_on_feedback",
    "ask_for_feedback",
    "delete_feedback",
    "give_feedback",
]

_ID = "The client's own id: sent twice, it happens once."
_WHEN = "When it was written, with an offset; a phone may send it later."
_RECEIPT = "The receipt: STORED, or DUPLICATE for one sent before."
_FEEDBACK = "The feedback as it is now; null where it was deleted since."
_WORDS = "1 to 2,000 characters."


@strawberry.input(description="Feedback to ask for: of whom, about what, and what one wants to know.")
class AskForFeedbackInput:
    """The input of `askForFeedback`."""

    id: str = strawberry.field(description=_ID)
    person: str = strawberry.field(description="The key of the colleague who is asked.")
    question: str = strawberry.field(description=f"What one wants to know; {_WORDS}")
    skill: str | None = strawberry.field(
        default=strawberry.UNSET, description="The key of the skill it is about; that of the event when left out."
    )
    event: EventReferenceInput | None = strawberry.field(
        default=strawberry.UNSET, description="The event of one's own that it is about; the colleague sees which."
    )
    occurred_at: DateTime = strawberry.field(description=_WHEN)


@strawberry.input(description="Feedback to give: to one who asked (`feedback`), or unasked (`person`).")
class GiveFeedbackInput:
    """The input of `giveFeedback`."""

    id: str = strawberry.field(description=_ID)
    feedback: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The feedback that one was asked for."
    )
    person: str | None = strawberry.field(
        default=strawberry.UNSET, description="The key of a colleague who did not ask."
    )
    skill: str | None = strawberry.field(
        default=strawberry.UNSET, description="The key of the skill it is about; only where nobody asked."
    )
    worked: str = strawberry.field(description=f"What worked; {_WORDS}")
    try_next: str = strawberry.field(description=f"What to try next; {_WORDS}")
    occurred_at: DateTime = strawberry.field(description=_WHEN)


@strawberry.input(description="What one tried of a feedback about oneself.")
class ActOnFeedbackInput:
    """The input of `actOnFeedback`."""

    id: str = strawberry.field(description=_ID)
    feedback: strawberry.ID = strawberry.field(description="The feedback that was given.")
    tried: str = strawberry.field(description=f"What one tried, and how it went; {_WORDS}")
    event: EventReferenceInput = strawberry.field(description="The event of one's own in which it was tried.")
    occurred_at: DateTime = strawberry.field(description=_WHEN)


@strawberry.input(description="Feedback about oneself to delete.")
class DeleteFeedbackInput:
    """The input of `deleteFeedback`."""

    feedback: strawberry.ID = strawberry.field(description="The feedback.")


@strawberry.type(description="The colleague was asked.")
class AskForFeedback:
    """The result of `askForFeedback`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    feedback: Feedback | None = strawberry.field(description=_FEEDBACK)


@strawberry.type(description="The feedback was given.")
class GiveFeedback:
    """The result of `giveFeedback`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    feedback: Feedback | None = strawberry.field(description=_FEEDBACK)


@strawberry.type(description="It was told what was tried.")
class ActOnFeedback:
    """The result of `actOnFeedback`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    feedback: Feedback | None = strawberry.field(description=_FEEDBACK)


@strawberry.type(description="The words are gone for both; what the turns earned stays.")
class DeleteFeedback:
    """The result of `deleteFeedback`."""

    deleted: bool = strawberry.field(description="Whether there was anything to delete; false when sent again.")


AskForFeedbackResult = Annotated[
    AskForFeedback | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("AskForFeedbackResult", description="The colleague was asked, or why not."),
]
GiveFeedbackResult = Annotated[
    GiveFeedback | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("GiveFeedbackResult", description="The feedback was given, or why not."),
]
ActOnFeedbackResult = Annotated[
    ActOnFeedback | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("ActOnFeedbackResult", description="It was told what was tried, or why not."),
]
DeleteFeedbackResult = Annotated[
    DeleteFeedback | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("DeleteFeedbackResult", description="The words are gone, or why not."),
]


async def ask_for_feedback(info: Info, choice: AskForFeedbackInput) -> AskForFeedback:
    """Ask."""
    context = info.context
    actor = context.actor
    event = given(choice.event)
    taken = await context.factory.feedback().ask(
        actor,
        client_id=choice.id,
        of=choice.person,
        question=choice.question,
        occurred_at=read_instant(choice.occurred_at, "occurredAt"),
        skill=given(choice.skill),
        event=_named(event) if event else None,
    )
    return AskForFeedback(
        receipt=receipt_of(taken.receipt, context), feedback=await feedback_for(context, taken.feedback)
    )


async def give_feedback(info: Info, choice: GiveFeedbackInput) -> GiveFeedback:
    """Give, asked or unasked."""
    context = info.context
    actor = context.actor
    taken = await context.factory.feedback().give(
        actor,
        client_id=choice.id,
        to=_addressed(choice),
        worked=choice.worked,
        try_next=choice.try_next,
        occurred_at=read_instant(choice.occurred_at, "occurredAt"),
    )
    return GiveFeedback(
        receipt=receipt_of(taken.receipt, context), feedback=await feedback_for(context, taken.feedback)
    )


async def act_on_feedback(info: Info, choice: ActOnFeedbackInput) -> ActOnFeedback:
    """Close the loop."""
    context = info.context
    actor = context.actor
    taken = await context.factory.feedback().act_on(
        actor,
        client_id=choice.id,
        feedback=_known(choice.feedback),
        tried=choice.tried,
        event=_named(choice.event),
        occurred_at=read_instant(choice.occurred_at, "occurredAt"),
    )
    return ActOnFeedback(
        receipt=receipt_of(taken.receipt, context), feedback=await feedback_for(context, taken.feedback)
    )


async def delete_feedback(info: Info, choice: DeleteFeedbackInput) -> DeleteFeedback:
    """Take back what was said about oneself."""
    context = info.context
    return DeleteFeedback(deleted=await context.factory.feedback().delete(context.actor, _known(choice.feedback)))


def _addressed(choice: GiveFeedbackInput) -> FeedbackKey | Unasked:
    feedback, person, skill = given(choice.feedback), given(choice.person), given(choice.skill)
    if feedback is not None and person is None:
        if skill is not None:
            raise InvalidInputError("FEEDBACK_ABOUT_ASKED", field="skill")
        return _known(feedback)
    if person is None or feedback is not None:
        raise InvalidInputError("FEEDBACK_FOR_WHOM", field="feedback")
    return Unasked(person, skill)


def _known(feedback: strawberry.ID) -> FeedbackKey:
    key = read_feedback(feedback)
    if key is None:
        raise NotFoundError("FEEDBACK_UNKNOWN", field="feedback")
    return key


def _named(event: EventReferenceInput) -> EventName:
    return EventName(event.id, given(event.source))
