"""Teams as their managers see them: where members stand and how they grow; no evidence, no days, no feed, no rank."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry

from vekst.domain.actors import Role
from vekst.domain.errors import NotAllowed
from vekst.engine import growth as engine
from vekst.graphql.context import Context, Info
from vekst.graphql.fields import resolved
from vekst.graphql.scalars import Date, DateTime
from vekst.graphql.types.enums import StreakState
from vekst.graphql.types.growth import (
    GrowthBalance,
    GrowthWeek,
    MemberGrowth,
    NatureCount,
    SkillGrowth,
    counted,
    natures,
    numbers_of,
    read_span,
    skills_of,
    weeks_of,
)
from vekst.graphql.types.learners import seen_of
from vekst.graphql.types.standings import (
    BadgeStanding,
    QuestStanding,
    Seen,
    SkillStanding,
    Streak,
    badge_standings,
    quest_standings,
    skill_standings,
    streak_standings,
)
from vekst.queries.growth import members
from vekst.queries.learners import LearnerRow
from vekst.queries.teams import TeamRow, team_by_key

__all__ = ["Team", "team_for"]


@strawberry.type(description="A streak of a member, without its days.")
class MemberStreak:
    """A streak as it is right now."""

    streak: Streak = strawberry.field(description="Which streak.")
    current: int = strawberry.field(description="The length of the longest run that is alive.")
    longest: int = strawberry.field(description="The length of the longest run ever.")
    state: StreakState = strawberry.field(description="Where it stands right now.")
    keep_until: DateTime | None = strawberry.field(description="When the run would end, or spend a freeze.")


@strawberry.type(description="A member of a team as its managers see them: no evidence, no days, no feed.")
class TeamMember:
    """Where somebody stands."""

    seen: strawberry.Private[Seen | None]
    person: str = strawberry.field(description="The person's key in the organisation.")
    name: str = strawberry.field(description="The person's name; members are listed by it.")

    @resolved("Every skill, with its level.")
    def skills(self) -> list[SkillStanding]:
        """K1, K2."""
        return skill_standings(self.seen) if self.seen else []

    @resolved("Every quest, with its steps.")
    def quests(self) -> list[QuestStanding]:
        """Q1-Q4."""
        return quest_standings(self.seen, None) if self.seen else []

    @resolved("Every badge, earned or on its way.")
    def badges(self) -> list[BadgeStanding]:
        """What was earned."""
        return badge_standings(self.seen) if self.seen else []

    @resolved("Every streak, as it is right now.")
    def streaks(self) -> list[MemberStreak]:
        """S1-S8."""
        standings = streak_standings(self.seen) if self.seen else []
        return [
            MemberStreak(
                streak=each.streak,
                current=each.current,
                longest=each.longest,
                state=each.state,
                keep_until=each.keep_until,
            )
            for each in standings
        ]


@strawberry.type(description="A skill that moved in a team.")
class TeamSkillGrowth:
    """How many moved."""

    growth: SkillGrowth = strawberry.field(description="What all members together gained.")
    people: int = strawberry.field(description="How many members gained something.")


@strawberry.type(description="The growth of a team in a span of dates. People are listed by name and never ranked.")
class TeamGrowth:
    """Sums, and each person beside them."""

    first: Date = strawberry.field(name="from", description="The first date, each member's own.")
    last: Date = strawberry.field(name="to", description="The last date, each member's own.")
    members: int = strawberry.field(description="How many people belong to the team now.")
    participating: int = strawberry.field(description="How many of them made any effort in the span.")
    events: list[NatureCount] = strawberry.field(description="What they did, by nature.")
    skills: list[TeamSkillGrowth] = strawberry.field(description="The skills that moved.")
    balance: GrowthBalance = strawberry.field(
        description="The points of recognitions reached, from effort and from outcomes."
    )
    weeks: list[GrowthWeek] = strawberry.field(description="The same by ISO week.")
    people: list[MemberGrowth] = strawberry.field(description="Each member, by name.")


@strawberry.type(description="A team.")
class Team:
    """A team, for those who belong to it or manage it, and admins."""

    row: strawberry.Private[TeamRow]
    key: str = strawberry.field(description="The team's key in the organisation.")
    name: str = strawberry.field(description="The team's name.")

    @resolved("Who belongs to it now, by name; for its managers and admins.")
    async def members(self, info: Info) -> list[TeamMember]:
        """The members."""
        people = await _people(info.context, self.row)
        return [TeamMember(person=row.person, name=row.name, seen=seen) for row, seen in people]

    @resolved("What grew from date to date, both included, at most 400; for its managers and admins.")
    async def growth(
        self,
        info: Info,
        first: Annotated[Date, strawberry.argument(name="from", description="The first date.")],
        last: Annotated[Date, strawberry.argument(name="to", description="The last date.")],
    ) -> TeamGrowth:
        """What a manager sees."""
        context, span = info.context, read_span(first, last)
        people = await _people(context, self.row)
        found = await counted(context, {row.learner_id: seen for row, seen in people if seen}, span)
        together = engine.growth_together([each.growth for each in found.values()], span)
        some = next((each.seen for each in found.values()), None)
        return TeamGrowth(
            first=Date(span.first),
            last=Date(span.last),
            members=len(people),
            participating=sum(each.growth.is_active for each in found.values()),
            events=natures(together.events),
            skills=[
                TeamSkillGrowth(
                    growth=growth, people=_moved(growth.skill.key, [each.growth for each in found.values()])
                )
                for growth in (skills_of(some, together.skills) if some else ())
            ],
            balance=GrowthBalance(effort=together.effort, outcomes=together.outcomes),
            weeks=weeks_of(together.weeks),
            people=[
                MemberGrowth(
                    **await numbers_of(context, found[row.learner_id], span, name=row.name),
                    person=row.person,
                    name=row.name,
                )
                for row, _ in people
                if row.learner_id in found
            ],
        )


async def team_for(context: Context, key: str) -> Team | None:
    """The team of that key, for who belongs to it or manages it, and for admins."""
    actor, viewer = context.actor, context.learner_id
    async with context.factory.reading(actor.org_id) as connection:
        row = await team_by_key(connection, actor.org_id, key, viewer)
    if row is None or not (row.has_viewer or _manages(context, row.team_id)):
        return None
    return Team(row=row, key=row.key, name=row.name)


def _manages(context: Context, team_id: UUID) -> bool:
    return team_id in context.actor.manages or context.actor.has(Role.ADMIN)


async def _people(context: Context, team: TeamRow) -> list[tuple[LearnerRow, Seen | None]]:
    """The members with their standings; None for one seen before the first quest files."""
    if not _manages(context, team.team_id):
        raise NotAllowed("GROWTH_NOT_YOURS", field="team")
    org_id = context.actor.org_id
    async with context.factory.reading(org_id) as connection:
        rows = await members(connection, org_id, team.team_id)
    return [(row, await seen_of(context, row)) for row in rows]


def _moved(skill: str, growths: list[engine.Growth]) -> int:
    return sum(any(each.skill == skill for each in growth.skills) for growth in growths)
