"""Challenges as one member or manager may see them: the team's progress and one's own, never that of a named other."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

import strawberry

from vekst.domain.challenges import ChallengeForm as Form
from vekst.domain.challenges import ChallengeState as DomainState
from vekst.domain.errors import InvalidInput
from vekst.engine import challenges as engine
from vekst.engine.explain import Explainer
from vekst.engine.goals import Goal, LeafNode
from vekst.graphql.context import Context, Info
from vekst.graphql.fields import resolved
from vekst.graphql.opaque import challenge_node, read_cursor, read_node, write_cursor
from vekst.graphql.scalars import DateTime
from vekst.graphql.types.challenge_boards import challenge_board_for, challenge_viewer
from vekst.graphql.types.enums import ChallengeForm, ChallengeGoalKind, ChallengeState, LeaderboardTies, PointsNature
from vekst.graphql.types.leaderboards import Leaderboard
from vekst.graphql.types.nodes import Node, PageInfo, given, page_size
from vekst.queries.challenges import (
    ChallengeProgress as ProgressReading,
)
from vekst.queries.challenges import (
    ChallengeView,
    challenge_terms,
    challenges_by_id,
    challenges_page,
)
from vekst.queries.teams import team_by_key

__all__ = [
    "Challenge",
    "ChallengeConnection",
    "challenge_for",
    "challenge_id_of",
    "challenge_seen",
    "challenge_title",
    "challenges_for",
    "same_challenge",
]

_CURSOR = "challenges"


@strawberry.type(description="A team of a challenge.")
class ChallengeTeam:
    """Which team."""

    key: str = strawberry.field(description="The team's key in the organisation.")
    name: str = strawberry.field(description="The team's name.")


@strawberry.type(description="What a challenge asks for.")
class ChallengeGoal:
    """C2."""

    kind: ChallengeGoalKind = strawberry.field(description="Who is asked for how much.")
    need: float = strawberry.field(description="How much: each member's, or all of them together.")
    share: float | None = strawberry.field(
        description="The share of the asked members who need to get there, from 0 to 1; null for other goals."
    )


@strawberry.type(description="How far the team has come. People are counted, never named.")
class ChallengeProgress:
    """The sum over the members."""

    members: int = strawberry.field(description="How many people belonged to a team of it at some time of it.")
    asked: int = strawberry.field(
        description="How many of them the goal asks: those there for the whole time, unless they had time off."
    )
    reached: int = strawberry.field(description="How many of those asked have reached it.")
    have: float = strawberry.field(description="What all members together have come to.")
    met: bool = strawberry.field(description="Whether the goal is met as things stand; final once it is settled.")


@strawberry.type(
    description="How one team goes in a challenge in which teams stand side by side, for those of the team alone."
)
class ChallengeSide:
    """C2, for one team; the share is the one measure that is fair to teams of unequal size."""

    team: ChallengeTeam = strawberry.field(description="The team.")
    members: int = strawberry.field(description="How many people belonged to it at some time of the challenge.")
    asked: int = strawberry.field(
        description="How many of them the goal asks: those in this team for the whole time, unless they had time off."
    )
    reached: int = strawberry.field(description="How many of those asked have reached it.")
    share: float | None = strawberry.field(
        description="The share of those asked who have reached it, from 0 to 1; null where nobody is asked."
    )
    met: bool = strawberry.field(description="Whether the team meets the goal as things stand; final once settled.")


@strawberry.type(
    description="What the signed-in person did in a challenge. Others see it on its board only, if one joined that."
)
class ChallengeShare:
    """One's own part."""

    value: float = strawberry.field(description="What one has come to.")
    asked: bool = strawberry.field(description="Whether the goal asks this person; what one does counts all the same.")
    reached: bool = strawberry.field(description="Whether one was asked and has reached it.")


