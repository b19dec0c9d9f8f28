"""Reads challenges for those who may see them, with the progress of all members together and the viewer's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.challenges import ChallengeForm, ChallengeState
from vekst.engine.challenges import Terms, Verdict
from vekst.engine.pack import Pack
from vekst.engine.sides import outcome, taken_together
from vekst.storage import challenge_results_store, challenges_store
from vekst.storage.challenge_readings import read_members, terms_of
from vekst.storage.challenge_results_store import ProgressRow
from vekst.storage.challenges_store import ChallengeRow, Totals

__all__ = [
    "ChallengeProgress",
    "ChallengeView",
    "ChallengeViewer",
    "TeamView",
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


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team of a challenge, and whether the viewer belongs or belonged to it during that time, or leads it."""

    team_id: UUID
    key: str
    name: str
    open: bool


@dataclass(frozen=True, slots=True, eq=False)
class ChallengeView:
    """A challenge, and its teams by key."""

    row: ChallengeRow
    teams: tuple[TeamView, ...]


@dataclass(frozen=True, slots=True)
class ChallengeProgress:
    """What all members came to, and what the viewer did (None: no member of it).

    Of teams side by side, `sides` holds the result of each that the viewer may know, by key, and `met` the keys of all
    that met the goal: of the others nothing is told, not even in a sum.
    """

    verdict: Verdict
    mine: ProgressRow | None
    sides: Mapping[str, Verdict]
    met: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """What is known of a challenge before it is told to anybody; sides by team."""

    verdict: Verdict
    mine: ProgressRow | None
    sides: Mapping[UUID, Verdict]


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
             where t.org_id = c.org_id and t.challenge_id = c.challenge_id and m.learner_id = :viewer and not m.manages
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
    select n.challenge_id, t.team_id, t.key, t.name,
           :sees_everything or t.team_id = any(:manages) or exists (
               select 1 from memberships m
                where m.org_id = t.org_id and m.team_id = t.team_id and m.learner_id = :viewer and not m.manages
                  and m.joined_at < c.ends_at and (m.left_at is null or m.left_at > c.starts_at)) as open
      from challenge_teams n
      join challenges c on c.org_id = n.org_id and c.challenge_id = n.challenge_id
      join teams t on t.org_id = n.org_id and t.team_id = n.team_id
     where n.org_id = :org_id and n.challenge_id = any(:ids) order by n.challenge_id, t.key
    """
)


async def challenges_by_id(
    connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID], viewer: ChallengeViewer
) -> dict[UUID, ChallengeView]:
    """Those of the challenges that the viewer may see."""
    found = await connection.execute(_BY_ID, {**_who(org_id, viewer), "ids": list(ids)})
    return await _views(connection, org_id, list(found.scalars()), viewer)


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
    views = await _views(connection, org_id, ids, viewer)
    return [views[challenge_id] for challenge_id in ids]


def challenge_terms(row: ChallengeRow, pack: Pack) -> Terms:
    """The compiled terms of a challenge; `pack` is the version it was created under."""
    return terms_of(row, pack)


async def read_progress(
    connection: AsyncConnection,
    org_id: UUID,
    views: Sequence[ChallengeView],
    packs: Mapping[int, Pack],
    *,
    viewer: UUID | None,
    now: datetime,
) -> dict[ChallengeView, ChallengeProgress]:
    """The progress of each: as it was settled, or by all events stored so far; `packs` are by version.

    Whether it is settled is looked up anew: a view may have been read a moment before.
    """
    rows = await challenges_store.read(connection, org_id, [view.row.challenge_id for view in views])
    found = await _settled(connection, org_id, [row for row in rows.values() if row.result is not None], viewer)
    unsettled = [row for row in rows.values() if row.result is None]
    found |= await _so_far(connection, org_id, unsettled, packs, viewer=viewer, now=now)
    return {view: _told(view, found[view.row.challenge_id]) for view in views}


async def _settled(
    connection: AsyncConnection, org_id: UUID, rows: Sequence[ChallengeRow], viewer: UUID | None
) -> dict[UUID, _Found]:
    if not rows:
        return {}
    ids = [row.challenge_id for row in rows]
    values = await challenge_results_store.settled_values(connection, org_id, ids)
    sides = await challenge_results_store.settled_sides(connection, org_id, ids)
    return {
        row.challenge_id: _Found(
            _verdict(row.result),
            values.get(row.challenge_id, {}).get(viewer) if viewer else None,
            {team_id: _verdict(totals) for team_id, totals in sides.get(row.challenge_id, {}).items()},
        )
        for row in rows
        if row.result is not None
    }


async def _so_far(
    connection: AsyncConnection,
    org_id: UUID,
    rows: Sequence[ChallengeRow],
    packs: Mapping[int, Pack],
    *,
    viewer: UUID | None,
    now: datetime,
) -> dict[UUID, _Found]:
    terms = {row.challenge_id: terms_of(row, packs[row.pack_version]) for row in rows}
    asked = {row.challenge_id: (terms[row.challenge_id], packs[row.pack_version].zone) for row in rows}
    readings = await read_members(connection, org_id, asked, now)
    found: dict[UUID, _Found] = {}
    for row in rows:
        reading = readings[row.challenge_id]
        came = outcome(terms[row.challenge_id], reading.members, reading.sides_of(row.teams))
        mine = reading.members.get(viewer) if viewer else None
        own = ProgressRow(viewer, mine.value, mine.asked, mine.reached) if viewer and mine else None
        found[row.challenge_id] = _Found(came.whole, own, came.sides)
    return found


def _told(view: ChallengeView, found: _Found) -> ChallengeProgress:
    """What the viewer may know of it."""
    if view.row.form is ChallengeForm.TOGETHER:
        met = tuple(team.key for team in view.teams) if found.verdict.met else ()
        return ChallengeProgress(found.verdict, found.mine, {}, met)
    sides = {team.key: found.sides[team.team_id] for team in view.teams if team.open}
    met = tuple(team.key for team in view.teams if found.sides[team.team_id].met)
    return ChallengeProgress(taken_together(sides.values()), found.mine, sides, met)


def _verdict(totals: Totals) -> Verdict:
    return Verdict(totals.met, totals.members, totals.asked, totals.reached, totals.total)


def _who(org_id: UUID, viewer: ChallengeViewer) -> dict[str, object]:
    return {
        "org_id": org_id,
        "viewer": viewer.learner_id,
        "manages": sorted(viewer.manages),
        "sees_everything": viewer.sees_everything,
    }


async def _views(
    connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID], viewer: ChallengeViewer
) -> dict[UUID, ChallengeView]:
    if not ids:
        return {}
    rows = await challenges_store.read(connection, org_id, ids)
    teams: dict[UUID, list[TeamView]] = {}
    for row in await connection.execute(_TEAMS, {**_who(org_id, viewer), "ids": list(ids)}):
        teams.setdefault(row.challenge_id, []).append(TeamView(row.team_id, row.key, row.name, row.open))
    return {key: ChallengeView(row, tuple(teams.get(key, ()))) for key, row in rows.items()}
