"""Reads challenges for those who may see them, with the progress of all members together and the viewer's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.challenges import ChallengeState
from vekst.engine.challenges import Terms, Verdict, decide
from vekst.engine.pack import Pack
from vekst.storage import challenges_store
from vekst.storage.challenge_readings import read_members, terms_of
from vekst.storage.challenges_store import ChallengeRow, ProgressRow

__all__ = [
    "ChallengeProgress",
    "ChallengeView",
    "ChallengeViewer",
    "challenge_terms",
    "challenges_by_id",
    "challenges_page",
    "read_progress",
]


@dataclass(frozen=True, slots=True)
class ChallengeViewer:
    """Who looks: members see what was announced, managers their teams' drafts too, and admins everything."""

    learner_id: UUID | None
    manages: frozenset[UUID]
    sees_everything: bool


@dataclass(frozen=True, slots=True, eq=False)
class ChallengeView:
    """A challenge, and its teams as (key, name), by key."""

    row: ChallengeRow
    teams: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChallengeProgress:
    """What all members came to, and what the viewer did (None: no member of it)."""

    verdict: Verdict
    mine: ProgressRow | None


# The same states as in `vekst.domain.challenges`, for choosing rows by them.
_STATE: Final = """
    case when c.cancelled_at is not null then 'CANCELLED'
         when c.settled_at is not null then 'SETTLED'
         when c.draft then 'DRAFT'
         when cast(:now as timestamptz) < c.starts_at then 'SCHEDULED'
         when cast(:now as timestamptz) < c.ends_at then 'RUNNING'
         else 'SETTLING' end
"""
_VISIBLE: Final = """
    c.org_id = :org_id and (
        :sees_everything
        or exists (select 1 from challenge_teams t
                    where t.org_id = c.org_id and t.challenge_id = c.challenge_id and t.team_id = any(:manages))
        or (not c.draft and exists (
            select 1 from challenge_teams t
              join memberships m on m.org_id = t.org_id and m.team_id = t.team_id
             where t.org_id = c.org_id and t.challenge_id = c.challenge_id and m.learner_id = :viewer
               and (m.left_at is null or m.left_at > c.starts_at))))
"""
_BY_ID: Final = text(f"select c.challenge_id from challenges c where {_VISIBLE} and c.challenge_id = any(:ids)")
_PAGE: Final = text(
    f"""
    select c.challenge_id from challenges c
     where {_VISIBLE}
       and (cast(:before as uuid) is null or c.challenge_id < cast(:before as uuid))
       and (cast(:state as text) is null or {_STATE} = cast(:state as text))
       and (cast(:team as uuid) is null or exists (
            select 1 from challenge_teams t
             where t.org_id = c.org_id and t.challenge_id = c.challenge_id and t.team_id = cast(:team as uuid)))
     order by c.challenge_id desc limit :count
    """
)
_TEAMS: Final = text(
    """
    select c.challenge_id, t.key, t.name from challenge_teams c
      join teams t on t.org_id = c.org_id and t.team_id = c.team_id
     where c.org_id = :org_id and c.challenge_id = any(:ids) order by c.challenge_id, t.key
    """
)


async def challenges_by_id(
    connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID], viewer: ChallengeViewer
) -> dict[UUID, ChallengeView]:
    """Those of the challenges that the viewer may see."""
    found = await connection.execute(_BY_ID, {**_who(org_id, viewer), "ids": list(ids)})
    return await _views(connection, org_id, list(found.scalars()))


async def challenges_page(
    connection: AsyncConnection,
    org_id: UUID,
    viewer: ChallengeViewer,
    *,
    team_id: UUID | None,
    state: ChallengeState | None,
    before: UUID | None,
    count: int,
    now: datetime,
) -> list[ChallengeView]:
    """Up to `count` challenges that the viewer may see, the newest first, created before the challenge `before`."""
    parameters = {
        **_who(org_id, viewer),
        "team": team_id,
        "state": state.value if state else None,
        "before": before,
        "count": count,
        "now": now,
    }
    ids = list((await connection.execute(_PAGE, parameters)).scalars())
    views = await _views(connection, org_id, ids)
    return [views[challenge_id] for challenge_id in ids]


def challenge_terms(row: ChallengeRow, pack: Pack) -> Terms:
    """The compiled terms of a challenge; `pack` is the version it was created under."""
    return terms_of(row, pack)


async def read_progress(
    connection: AsyncConnection,
    org_id: UUID,
    challenge_ids: Sequence[UUID],
    packs: Mapping[int, Pack],
    *,
    viewer: UUID | None,
    now: datetime,
) -> dict[UUID, ChallengeProgress]:
    """For each challenge its progress: as it was settled, or by all events stored so far; `packs` are by version."""
    rows = await challenges_store.read(connection, org_id, challenge_ids)
    settled = {key: row for key, row in rows.items() if row.result is not None}
    values = await challenges_store.settled_values(connection, org_id, sorted(settled)) if settled else {}
    found = {
        key: ChallengeProgress(_verdict(row), values.get(key, {}).get(viewer) if viewer else None)
        for key, row in settled.items()
    }
    running = {
        key: (terms_of(row, packs[row.pack_version]), packs[row.pack_version].zone)
        for key, row in rows.items()
        if row.result is None
    }
    for key, readings in (await read_members(connection, org_id, running, now)).items():
        mine = readings.get(viewer) if viewer else None
        row = ProgressRow(viewer, mine.value, mine.asked, mine.reached) if viewer and mine else None
        found[key] = ChallengeProgress(decide(running[key][0].goal, readings.values()), row)
    return found


def _verdict(row: ChallengeRow) -> Verdict:
    totals = row.result
    if totals is None:
        raise ValueError(f"challenge {row.challenge_id} is not settled")
    return Verdict(totals.met, totals.members, totals.asked, totals.reached, totals.total)


def _who(org_id: UUID, viewer: ChallengeViewer) -> dict[str, object]:
    return {
        "org_id": org_id,
        "viewer": viewer.learner_id,
        "manages": sorted(viewer.manages),
        "sees_everything": viewer.sees_everything,
    }


async def _views(connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID]) -> dict[UUID, ChallengeView]:
    if not ids:
        return {}
    rows = await challenges_store.read(connection, org_id, ids)
    teams: dict[UUID, list[tuple[str, str]]] = {}
    for row in await connection.execute(_TEAMS, {"org_id": org_id, "ids": list(ids)}):
        teams.setdefault(row.challenge_id, []).append((row.key, row.name))
    return {key: ChallengeView(row, tuple(teams.get(key, ()))) for key, row in rows.items()}
