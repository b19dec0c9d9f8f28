"""The root of all reading."""

from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry

from vekst.domain.audit import Act
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.graphql.context import Context, Info
from vekst.graphql.fields import resolved
from vekst.graphql.nodes import find_node
from vekst.graphql.scalars import DateTime, read_instant
from vekst.graphql.types.audit import AuditAct, AuditConnection, audit_for
from vekst.graphql.types.boards import board_for
from vekst.graphql.types.challenges import (
    Challenge,
    ChallengeConnection,
    challenge_for,
    challenge_id_of,
    challenges_for,
)
from vekst.graphql.types.changes import Changes, changes_since
from vekst.graphql.types.enums import ChallengeState
from vekst.graphql.types.leaderboards import Leaderboard
from vekst.graphql.types.learners import Learner, learner_of
from vekst.graphql.types.nodes import PAGE_AT_MOST, Node, given
from vekst.graphql.types.pushes import Push, push_of
from vekst.graphql.types.quests import QuestConnection, quests_page
from vekst.graphql.types.teams import Team, team_for
from vekst.graphql.types.transparency import Transparency, transparency_for
from vekst.queries.audit import AuditFilter
from vekst.queries.learners import learner_by_person

__all__ = ["Query", "learner_me"]


@strawberry.type(description="What can be read. Everything is within the caller's organisation.")
class Query:
    """The query root."""

    @resolved("The signed-in person.")
    async def me(self, info: Info) -> Learner:
        """Oneself."""
        return await learner_me(info.context)

    @resolved("The object with that id; null if there is none, or not for the caller.")
    async def node(
        self,
        info: Info,
        node_id: Annotated[strawberry.ID, strawberry.argument(name="id", description="A node id as it was given.")],
    ) -> Node | None:
        """One object."""
        return await find_node(info.context, node_id)

    @resolved("The objects with those ids, in order; at most 100.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Node ids as they were given.")],
    ) -> list[Node | None]:
        """Several objects."""
        if len(ids) > PAGE_AT_MOST:
            raise InvalidInput("TOO_MANY_IDS", field="ids", most=PAGE_AT_MOST)
        return list(await asyncio.gather(*(find_node(info.context, each) for each in ids)))

    @resolved("The learner of that key: oneself, and anyone for an admin.")
    async def learner(
        self,
        info: Info,
        person: Annotated[str, strawberry.argument(description="The person's key in the organisation.")],
    ) -> Learner | None:
        """Somebody."""
        return await _learner(info.context, person)

    @resolved(
        "The team of that key: for who belongs to it or manages it, and for admins; null if there is none for one."
    )
    async def team(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="The team's key in the organisation.")],
    ) -> Team | None:
        """People who grow together."""
        return await team_for(info.context, key)

    @resolved("The quests of the organisation.")
    async def quests(
        self,
        info: Info,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 20 if left out, 100 at most.")
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="A cursor: only what comes after it.")
        ] = strawberry.UNSET,
    ) -> QuestConnection:
        """What can be done."""
        return quests_page(await info.context.pack(), info.context.languages, first, after)

    @resolved("What changed for the signed-in person since a cursor: for an app that was away, and for its first load.")
    async def changes(
        self,
        info: Info,
        since: Annotated[
            str | None, strawberry.argument(description="The `cursor` of the last answer; the first load has none.")
        ] = strawberry.UNSET,
        first: Annotated[
            int | None, strawberry.argument(description="How many recognitions; 100 if left out, and at most.")
        ] = strawberry.UNSET,
    ) -> Changes:
        """Sync."""
        return await changes_since(info.context, given(since), first)

    @resolved("What is kept about people, what for, who sees it and for how long; for everyone who is signed in.")
    async def transparency(self, info: Info) -> Transparency:
        """Openness."""
        return await transparency_for(info.context)

    @resolved("What an app needs to be told of recognitions while it is closed; null where no pushes are sent.")
    def push(self, info: Info) -> Push | None:
        """The key of subscriptions."""
        return push_of(info.context)

    @resolved("The leaderboard of that key, of the quest files or of a challenge; null if there is none for one.")
    async def leaderboard(
        self,
        info: Info,
        key: Annotated[
            str,
            strawberry.argument(description="The board's key: in the quest files, or as a challenge's board has it."),
        ],
        team: Annotated[
            str | None, strawberry.argument(description="A team's key: the board of that team only.")
        ] = strawberry.UNSET,
        period: Annotated[
            str | None,
            strawberry.argument(
                description="A window of a board that has them, such as 2026-W07 or 2026-02; left out, the current one."
            ),
        ] = strawberry.UNSET,
    ) -> Leaderboard | None:
        """Who keeps at it."""
        return await board_for(info.context, key, given(team), given(period))

    @resolved("The challenge with that id, for its members, its managers and admins; null if there is none for one.")
    async def challenge(
        self,
        info: Info,
        challenge_id: Annotated[
            strawberry.ID, strawberry.argument(name="id", description="The challenge's node id as it was given.")
        ],
    ) -> Challenge | None:
        """What a team does together."""
        found = challenge_id_of(challenge_id)
        return await challenge_for(info.context, found) if found else None

    @resolved("The challenges that the caller is a member or a manager of, the newest first; all for an admin.")
    async def challenges(
        self,
        info: Info,
        team: Annotated[
            str | None, strawberry.argument(description="A team's key: the challenges of that team only.")
        ] = strawberry.UNSET,
        state: Annotated[
            ChallengeState | None, strawberry.argument(description="Only those that stand so.")
        ] = strawberry.UNSET,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 20 if left out, 100 at most.")
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="A cursor: only what comes after it.")
        ] = strawberry.UNSET,
    ) -> ChallengeConnection:
        """What teams do together."""
        return await challenges_for(info.context, given(team), given(state), first, after)

    @resolved("What was done in administering the organisation, the newest first; for admins.")
    async def audit_log(
        self,
        info: Info,
        act: Annotated[AuditAct | None, strawberry.argument(description="Only acts of this kind.")] = strawberry.UNSET,
        person: Annotated[
            str | None,
            strawberry.argument(description="A person's key: only what they did, and what was done to them."),
        ] = strawberry.UNSET,
        since: Annotated[
            DateTime | None, strawberry.argument(description="Only what was done at this instant or later.")
        ] = strawberry.UNSET,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 20 if left out, 100 at most.")
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="A cursor: only what comes after it.")
        ] = strawberry.UNSET,
    ) -> AuditConnection:
        """Who did what."""
        wanted, instant = given(act), given(since)
        asked = AuditFilter(
            act=Act[wanted.name] if wanted else None,
            person=given(person),
            since=read_instant(instant, "since") if instant is not None else None,
        )
        return await audit_for(info.context, asked, first, after)


async def learner_me(context: Context) -> Learner:
    """The signed-in person as a learner."""
    row = await context.loaders.learners.load(context.learner_id)
    if row is None:
        raise NotFound
    return await learner_of(context, row)


async def _learner(context: Context, person: str) -> Learner | None:
    """An unknown or hidden person is null with an error that says so, where others would have to guess."""
    actor = context.actor
    if person == actor.person:
        return await learner_me(context)
    if not context.sees_everyone:
        raise NotAllowed("LEARNER_NOT_YOURS", field="person")
    async with context.factory.reading(actor.org_id) as connection:
        row = await learner_by_person(connection, actor.org_id, person)
    if row is None:
        raise NotFound("LEARNER_UNKNOWN", field="person", person=person)
    return await learner_of(context, row)