@strawberry.type(description="Something that teams set out to do together, for a while.")
class Challenge(Node):
    """A challenge as the caller may see it."""

    view: strawberry.Private[ChallengeView]
    terms: strawberry.Private[engine.Terms]
    read: strawberry.Private[ProgressReading | None]
    title: str = strawberry.field(description="Its title: its manager's, or the template's in the caller's language.")
    description: str | None = strawberry.field(description="More about it, in the caller's language.")
    state: ChallengeState = strawberry.field(description="Where it stands right now.")
    template: str | None = strawberry.field(description="The key of its template in the quest files.")
    teams: list[ChallengeTeam] = strawberry.field(description="The teams that it is for.")
    form: ChallengeForm = strawberry.field(description="Whether its teams are as one, or stand side by side.")
    zone: str = strawberry.field(description="The time zone of its teams.")
    starts_at: DateTime = strawberry.field(description="From when on events count.")
    ends_at: DateTime = strawberry.field(description="Until when events count; this instant is not included.")
    settles_at: DateTime = strawberry.field(description="Until when late events may arrive; then it is settled.")
    settled_at: DateTime | None = strawberry.field(description="When the result became final.")
    cancelled_at: DateTime | None = strawberry.field(description="When it was called off.")
    asks: str = strawberry.field(description="What counts and how much of it, in words, in the caller's language.")
    goal: ChallengeGoal = strawberry.field(description="The goal in figures.")
    points: int = strawberry.field(description="The points for each who contributed, if the goal is met.")
    nature: PointsNature = strawberry.field(description="Whether those points are of effort or of an outcome.")

    @resolved("Whether the goal was met; null until it is settled. Side by side: by a team of those in `sides`.")
    async def met(self, info: Info) -> bool | None:
        """The final result."""
        if self.view.row.result is None or self.view.row.form is Form.TOGETHER:
            return self.view.row.result.met if self.view.row.result else None
        return (self.read or await _reading(info.context, self.view)).verdict.met

    @resolved(
        "How far the team has come, with every event that has arrived until now. Side by side: the teams in `sides`, "
        "added up."
    )
    async def progress(self, info: Info) -> ChallengeProgress:
        """Live until the settling, and then what was settled."""
        reading = self.read or await _reading(info.context, self.view)
        verdict, unit = reading.verdict, self.terms.tally.unit
        return ChallengeProgress(
            members=verdict.members,
            asked=verdict.asked,
            reached=verdict.reached,
            have=verdict.total / unit,
            met=verdict.met,
        )

    @resolved(
        "Where teams stand side by side: how the team goes that the caller belongs to, belonged to in its time, or "
        "manages; every team for an admin. Else empty."
    )
    async def sides(self, info: Info) -> list[ChallengeSide]:
        """In the order of the teams' keys, which says nothing about who is ahead."""
        reading = self.read or await _reading(info.context, self.view)
        return [_side(team, reading.sides[team.key]) for team in self.teams if team.key in reading.sides]

    @resolved(
        "The teams that meet the goal as things stand, in the order of their keys; final once it is settled. About the "
        "others nothing is said."
    )
    async def teams_that_met(self, info: Info) -> list[ChallengeTeam]:
        """Nobody is last where nobody is ranked."""
        met = (self.read or await _reading(info.context, self.view)).met
        return [team for team in self.teams if team.key in met]

    @resolved("The signed-in person's own part; null for who was never a member of it.")
    async def me(self, info: Info) -> ChallengeShare | None:
        """One's own value."""
        mine = (self.read or await _reading(info.context, self.view)).mine
        if mine is None:
            return None
        return ChallengeShare(value=mine.value / self.terms.tally.unit, asked=mine.asked, reached=mine.reached)

    @resolved(
        "The board of those members who joined it, by what each came to; side by side only of the caller's own teams. "
        "For who is in one of its teams now or manages one, and for admins; null for others, for a draft, and where "
        "outcomes count."
    )
    async def leaderboard(
        self,
        info: Info,
        ties: Annotated[
            LeaderboardTies, strawberry.argument(description="How ranks go on after people who share one.")
        ] = LeaderboardTies.SHARED,
    ) -> Leaderboard | None:
        """Who wants to be seen."""
        return await challenge_board_for(info.context, self.view, self.title, ties)


@strawberry.type(description="A challenge in a list.")
class ChallengeEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="The challenge's place in the list.")
    node: Challenge = strawberry.field(description="The challenge.")


@strawberry.type(description="A page of challenges, the newest first.")
class ChallengeConnection:
    """Relay's connection."""

    edges: list[ChallengeEdge] = strawberry.field(description="The challenges of the page.")
    page_info: PageInfo = strawberry.field(description="How to ask for more.")


async def challenge_for(context: Context, challenge_id: UUID) -> Challenge | None:
    """The challenge, if the caller may see it."""
    viewer, org_id = challenge_viewer(context), context.actor.org_id
    async with context.factory.reading(org_id) as connection:
        views = await challenges_by_id(connection, org_id, [challenge_id], viewer)
    return await _challenge(context, views[challenge_id]) if challenge_id in views else None


async def challenge_seen(context: Context, challenge_id: UUID) -> Challenge | None:
    """The same with its progress as it is now, which does not change any more with the context."""
    challenge = await challenge_for(context, challenge_id)
    return replace(challenge, read=await _reading(context, challenge.view)) if challenge else None


def same_challenge(one: Challenge, other: Challenge) -> bool:
    """Whether two that were seen, one after the other, show the caller the same."""
    return (one.view.row, one.view.teams, one.state, one.read) == (
        other.view.row,
        other.view.teams,
        other.state,
        other.read,
    )


