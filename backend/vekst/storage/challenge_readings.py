"""Reads what the members of challenges come to, as things stand: two statements, however many challenges there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.challenges import ChallengeForm
from vekst.domain.events import ProgressEvent
from vekst.engine.challenges import CIRCUMSTANCES, Member, MemberReading, Terms, read_member
from vekst.engine.pack import Pack
from vekst.engine.sides import over_all
from vekst.quests.challenges import compiled_goal, read_goal, read_measure, tally_of
from vekst.storage import challenges_store
from vekst.storage.challenges_store import ChallengeRow, MembershipSpan

__all__ = ["ChallengeReading", "read_members", "terms_of"]


@dataclass(frozen=True, slots=True)
class ChallengeReading:
    """What each member comes to, and, where teams stand side by side, what they come to in each team."""

    members: Mapping[UUID, MemberReading]
    _sides: Mapping[UUID, Mapping[UUID, MemberReading]] | None

    def sides_of(self, teams: Iterable[UUID]) -> dict[UUID, Mapping[UUID, MemberReading]]:
        """The members of each of these teams, some of which may have none; nothing where teams are as one."""
        return {} if self._sides is None else {team: self._sides.get(team, {}) for team in teams}


def terms_of(row: ChallengeRow, pack: Pack) -> Terms:
    """The compiled terms of a challenge; `pack` is the version it was created under."""
    own = row.template is None
    measure = read_measure(row.measure) if own else pack.challenges[str(row.template)].document.measure
    goal = read_goal(row.goal)
    tally = tally_of(measure, goal)
    apart = row.form is ChallengeForm.SIDE_BY_SIDE
    return Terms(tally, compiled_goal(goal, tally), row.life.starts_at, row.life.ends_at, side_by_side=apart)


async def read_members(
    connection: AsyncConnection,
    org_id: UUID,
    challenges: Mapping[UUID, tuple[Terms, str]],
    now: datetime,
    *,
    only: Collection[UUID] | None = None,
) -> dict[UUID, ChallengeReading]:
    """For each challenge, given by its terms and its pack's zone, what its members come to by all events stored.

    With `only` those of its members who are among these learners.
    """
    if not challenges:
        return {}
    spans = await challenges_store.memberships(connection, org_id, sorted(challenges))
    if only is not None:
        spans = [span for span in spans if span.learner_id in only]
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
    belonging: dict[UUID, list[MembershipSpan]] = defaultdict(list)
    for span in spans:
        belonging[span.challenge_id].append(span)
    return {
        challenge_id: _read(asked, zone, belonging[challenge_id], events, now)
        for challenge_id, (asked, zone) in challenges.items()
    }


def _read(
    terms: Terms,
    zone: str,
    spans: Sequence[MembershipSpan],
    events: Mapping[UUID, Sequence[ProgressEvent]],
    now: datetime,
) -> ChallengeReading:
    in_all: dict[UUID, list[MembershipSpan]] = defaultdict(list)
    in_team: dict[UUID, dict[UUID, list[MembershipSpan]]] = defaultdict(lambda: defaultdict(list))
    for span in spans:
        in_all[span.learner_id].append(span)
        in_team[span.team_id][span.learner_id].append(span)

    def read(belonging: Mapping[UUID, list[MembershipSpan]]) -> dict[UUID, MemberReading]:
        return {
            learner_id: read_member(terms, _member(theirs, zone), events.get(learner_id, ()), now)
            for learner_id, theirs in sorted(belonging.items())
        }

    members = read(in_all)
    if not terms.side_by_side:
        return ChallengeReading(members, None)
    sides = {team_id: read(theirs) for team_id, theirs in sorted(in_team.items())}
    apart = {
        learner_id: over_all(whole, (side[learner_id] for side in sides.values() if learner_id in side))
        for learner_id, whole in members.items()
    }
    return ChallengeReading(apart, sides)


def _member(spans: list[MembershipSpan], zone: str) -> Member:
    times = [(span.joined_at, span.left_at) for span in spans]
    return Member(spans[0].first_zone or zone, times, active=spans[0].active)
