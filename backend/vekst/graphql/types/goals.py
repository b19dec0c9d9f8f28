"""A learner's own goals: how they stand and how far they are, for the learner and whoever they share them with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

import strawberry

from vekst.domain.calendars import local_day
from vekst.domain.errors import InvalidInput, NotAllowed
from vekst.domain.instants import instant, micros
from vekst.domain.learner_goals import GoalKey
from vekst.domain.learner_goals import GoalState as State
from vekst.engine.explain import Explainer
from vekst.engine.goal_suggestions import DAYS_BACK, suggest_goals
from vekst.engine.goals import Goal as Criterion
from vekst.engine.goals import GoalState as Memory
from vekst.engine.goals import goal_at, goal_progress
from vekst.engine.learner_goals import goal_under_way
from vekst.engine.phrases import phrase
from vekst.graphql.context import Context
from vekst.graphql.opaque import goal_node, read_cursor, read_node, write_cursor
from vekst.graphql.scalars import JSON, Date, DateTime
from vekst.graphql.types.enums import GoalSize, GoalState, GoalTopic
from vekst.graphql.types.nodes import Node, PageInfo, given, page_size
from vekst.graphql.types.standings import Seen
from vekst.queries.learner_goals import GoalMark, GoalView, goal_of, goals_page, recent_deeds

__all__ = [
    "Goal",
    "GoalConnection",
    "GoalEdge",
    "GoalSuggestion",
    "goal_lines",
    "goal_seen",
    "goal_view",
    "my_goals",
    "read_goal",
    "suggestions_for",
]

_CURSOR: Final = "goals"
_MICROS_DIGITS_AT_MOST: Final = 17
_LINES: Final[Mapping[GoalState, str]] = {
    GoalState.REACHED: "growth_goal_reached",
    GoalState.OPEN: "growth_goal_open",
    GoalState.PAST: "growth_goal_past",
    GoalState.LEARNED: "growth_goal_learned",
}


@strawberry.type(description="How far a goal is.")
class GoalProgress:
    """A fraction that never reads as more than whole."""

    have: float = strawberry.field(description="What is there, in the unit of the goal.")
    need: float = strawberry.field(description="What is needed, in the same unit.")


@strawberry.type(
    description="A goal that a learner set, for the learner to see, and where it is shared for who manages their teams."
)
class Goal(Node):
    """What somebody set out to do."""

    person: str = strawberry.field(description="The key of the person whose goal it is.")
    name: str = strawberry.field(description="That person's name.")
    is_mine: bool = strawberry.field(description="Whether it is the caller's.")
    state: GoalState = strawberry.field(description="How it stands today, on the learner's date.")
    earn: JSON = strawberry.field(description="What it asks for, as a criterion in the language of quest files.")
    asks: str | None = strawberry.field(
        description="The same in words, in the caller's language; null where the quest files no longer have it."
    )
    next: str | None = strawberry.field(
        description="The nearest thing that is still missing, in words; null where it is not open."
    )
    progress: GoalProgress | None = strawberry.field(
        description="How far it is; null before it is set, and long after it was over."
    )
    until: Date = strawberry.field(description="The last date that counts.")
    why: str | None = strawberry.field(
        description="Why it matters, in the learner's words or those of who proposed it."
    )
    shared: bool = strawberry.field(description="Whether the managers of the learner's teams see it.")
    proposed_by: str | None = strawberry.field(description="The name of the manager who proposed it.")
    set_at: DateTime | None = strawberry.field(description="When it was set; null while it is only proposed.")
    reached_at: DateTime | None = strawberry.field(description="When it was reached.")
    dropped_at: DateTime | None = strawberry.field(description="When it was let go of.")
    reflection: str | None = strawberry.field(description="What the learner says looking back.")
    reflected_at: DateTime | None = strawberry.field(description="When the learner looked back.")


@strawberry.type(description="A goal in a list.")
class GoalEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="Where in the list it stands.")
    node: Goal = strawberry.field(description="The goal.")


@strawberry.type(description="A page of goals, newest first.")
class GoalConnection:
    """Relay's connection."""

    edges: list[GoalEdge] = strawberry.field(description="The goals of the page.")
    page_info: PageInfo = strawberry.field(description="How to ask for more.")


@strawberry.type(
    description="A goal that the learner might set, by their own recent level; `setGoal` takes it as it is."
)
class GoalSuggestion:
    """In three sizes, one after the other."""

    topic: GoalTopic = strawberry.field(description="What it is about.")
    size: GoalSize = strawberry.field(description="How far it reaches.")
    earn: JSON = strawberry.field(description="What it asks for, as a criterion in the language of quest files.")
    asks: str = strawberry.field(description="The same in words, in the caller's language.")
    until: Date = strawberry.field(description="The last date that would count.")


def today_of(seen: Seen) -> date:
    """The learner's local date."""
    return date.fromordinal(local_day(seen.now, seen.standing.zone))


def goal_seen(context: Context, view: GoalView, seen: Seen) -> Goal:
    """The goal as the caller sees it; `seen` is the standing of whose it is."""
    state, explainer = view.state(today_of(seen)), _explainer(seen)
    criterion = seen.pack.learner_goal(view.earn)
    under_way = _under_way(seen, view, criterion, state)
    is_open = under_way is not None and state is State.OPEN
    return Goal(
        id=strawberry.ID(goal_node(view.key)),
        person=view.person,
        name=view.name,
        is_mine=view.key.learner_id == context.actor.learner_id,
        state=GoalState(state.value),
        earn=JSON(json.loads(view.earn)),
        asks=explainer.criterion(criterion) if criterion else None,
        next=explainer.next_step(*under_way, seen.standing) if under_way and is_open else None,
        progress=_progress(seen, under_way, reached=state is State.REACHED),
        until=Date(view.until),
        why=view.why,
        shared=view.shared,
        proposed_by=view.proposed_by,
        set_at=_at(view.set_at),
        reached_at=_at(view.reached_at),
        dropped_at=_at(view.dropped_at),
        reflection=view.reflection,
        reflected_at=_at(view.reflected_at),
    )


