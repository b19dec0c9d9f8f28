"""Setting a challenge, changing it while that can't hurt anyone, and calling it off."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry

from vekst.domain.challenges import ChallengeForm as Form
from vekst.domain.errors import NotFound as NotFoundError
from vekst.graphql.context import Context, Info
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotFound, NotSignedIn
from vekst.graphql.scalars import JSON, DateTime, read_instant
from vekst.graphql.types.challenges import Challenge, challenge_for, challenge_id_of
from vekst.graphql.types.enums import ChallengeForm
from vekst.graphql.types.nodes import given
from vekst.services.challenge_forms import ChallengeChange, NewChallenge

__all__ = [
    "CancelChallengeInput",
    "CancelChallengeResult",
    "ChangeChallengeInput",
    "ChangeChallengeResult",
    "CreateChallengeInput",
    "CreateChallengeResult",
    "cancel_challenge",
    "change_challenge",
    "create_challenge",
]

_GOAL = 'As in quest files: {"everyone": 5}, {"together": 100} or {"share": "80%", "reach": 5}.'
_CHALLENGE = "The node id of the challenge."


@strawberry.input(
    description="A challenge for one team, or for several, together or side by side: from a template, or with a "
    "measure of one's own."
)
class CreateChallengeInput:
    """The input of `createChallenge`."""

    id: str = strawberry.field(description="The client's own id: sent twice, it happens once.")
    teams: list[str] = strawberry.field(description="The keys of the teams; the caller manages all of them.")
    template: str | None = strawberry.field(
        default=None, description="The key of a challenge in the quest files; it brings measure, goal and points."
    )
    title: str | None = strawberry.field(default=None, description="A title of one's own; needed without a template.")
    measure: JSON | None = strawberry.field(
        default=None,
        description='What counts, without a template; as in quest files: {"count": {"event": "call.practised"}}.',
    )
    goal: JSON | None = strawberry.field(default=None, description=f"How much of it. {_GOAL} Replaces a template's.")
    points: int | None = strawberry.field(
        default=None, description="Without a template: the points for each who contributed, 0 to 100; 0 if left out."
    )
    starts_at: DateTime | None = strawberry.field(
        default=None, description="When it begins; at once if left out, never in the past."
    )
    ends_at: DateTime | None = strawberry.field(
        default=None, description="When it ends; needed without a template, whose length is taken otherwise."
    )
    form: ChallengeForm = strawberry.field(
        default=ChallengeForm.TOGETHER,
        description="Whether several teams are as one, or stand side by side with a goal of `everyone` or `share`.",
    )
    draft: bool = strawberry.field(default=False, description="Whether it is only prepared: managers alone see it.")


@strawberry.input(
    description="What to change. While a challenge runs, only to a later end or a lower goal; before that, anything."
)
class ChangeChallengeInput:
    """The input of `changeChallenge`."""

    challenge: strawberry.ID = strawberry.field(description=_CHALLENGE)
    title: str | None = strawberry.field(default=None, description="Another title.")
    goal: JSON | None = strawberry.field(default=None, description=f"Another goal. {_GOAL}")
    starts_at: DateTime | None = strawberry.field(default=None, description="Another beginning, not in the past.")
    ends_at: DateTime | None = strawberry.field(default=None, description="Another end.")
    publish: bool = strawberry.field(
        default=False, description="Announce a draft to its teams; it begins now if its beginning has gone by."
    )


@strawberry.input(description="A challenge to call off.")
class CancelChallengeInput:
    """The input of `cancelChallenge`."""

    challenge: strawberry.ID = strawberry.field(description=_CHALLENGE)


@strawberry.type(description="The challenge is set.")
class CreateChallenge:
    """The result of `createChallenge`."""

    challenge: Challenge = strawberry.field(description="The challenge.")


@strawberry.type(description="The challenge was changed.")
class ChangeChallenge:
    """The result of `changeChallenge`."""

    challenge: Challenge = strawberry.field(description="The challenge as it is now.")


@strawberry.type(description="The challenge was called off.")
class CancelChallenge:
    """The result of `cancelChallenge`."""

    challenge: Challenge = strawberry.field(description="The challenge as it is now.")


CreateChallengeResult = Annotated[
    CreateChallenge | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("CreateChallengeResult", description="The challenge is set, or why not."),
]
ChangeChallengeResult = Annotated[
    ChangeChallenge | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("ChangeChallengeResult", description="The challenge was changed, or why not."),
]
CancelChallengeResult = Annotated[
    CancelChallenge | NotSignedIn | NotAllowed | InvalidInput | NotFound,
    strawberry.union("CancelChallengeResult", description="The challenge was called off, or why not."),
]


async def create_challenge(info: Info, wish: CreateChallengeInput) -> CreateChallenge:
    """Set a challenge."""
    context = info.context
    starts, ends = given(wish.starts_at), given(wish.ends_at)
    new = NewChallenge(
        id=wish.id,
        teams=tuple(wish.teams),
        template=given(wish.template),
        title=given(wish.title),
        measure=given(wish.measure),
        goal=given(wish.goal),
        points=given(wish.points),
        starts_at=read_instant(starts, "startsAt") if starts is not None else None,
        ends_at=read_instant(ends, "endsAt") if ends is not None else None,
        draft=wish.draft,
        form=Form[wish.form.name],
    )
    challenges = context.factory.challenges()
    challenge_id = await challenges.create(context.actor, new, locale=context.languages.messages)
    return CreateChallenge(challenge=await _shown(context, challenge_id))


async def change_challenge(info: Info, wish: ChangeChallengeInput) -> ChangeChallenge:
    """Change a challenge."""
    context = info.context
    challenge_id = _named(wish.challenge)
    starts, ends = given(wish.starts_at), given(wish.ends_at)
    change = ChallengeChange(
        title=given(wish.title),
        goal=given(wish.goal),
        starts_at=read_instant(starts, "startsAt") if starts is not None else None,
        ends_at=read_instant(ends, "endsAt") if ends is not None else None,
        publish=wish.publish,
    )
    await context.factory.challenges().change(context.actor, challenge_id, change)
    return ChangeChallenge(challenge=await _shown(context, challenge_id))


async def cancel_challenge(info: Info, wish: CancelChallengeInput) -> CancelChallenge:
    """Call a challenge off."""
    context = info.context
    challenge_id = _named(wish.challenge)
    await context.factory.challenges().cancel(context.actor, challenge_id)
    return CancelChallenge(challenge=await _shown(context, challenge_id))


def _named(opaque: str) -> UUID:
    """The challenge that an id names."""
    challenge_id = challenge_id_of(opaque)
    if challenge_id is None:
        raise NotFoundError("CHALLENGE_UNKNOWN", field="challenge")
    return challenge_id


async def _shown(context: Context, challenge_id: UUID) -> Challenge:
    challenge = await challenge_for(context.renewed(), challenge_id)
    if challenge is None:
        raise NotFoundError("CHALLENGE_UNKNOWN", field="challenge")
    return challenge
