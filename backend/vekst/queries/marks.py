"""What a learner has beside the standing, as one short text that is another one after each change.

Proposals, words that were deleted and goals let go of are no events, and a turn of feedback need not move a standing:
who asks what has changed would not be told of them.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage import direct

__all__ = ["mark_of"]

_TURNS: Final = "concat_ws('/', count(*), count(f.given_at), count(f.acted_at), extract(epoch from max(f.started_at)))"
_GOAL: Final = ", ".join(
    ["g.goal_id", "g.until", "g.shared"]
    + [f"coalesce(extract(epoch from g.{name}_at), 0)" for name in ("set", "changed", "dropped", "reflected")]
)
_GOALS: Final = f"hashtextextended(string_agg(concat_ws('/', {_GOAL}), ' ' order by g.goal_id), 0)"
# Turns are only added and exchanges only taken away whole: their numbers and the newest beginning tell all of it.
_MARK: Final = f"""
    select concat_ws(' ',
        (select concat_ws('/', count(*), {_GOALS}) from goals g
          where g.org_id = $1 and g.learner_id = $2 and g.deleted_at is null),
        (select {_TURNS} from feedback f where f.org_id = $1 and f.learner_id = $2),
        (select {_TURNS} from feedback f where f.org_id = $1 and f.giver_id = $2),
        (select count(*) from acknowledgements a where a.org_id = $1 and a.learner_id = $2))
"""


async def mark_of(connection: AsyncConnection, org_id: UUID, learner_id: UUID) -> str:
    """The text for goals, feedback and acknowledgements as they are."""
    [[mark]] = await direct.fetch(connection, _MARK, org_id, learner_id)
    return str(mark)