async def goal_view(context: Context, key: GoalKey) -> GoalView | None:
    """The goal of that key, if the caller may see it."""
    actor, viewer = context.actor, context.learner_id
    async with context.factory.reading(actor.org_id) as connection:
        return await goal_of(
            connection, actor.org_id, key, viewer=viewer, manages=actor.manages, everyone=context.sees_everyone
        )


def goal_lines(goals: Sequence[Goal], locale: str) -> list[str]:
    """What became of each goal, a sentence each; what was dropped is not brought up."""
    return [
        phrase(_LINES[goal.state], locale, asks=goal.asks)
        for goal in goals
        if goal.asks is not None and goal.state in _LINES
    ]


async def my_goals(
    context: Context, learner_id: UUID, seen: Seen | None, state: GoalState | None, first: int | None, after: str | None
) -> GoalConnection:
    """A page of the caller's own goals; anyone else's is refused, an admin's question too."""
    if learner_id != context.learner_id:
        raise NotAllowed("GOALS_ARE_PRIVATE", field="goals")
    count, before, wanted = page_size(first), _read_mark(given(after)), given(state)
    views: Sequence[GoalView] = ()
    if seen is not None:
        org_id = context.actor.org_id
        async with context.factory.reading(org_id) as connection:
            views = await goals_page(
                connection,
                org_id,
                learner_id,
                state=State[wanted.name] if wanted else None,
                today=today_of(seen),
                before=before,
                count=count + 1,
            )
    edges = (
        [GoalEdge(cursor=_write_mark(view.mark), node=goal_seen(context, view, seen)) for view in views[:count]]
        if seen
        else []
    )
    cursors = [edge.cursor for edge in edges]
    return GoalConnection(
        edges=edges, page_info=PageInfo.of(cursors, more=len(views) > count, begun=given(after) is None)
    )


async def suggestions_for(context: Context, learner_id: UUID, seen: Seen) -> list[GoalSuggestion]:
    """Goals in three sizes from the caller's own past; nobody else is shown them."""
    if learner_id != context.learner_id:
        raise NotAllowed("GOALS_ARE_PRIVATE", field="goalSuggestions")
    org_id, since = context.actor.org_id, seen.now - timedelta(days=DAYS_BACK + 2)
    async with context.factory.reading(org_id) as connection:
        deeds = await recent_deeds(connection, org_id, learner_id, since=since, voided=set(seen.standing.voided))
    explainer, found = _explainer(seen), list[GoalSuggestion]()
    for each in suggest_goals(seen.pack, deeds, zone=seen.standing.zone, today=today_of(seen)):
        criterion = seen.pack.learner_goal(json.dumps(each.earn))
        if criterion is not None:
            found.append(
                GoalSuggestion(
                    topic=GoalTopic(each.topic.value),
                    size=GoalSize(each.size.value),
                    earn=JSON(each.earn),
                    asks=explainer.criterion(criterion),
                    until=Date(each.until),
                )
            )
    return found


def read_goal(opaque: str) -> GoalKey | None:
    """The key that a goal's node id names; None for any other text."""
    match read_node(opaque):
        case ("Goal", (learner, goal)):
            try:
                return GoalKey(UUID(hex=learner), UUID(hex=goal))
            except ValueError:
                return None
        case _:
            return None


def _explainer(seen: Seen) -> Explainer:
    return Explainer(seen.pack, seen.languages.choose(seen.pack.locales) or seen.pack.locales[0])


def _under_way(
    seen: Seen, view: GoalView, criterion: Criterion | None, state: State
) -> tuple[Criterion, Memory] | None:
    """The goal with what was counted for it; with nothing where it is to be judged yet, or is reached."""
    found = goal_under_way(seen.pack, seen.standing, view.key.goal_id.hex)
    if found is not None and state is State.OPEN:
        return found[0], goal_at(*found, seen.now, local_day(seen.now, seen.standing.zone))
    if found is None and criterion is not None and state in {State.OPEN, State.REACHED}:
        return criterion, criterion.start()
    return found


def _progress(seen: Seen, under_way: tuple[Criterion, Memory] | None, *, reached: bool) -> GoalProgress | None:
    if under_way is None:
        return None
    have, need = goal_progress(*under_way, seen.standing)
    return GoalProgress(have=need if reached else have, need=need)


def _at(at: datetime | None) -> DateTime | None:
    return DateTime(at.astimezone(UTC)) if at else None


def _write_mark(mark: GoalMark) -> str:
    at, goal_id = mark
    return write_cursor(_CURSOR, f"{micros(at)}.{goal_id.hex}")


def _read_mark(cursor: str | None) -> GoalMark | None:
    place = read_cursor(_CURSOR, cursor)
    if place is None:
        return None
    at, _, name = place.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) <= _MICROS_DIGITS_AT_MOST):
        raise InvalidInput("CURSOR_NOT_VALID", field="after")
    try:
        return instant(int(at)), UUID(hex=name)
    except ValueError as error:
        raise InvalidInput("CURSOR_NOT_VALID", field="after") from error
