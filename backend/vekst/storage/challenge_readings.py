"""Reads what the members of challenges come to, as things stand: two statements, however many challenges there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.engine.challenges import CIRCUMSTANCES, Member, MemberReading, Terms, read_member
from vekst.engine.pack import Pack
from vekst.quests.challenges import compiled_goal, read_goal, read_measure, tally_of
from vekst.storage import challenges_store
from vekst.storage.challenges_store import ChallengeRow, MembershipSpan

__all__ = ["read_members", "terms_of"]


def terms_of(row: ChallengeRow, pack: Pack) -> Terms:
    """The compiled terms of a challenge; `pack` is the version it was created under."""
    own = row.template is None
    measure = read_measure(row.measure) if own else pack.challenges[str(row.template)].document.measure
    goal = read_goal(row.goal)
    tally = tally_of(measure, goal)
    return Terms(tally, compiled_goal(goal, tally), row.life.starts_at, row.life.ends_at)


async def read_members(
    connection: AsyncConnection,
    org_id: UUID,
    challenges: Mapping[UUID, tuple[Terms, str]],
    now: datetime,
) -> dict[UUID, dict[UUID, MemberReading]]:
    """For each challenge, given by its terms and its pack's zone, what each member comes to by all events stored."""
    if not challenges:
        return {}
    spans = await challenges_store.memberships(connection, org_id, sorted(challenges))
    terms = [each for each, _ in challenges.values()]
    events = await challenges_store.events(
        connection,
        org_id,
        sorted({span.learner_id for span in spans}),
        types=sorted({key for each in terms for key in each.tally.types}),
        always=CIRCUMSTANCES,
        since=min(each.starts for each in terms),
        until=max(each.ends for each in terms),
    )
    belonging: dict[tuple[UUID, UUID], list[MembershipSpan]] = defaultdict(list)
    for span in spans:
        belonging[span.challenge_id, span.learner_id].append(span)
    found: dict[UUID, dict[UUID, MemberReading]] = {challenge_id: {} for challenge_id in challenges}
    for (challenge_id, learner_id), theirs in sorted(belonging.items()):
        asked, zone = challenges[challenge_id]
        member = _member(theirs, zone)
        found[challenge_id][learner_id] = read_member(asked, member, events.get(learner_id, ()), now)
    return found


def _member(spans: list[MembershipSpan], zone: str) -> Member:
    times = [(span.joined_at, span.left_at) for span in spans]
    return Member(spans[0].first_zone or zone, times, active=spans[0].active)
