"""Reads what growth is counted from, for any number of people: one statement per kind, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.recognitions import Nature, RecognitionKind
from vekst.engine.growth import EventTally, PointTally
from vekst.engine.standing import Standing
from vekst.queries.learners import LearnerRow

__all__ = [
    "Achievement",
    "Acknowledgement",
    "achievements",
    "acknowledgements",
    "event_tallies",
    "members",
    "point_tallies",
]


@dataclass(frozen=True, slots=True)
class Achievement:
    """Progress that a learner reached and still holds, and whether somebody has acknowledged it."""

    learner_id: UUID
    seq: int
    kind: str
    key: str
    tier: str
    occurrence: str
    reached_at: datetime
    pack_version: int
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who has seen an entry of a ledger, and when; `name` is None for somebody who was erased."""

    name: str | None
    given_at: datetime


_MEMBERS: Final = text(
    """
    select p.learner_id, p.person, p.name, p.zone, p.locale, s.pack_version, s.state, 0 as pending
      from memberships m
      join people p on p.org_id = m.org_id and p.learner_id = m.learner_id and p.active
      left join standings s on s.org_id = p.org_id and s.learner_id = p.learner_id
     where m.org_id = :org_id and m.team_id = :team_id and m.left_at is null and not m.manages
     order by p.name collate "C", p.person
    """
)
# No two zones differ by less than a quarter of an hour, so that all of it is on one date.
_EVENTS: Final = text(
    """
    select e.learner_id, e.type, date_bin('15 minutes', e.occurred_at, timestamptz 'epoch') as at, count(*) as times
      from progress_events e
     where e.org_id = :org_id and e.learner_id = any(:learners)
       and e.occurred_at >= :since and e.occurred_at < :until
       and not exists (
           select 1 from unnest(cast(:voided_learners as uuid[]), cast(:voided_sources as text[]),
                                cast(:voided_ids as text[])) as v (learner_id, source, id)
            where v.learner_id = e.learner_id and v.source = e.source and v.id = e.id)
     group by 1, 2, 3
    """
)
_POINTS: Final = text(
    f"""
    select l.learner_id, case when l.kind = '{RecognitionKind.LEVEL}' then l.kind else '' end as kind, l.nature,
           case when l.kind = '{RecognitionKind.LEVEL}' then l.key else l.skill end as skill,
           date_bin('15 minutes', l.reached_at, timestamptz 'epoch') as at, sum(l.points) as points, count(*) as times
      from ledger_entries l
     where l.org_id = :org_id and l.learner_id = any(:learners) and l.reverses_seq is null
       and l.reached_at >= :since and l.reached_at < :until
       and not exists (select 1 from ledger_entries r
                        where r.org_id = l.org_id and r.learner_id = l.learner_id and r.reverses_seq = l.seq)
     group by 1, 2, 3, 4, 5
    """
)
_ACHIEVEMENTS: Final = text(
    """
    select l.learner_id, l.seq, l.kind, l.key, l.tier, l.occurrence, l.reached_at, l.pack_version,
           a.seq is not null as acknowledged
      from ledger_entries l
      left join acknowledgements a on a.org_id = l.org_id and a.learner_id = l.learner_id and a.seq = l.seq
     where l.org_id = :org_id and l.learner_id = any(:learners) and l.reverses_seq is null
       and l.nature = 'effort' and (l.kind = any(:kinds) or (l.kind = any(:of_goals) and exists (
           select 1 from goals g
            where g.org_id = l.org_id and g.learner_id = l.learner_id and replace(g.goal_id::text, '-', '') = l.key
              and g.shared and g.deleted_at is null)))
       and l.reached_at >= :since and l.reached_at < :until
       and not exists (select 1 from ledger_entries r
                        where r.org_id = l.org_id and r.learner_id = l.learner_id and r.reverses_seq = l.seq)
     order by l.learner_id, l.reached_at, l.seq
    """
)
_ACKNOWLEDGEMENTS: Final = text(
    """
    select a.learner_id, a.seq, p.name, a.given_at
      from unnest(cast(:learners as uuid[]), cast(:seqs as bigint[])) as wanted (learner_id, seq)
      join acknowledgements a on a.org_id = :org_id and a.learner_id = wanted.learner_id and a.seq = wanted.seq
      left join people p on p.org_id = a.org_id and p.learner_id = a.giver_id
    """
)
_PROGRESS: Final = [
    RecognitionKind.QUEST.value,
    RecognitionKind.BADGE.value,
    RecognitionKind.MILESTONE.value,
    RecognitionKind.LEVEL.value,
]
_OF_GOALS: Final = [RecognitionKind.GOAL.value, RecognitionKind.REFLECTION.value]