async def challenges_for(
    context: Context, team: str | None, state: ChallengeState | None, first: int | None, after: str | None
) -> ChallengeConnection:
    """A page of the challenges that the caller may see; none for a team that there is not."""
    viewer, org_id, count = challenge_viewer(context), context.actor.org_id, page_size(first)
    before = _read_place(given(after))
    async with context.factory.reading(org_id) as connection:
        found = await team_by_key(connection, org_id, team, viewer.learner_id) if team is not None else None
        views = (
            await challenges_page(
                connection,
                org_id,
                viewer,
                team_id=found.team_id if found else None,
                state=DomainState[state.name] if state else None,
                before=before,
                count=count + 1,
                now=context.now,
            )
            if team is None or found
            else []
        )
    edges = [
        ChallengeEdge(
            cursor=write_cursor(_CURSOR, view.row.challenge_id.hex),
            node=await _challenge(context, view),
        )
        for view in views[:count]
    ]
    cursors = [edge.cursor for edge in edges]
    page = PageInfo.of(cursors, more=len(views) > count, begun=before is None)
    return ChallengeConnection(edges=edges, page_info=page)


def _read_place(cursor: str | None) -> UUID | None:
    """The challenge that a cursor of the list names."""
    place = read_cursor(_CURSOR, cursor)
    challenge_id = challenge_id_of(place, cursor=True) if place is not None else None
    if challenge_id is None and cursor is not None:
        raise InvalidInput("CURSOR_NOT_VALID", field="after")
    return challenge_id


def challenge_id_of(opaque: str, *, cursor: bool = False) -> UUID | None:
    """The challenge that a node id, or a place of the list, names; None for any other text."""
    match ("Challenge", (opaque,)) if cursor else read_node(opaque):
        case ("Challenge", (text,)):
            try:
                return UUID(hex=text)
            except ValueError:
                return None
        case _:
            return None


async def challenge_title(context: Context, challenge_id: str) -> str | None:
    """The title of a challenge that somebody was recognised for, in the caller's language."""
    found = challenge_id_of(challenge_id, cursor=True)
    view = await context.loaders.challenges.load(found) if found else None
    return (await _texts(context, view))[0] if view else None


async def _reading(context: Context, view: ChallengeView) -> ProgressReading:
    reading = await context.loaders.challenge_progress.load(view)
    if reading is None:
        raise LookupError(view.row.challenge_id)
    return reading


async def _challenge(context: Context, view: ChallengeView) -> Challenge:
    row, life = view.row, view.row.life
    pack = await context.pack(row.pack_version)
    if pack is None:
        raise LookupError(row.pack_version)
    terms = challenge_terms(row, pack)
    title, description = await _texts(context, view)
    explainer = Explainer(pack, context.languages.choose(pack.locales) or pack.locales[0])
    return Challenge(
        id=strawberry.ID(challenge_node(row.challenge_id)),
        view=view,
        terms=terms,
        read=None,
        title=title,
        description=description,
        state=ChallengeState(row.state(context.now).value),
        template=row.template,
        teams=[ChallengeTeam(key=team.key, name=team.name) for team in view.teams],
        form=ChallengeForm(row.form.value),
        zone=row.zone,
        starts_at=DateTime(life.starts_at),
        ends_at=DateTime(life.ends_at),
        settles_at=DateTime(life.settles_at),
        settled_at=DateTime(life.settled_at) if life.settled_at else None,
        cancelled_at=DateTime(life.cancelled_at) if life.cancelled_at else None,
        asks=explainer.criterion(Goal((terms.tally,), LeafNode(0), {})),
        goal=_goal(terms),
        points=row.points,
        nature=PointsNature(row.nature),
    )


async def _texts(context: Context, view: ChallengeView) -> tuple[str, str | None]:
    """Title and description."""
    pack = await context.pack(view.row.pack_version)
    template = pack.challenges.get(view.row.template) if pack and view.row.template else None
    description = context.languages.pick(template.description) or None if template else None
    title = view.row.title or (context.languages.pick(template.title) if template else "")
    return title, description


def _side(team: ChallengeTeam, verdict: engine.Verdict) -> ChallengeSide:
    share = verdict.reached / verdict.asked if verdict.asked else None
    return ChallengeSide(
        team=team,
        members=verdict.members,
        asked=verdict.asked,
        reached=verdict.reached,
        share=share,
        met=verdict.met,
    )


def _goal(terms: engine.Terms) -> ChallengeGoal:
    goal, need = terms.goal, terms.goal.need / terms.tally.unit
    match goal:
        case engine.Share():
            return ChallengeGoal(kind=ChallengeGoalKind.SHARE, need=need, share=float(goal.share))
        case engine.Everyone():
            return ChallengeGoal(kind=ChallengeGoalKind.EVERYONE, need=need, share=None)
        case engine.Together():
            return ChallengeGoal(kind=ChallengeGoalKind.TOGETHER, need=need, share=None)
