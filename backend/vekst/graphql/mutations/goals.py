"""Goals of one's own: to set one, alone or as it was proposed; to ease it, look back at it, let it go, delete it."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.domain.errors import InvalidInput as InvalidInputError
from vekst.domain.errors import NotFound as NotFoundError
from vekst.domain.learner_goals import GoalKey
from vekst.graphql.context import Info
from vekst.graphql.mutations.progress import EventReceipt, receipt_of
from vekst.graphql.nodes import goal_for
from vekst.graphql.opaque import goal_node
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotFound, NotSignedIn
from vekst.graphql.scalars import JSON, Date, DateTime, read_date, read_instant
from vekst.graphql.types.goals import Goal, read_goal
from vekst.graphql.types.nodes import given
from vekst.services.goal_terms import GoalTerms
from vekst.services.goals import GoalChange

__all__ = [
    "ChangeGoalInput",
    "ChangeGoalResult",
    "DeleteGoalInput",
    "DeleteGoalResult",
    "DropGoalInput",
    "DropGoalResult",
    "ProposeGoalInput",
    "ProposeGoalResult",
    "ReflectOnGoalInput",
    "ReflectOnGoalResult",
    "SetGoalInput",
    "SetGoalResult",
    "change_goal",
    "delete_goal",
    "drop_goal",
    "propose_goal",
    "reflect_on_goal",
    "set_goal",
]

_ID = "The client's own id: sent twice, it happens once."
_WHEN = "When it was done, with an offset; a phone may send it later."
_RECEIPT = "The receipt: STORED, or DUPLICATE for one sent before."
_GOAL = "The goal as it is now; null where it was deleted since."
_EARN = "What is asked for: a criterion in the language of quest files, on effort, skill or quality, never on outcomes."
_UNTIL = "The last date that counts, on the learner's calendar; at most 366 days ahead."
_MINE = "The goal, one of the caller's own."


@strawberry.input(
    description="A goal to set: `earn` and `until`, or `proposal` for one that a manager proposed, as it was proposed."
)
class SetGoalInput:
    """The input of `setGoal`."""

    id: str = strawberry.field(description=_ID)
    earn: JSON | None = strawberry.field(default=strawberry.UNSET, description=_EARN)
    until: Date | None = strawberry.field(default=strawberry.UNSET, description=_UNTIL)
    proposal: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The proposed goal; without `earn` and `until`."
    )
    why: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why it matters; 1 to 2,000 characters. It is in no event."
    )
    shared: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether the managers of one's teams see it; no when left out, and yes for a proposal.",
    )
    occurred_at: DateTime = strawberry.field(description=f"{_WHEN} What happens after it counts.")


@strawberry.input(
    description="A goal to propose to a member of a team that one manages. The member sets it, or does not."
)
class ProposeGoalInput:
    """The input of `proposeGoal`."""

    id: str = strawberry.field(description=_ID)
    person: str = strawberry.field(description="The member's key.")
    earn: JSON = strawberry.field(description=_EARN)
    until: Date = strawberry.field(description=_UNTIL)
    why: str | None = strawberry.field(
        default=strawberry.UNSET, description="Why it might matter to the member; 1 to 2,000 characters."
    )


@strawberry.input(description="What is to be changed; what is left out stays. No change takes anything away.")
class ChangeGoalInput:
    """The input of `changeGoal`."""

    id: str = strawberry.field(description=_ID)
    goal: strawberry.ID = strawberry.field(description=_MINE)
    earn: JSON | None = strawberry.field(
        default=strawberry.UNSET,
        description="The same criterion with lower thresholds, while the goal is open; what was done counts on.",
    )
    until: Date | None = strawberry.field(default=strawberry.UNSET, description="A later date, while it is open.")
    why: str | None = strawberry.field(default=strawberry.UNSET, description="Why it matters, in other words.")
    shared: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether the managers of one's teams see it, at any time."
    )
    occurred_at: DateTime = strawberry.field(description=_WHEN)


@strawberry.input(description="A look back at a goal that is reached, over or dropped.")
class ReflectOnGoalInput:
    """The input of `reflectOnGoal`."""

    id: str = strawberry.field(description=_ID)
    goal: strawberry.ID = strawberry.field(description=_MINE)
    words: str = strawberry.field(description="What one learnt; 1 to 2,000 characters. It is in no event.")
    occurred_at: DateTime = strawberry.field(description=_WHEN)


@strawberry.input(description="A goal to let go of, or a proposal to decline.")
class DropGoalInput:
    """The input of `dropGoal`."""

    goal: strawberry.ID = strawberry.field(description=_MINE)


@strawberry.input(description="A goal whose words are to be deleted.")
class DeleteGoalInput:
    """The input of `deleteGoal`."""

    goal: strawberry.ID = strawberry.field(description=_MINE)


@strawberry.type(description="The goal is set; what happens from then on counts towards it.")
class SetGoal:
    """The result of `setGoal`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    goal: Goal | None = strawberry.field(description=_GOAL)


@strawberry.type(description="The goal is proposed; nothing counts before the member sets it.")
class ProposeGoal:
    """The result of `proposeGoal`."""

    id: strawberry.ID = strawberry.field(description="The node id of the goal, the same when sent again.")
    goal: Goal | None = strawberry.field(description="The goal as it is now; null where the member keeps it private.")