async def members(connection: AsyncConnection, org_id: UUID, team_id: UUID) -> list[LearnerRow]:
    """Who belongs to the team now and does not manage it, by name, with their standings."""
    rows = await connection.execute(_MEMBERS, {"org_id": org_id, "team_id": team_id})
    return [LearnerRow(**{**row, "state": bytes(row["state"]) if row["state"] else None}) for row in rows.mappings()]


async def event_tallies(
    connection: AsyncConnection, org_id: UUID, standings: Mapping[UUID, Standing], since: datetime, until: datetime
) -> dict[UUID, list[EventTally]]:
    """How often each type happened, of what is not void."""
    voided = [(learner, *name) for learner, standing in standings.items() for name in standing.voided]
    parameters = {
        **_between(org_id, standings, since, until),
        "voided_learners": [learner for learner, _, _ in voided],
        "voided_sources": [source for _, source, _ in voided],
        "voided_ids": [event_id for _, _, event_id in voided],
    }
    found: dict[UUID, list[EventTally]] = defaultdict(list)
    for row in await connection.execute(_EVENTS, parameters):
        found[row.learner_id].append(EventTally(row.type, row.at, row.times))
    return found


async def point_tallies(
    connection: AsyncConnection, org_id: UUID, learners: Mapping[UUID, object], since: datetime, until: datetime
) -> dict[UUID, list[PointTally]]:
    """The points of what is held, by nature and skill, and the levels reached."""
    found: dict[UUID, list[PointTally]] = defaultdict(list)
    for row in await connection.execute(_POINTS, _between(org_id, learners, since, until)):
        tally = PointTally(row.kind, Nature(row.nature), row.skill, row.at, int(row.points), row.times)
        found[row.learner_id].append(tally)
    return found


async def achievements(
    connection: AsyncConnection, org_id: UUID, learners: Mapping[UUID, object], since: datetime, until: datetime
) -> dict[UUID, list[Achievement]]:
    """Quests, badges, milestones and levels that effort reached, in the order of being reached.

    Also goals of one's own, reached or looked back at, that are shared with those who manage the learner.
    """
    parameters = {**_between(org_id, learners, since, until), "kinds": _PROGRESS, "of_goals": _OF_GOALS}
    found: dict[UUID, list[Achievement]] = defaultdict(list)
    for row in await connection.execute(_ACHIEVEMENTS, parameters):
        found[row.learner_id].append(Achievement(*row))
    return found


async def acknowledgements(
    connection: AsyncConnection, org_id: UUID, keys: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], Acknowledgement]:
    """Who has seen these entries; one that nobody has is left out."""
    parameters = {"org_id": org_id, "learners": [key[0] for key in keys], "seqs": [key[1] for key in keys]}
    rows = await connection.execute(_ACKNOWLEDGEMENTS, parameters)
    return {(row.learner_id, row.seq): Acknowledgement(row.name, row.given_at) for row in rows}


def _between(org_id: UUID, learners: Mapping[UUID, object], since: datetime, until: datetime) -> dict[str, object]:
    return {"org_id": org_id, "learners": sorted(learners), "since": since, "until": until}
