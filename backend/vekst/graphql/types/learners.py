"""Learners: who somebody is, what they have reached, and the feed of their recognitions."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.engine.readings import points_reading
from vekst.engine.standing import decode, fresh_standing
from vekst.graphql.context import Context, Info
from vekst.graphql.fields import resolved
from vekst.graphql.opaque import learner_node
from vekst.graphql.scalars import Date
from vekst.graphql.types.enums import FeedbackSide, GoalState, QuestState
from vekst.graphql.types.feedback import FeedbackConnection, feedbacks_page
from vekst.graphql.types.goals import GoalConnection, GoalSuggestion, my_goals, suggestions_for
from vekst.graphql.types.growth import Growth, growth_for, read_span
from vekst.graphql.types.next_steps import NextStep, next_steps_of
from vekst.graphql.types.nodes import Node, given, page_size
from vekst.graphql.types.recognitions import RecognitionConnection, recognitions_page
from vekst.graphql.types.standings import (
    BadgeStanding,
    Points,
    QuestStanding,
    Seen,
    SkillStanding,
    StreakStanding,
    badge_standings,
    points_of,
    quest_standings,
    skill_standings,
    streak_standings,
)
from vekst.queries.learners import LearnerRow

__all__ = ["Learner", "learner_of", "seen_of"]


@strawberry.type(description="A person who learns. Only oneself and an admin see it.")
class Learner(Node):
    """A learner seen through the standing that judging left."""

    row: strawberry.Private[LearnerRow]
    seen: strawberry.Private[Seen | None]
    person: str = strawberry.field(description="The person's key in the organisation.")
    name: str = strawberry.field(description="The person's name.")
    zone: str = strawberry.field(description="The IANA time zone that the learner's days are counted in.")
    locale: str = strawberry.field(description="The person's language.")
    pending_events: int = strawberry.field(description="How many events are stored and not yet judged.")

    @resolved("The learner's points.")
    def points(self) -> Points:
        """P1."""
        if self.seen is None:
            return Points(total=0, effort=0, outcomes_recognised=0, outcomes_held=0)
        return points_of(points_reading(self.seen.pack, self.seen.standing))

    @resolved("Every skill, with its level.")
    def skills(self) -> list[SkillStanding]:
        """K1, K2."""
        return skill_standings(self.seen) if self.seen else []

    @resolved("Every quest, with its steps.")
    def quests(
        self,
        state: Annotated[
            QuestState | None, strawberry.argument(description="Only those in this state.")
        ] = strawberry.UNSET,
    ) -> list[QuestStanding]:
        """Q1-Q4."""
        return quest_standings(self.seen, given(state)) if self.seen else []

    @resolved("Every badge, earned or on its way.")
    def badges(self) -> list[BadgeStanding]:
        """The badge wall."""
        return badge_standings(self.seen) if self.seen else []

    @resolved("Every streak, as it is right now.")
    def streaks(self) -> list[StreakStanding]:
        """S1-S8."""
        return streak_standings(self.seen) if self.seen else []

    @resolved("What the learner can earn next, the nearest first: why not yet, in words.")
    def next_steps(
        self,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 10 if left out, 100 at most.")
        ] = strawberry.UNSET,
    ) -> list[NextStep]:
        """Why not yet."""
        asked = page_size(first, usual=10)
        return next_steps_of(self.seen)[:asked] if self.seen else []

    @resolved("What grew from date to date, both included, at most 400; null before the first quest files.")
    async def growth(
        self,
        info: Info,
        first: Annotated[Date, strawberry.argument(name="from", description="The first date.")],
        last: Annotated[Date, strawberry.argument(name="to", description="The last date.")],
    ) -> Growth | None:
        """For a development conversation."""
        span = read_span(first, last)
        return await growth_for(info.context, self.row.learner_id, self.seen, span) if self.seen else None

    @resolved("The caller's own goals, newest first. For `me` only; managers see shared ones in a team's growth.")
    async def goals(
        self,
        info: Info,
        state: Annotated[
            GoalState | None, strawberry.argument(description="Only those in this state.")
        ] = strawberry.UNSET,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 20 if left out, 100 at most.")
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="A cursor: only what comes after it.")
        ] = strawberry.UNSET,
    ) -> GoalConnection:
        """What one set out to do."""
        return await my_goals(info.context, self.row.learner_id, self.seen, state, first, after)

    @resolved("Goals that the caller might set, in three sizes by their own last eight weeks. For `me` only.")
    async def goal_suggestions(self, info: Info) -> list[GoalSuggestion]:
        """A beginning, a step, a stretch."""
        return await suggestions_for(info.context, self.row.learner_id, self.seen) if self.seen else []

    @resolved("The learner's recognitions, newest first.")
    async def recognitions(
        self,
        info: Info,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 20 if left out, 100 at most.")
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="A cursor: only what comes after it.")
        ] = strawberry.UNSET,
    ) -> RecognitionConnection:
        """The feed."""
        return await recognitions_page(info, self.row.learner_id, first, after)

    @resolved("The caller's own feedback, begun last first: asked of them, given to them and by them. For `me` only.")
    async def feedback(
        self,
        info: Info,
        side: Annotated[
            FeedbackSide | None, strawberry.argument(description="Only feedback about the caller, or only from them.")
        ] = strawberry.UNSET,
        first: Annotated[
            int | None, strawberry.argument(description="How many; 20 if left out, 100 at most.")
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="A cursor: only what comes after it.")
        ] = strawberry.UNSET,
    ) -> FeedbackConnection:
        """What builds."""
        return await feedbacks_page(info.context, self.row.learner_id, side, first, after)


async def learner_of(context: Context, row: LearnerRow) -> Learner:
    """The learner, seen through the version of the pack that their standing was judged under."""
    seen = await seen_of(context, row)
    pack = seen.pack if seen else None
    return Learner(
        id=strawberry.ID(learner_node(row.learner_id)),
        row=row,
        seen=seen,
        person=row.person,
        name=row.name,
        zone=row.zone or (pack.zone if pack else "UTC"),
        locale=row.locale or (pack.locales[0] if pack else context.languages.messages),
        pending_events=row.pending,
    )


async def seen_of(context: Context, row: LearnerRow) -> Seen | None:
    """The standing, seen through the version of the pack that it was judged under; None before the first version."""
    pack = await context.pack(row.pack_version)
    if pack is None:
        return None
    standing = decode(pack, row.state) if row.state is not None else fresh_standing(pack, row.zone or pack.zone)
    return Seen(pack, standing, context.now, context.languages, row.state)