@strawberry.type(description="The goal is changed.")
class ChangeGoal:
    """The result of `changeGoal`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    goal: Goal | None = strawberry.field(description=_GOAL)


@strawberry.type(description="What was learnt is recognised, whatever came of the goal.")
class ReflectOnGoal:
    """The result of `reflectOnGoal`."""

    receipt: EventReceipt = strawberry.field(description=_RECEIPT)
    goal: Goal | None = strawberry.field(description=_GOAL)


@strawberry.type(description="The goal is let go of. Nothing is taken away, and reaching it after all still counts.")
class DropGoal:
    """The result of `dropGoal`."""

    goal: Goal | None = strawberry.field(description=_GOAL)


@strawberry.type(description="The words are gone, and the goal is in no list; what it earned stays.")
class DeleteGoal:
    """The result of `deleteGoal`."""

    deleted: bool = strawberry.field(description="Whether there was anything to delete; false when sent again.")


SetGoalResult = Annotated[
    SetGoal | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("SetGoalResult", description="The goal is set, or why not."),
]
ProposeGoalResult = Annotated[
    ProposeGoal | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("ProposeGoalResult", description="The goal is proposed, or why not."),
]
ChangeGoalResult = Annotated[
    ChangeGoal | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("ChangeGoalResult", description="The goal is changed, or why not."),
]
ReflectOnGoalResult = Annotated[
    ReflectOnGoal | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("ReflectOnGoalResult", description="The look back is recognised, or why not."),
]
DropGoalResult = Annotated[
    DropGoal | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("DropGoalResult", description="The goal is let go of, or why not."),
]
DeleteGoalResult = Annotated[
    DeleteGoal | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("DeleteGoalResult", description="The words are gone, or why not."),
]


async def set_goal(info: Info, choice: SetGoalInput) -> SetGoal:
    """Set out to do something."""
    context = info.context
    taken = await context.factory.goals().set(
        context.actor,
        client_id=choice.id,
        goal=_asked(choice),
        occurred_at=read_instant(choice.occurred_at, "occurredAt"),
        why=given(choice.why),
        shared=given(choice.shared),
        locale=context.languages.messages,
    )
    return SetGoal(receipt=receipt_of(taken.receipt, context), goal=await goal_for(context, taken.goal))


async def propose_goal(info: Info, choice: ProposeGoalInput) -> ProposeGoal:
    """Suggest, and not impose."""
    context = info.context
    key = await context.factory.goals().propose(
        context.actor,
        client_id=choice.id,
        person=choice.person,
        terms=GoalTerms(choice.earn, read_date(choice.until, "until")),
        why=given(choice.why),
        locale=context.languages.messages,
    )
    return ProposeGoal(id=strawberry.ID(goal_node(key)), goal=await goal_for(context, key))


async def change_goal(info: Info, choice: ChangeGoalInput) -> ChangeGoal:
    """Ease."""
    context, until = info.context, given(choice.until)
    change = GoalChange(
        earn=given(choice.earn),
        until=None if until is None else read_date(until, "until"),
        why=given(choice.why),
        shared=given(choice.shared),
    )
    taken = await context.factory.goals().change(
        context.actor,
        client_id=choice.id,
        goal=_known(choice.goal),
        change=change,
        occurred_at=read_instant(choice.occurred_at, "occurredAt"),
    )
    return ChangeGoal(receipt=receipt_of(taken.receipt, context), goal=await goal_for(context, taken.goal))


async def reflect_on_goal(info: Info, choice: ReflectOnGoalInput) -> ReflectOnGoal:
    """Learn."""
    context = info.context
    taken = await context.factory.goals().reflect(
        context.actor,
        client_id=choice.id,
        goal=_known(choice.goal),
        words=choice.words,
        occurred_at=read_instant(choice.occurred_at, "occurredAt"),
    )
    return ReflectOnGoal(receipt=receipt_of(taken.receipt, context), goal=await goal_for(context, taken.goal))


async def drop_goal(info: Info, choice: DropGoalInput) -> DropGoal:
    """Let go."""
    context, key = info.context, _known(choice.goal)
    await context.factory.goals().drop(context.actor, key)
    return DropGoal(goal=await goal_for(context, key))


async def delete_goal(info: Info, choice: DeleteGoalInput) -> DeleteGoal:
    """Take one's words back."""
    context = info.context
    return DeleteGoal(deleted=await context.factory.goals().delete(context.actor, _known(choice.goal)))


def _asked(choice: SetGoalInput) -> GoalTerms | GoalKey:
    earn, until, proposal = given(choice.earn), given(choice.until), given(choice.proposal)
    if proposal is not None and earn is None and until is None:
        return _known(proposal, field="proposal")
    if proposal is not None or earn is None or until is None:
        raise InvalidInputError("GOAL_OR_PROPOSAL", field="earn")
    return GoalTerms(earn, read_date(until, "until"))


def _known(goal: strawberry.ID, *, field: str = "goal") -> GoalKey:
    key = read_goal(goal)
    if key is None:
        raise NotFoundError("GOAL_UNKNOWN", field=field)
    return key
