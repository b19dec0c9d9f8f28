"""Stores challenges: appends each once, changes it, and reads who belongs to it and what they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.challenges import ChallengeForm, ChallengeState, Lifetime, state_at
from vekst.domain.events import ProgressEvent, RecordedBy
from vekst.domain.recognitions import Nature

__all__ = [
    "ChallengeRow",
    "MembershipSpan",
    "TeamRow",
    "Totals",
    "append",
    "cancel",
    "change",
    "due",
    "events",
    "find",
    "lock",
    "lock_due",
    "memberships",
    "read",
    "teams_by_key",
]


@dataclass(frozen=True, slots=True)
class Totals:
    """What a settling found; `total` is in the measure's unit, billionths for a sum."""

    met: bool
    members: int
    asked: int
    reached: int
    total: int


@dataclass(frozen=True, slots=True)
class ChallengeRow:
    """A challenge as stored; `measure` and `goal` are JSON in the form of quest files, `result` that of a settling."""

    challenge_id: UUID
    created_by: UUID
    client_id: str
    request: Mapping[str, object]
    created_at: datetime
    pack_version: int
    template: str | None
    title: str | None
    measure: object
    goal: Mapping[str, object]
    nature: str
    points: int
    zone: str
    life: Lifetime
    teams: tuple[UUID, ...]
    form: ChallengeForm = ChallengeForm.TOGETHER
    result: Totals | None = None

    def state(self, now: datetime) -> ChallengeState:
        """Where it stands at that instant."""
        return state_at(self.life, now)

    @property
    def has_board(self) -> bool:
        """Whether members may see each other on a board: once it was announced, and never for outcomes (L2)."""
        return not self.life.draft and self.nature == Nature.EFFORT


@dataclass(frozen=True, slots=True)
class MembershipSpan:
    """Somebody's membership of one of a challenge's teams during it; `first_zone` is None for the pack's."""

    challenge_id: UUID
    team_id: UUID
    learner_id: UUID
    first_zone: str | None
    active: bool
    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team that a challenge may be for, and whether the viewer belongs to it."""

    team_id: UUID
    key: str
    zone: str | None
    has_viewer: bool


_COLUMNS: Final = """
    c.challenge_id, c.created_by, c.client_id, c.request, c.created_at, c.pack_version, c.template, c.title, c.measure,
    c.goal, c.nature, c.points, c.zone, c.starts_at, c.ends_at, c.settles_at, c.draft, c.cancelled_at, c.settled_at,
    c.side_by_side, c.met, c.members, c.asked, c.reached, c.total,
    ARRAY(SELECT t.team_id FROM challenge_teams t
           WHERE t.org_id = c.org_id AND t.challenge_id = c.challenge_id ORDER BY t.team_id) AS teams
"""
_DUE: Final = "c.settled_at IS NULL AND c.cancelled_at IS NULL AND NOT c.draft AND c.settles_at <= :now"
_APPEND: Final = text(
    """
    INSERT INTO challenges (org_id, challenge_id, created_by, client_id, request, created_at, pack_version, template,
                            title, measure, goal, nature, points, zone, starts_at, ends_at, settles_at, draft,
                            side_by_side)
    VALUES (:org_id, :challenge_id, :created_by, :client_id, CAST(:request AS jsonb), :created_at, :pack_version,
            :template, :title, CAST(:measure AS jsonb), CAST(:goal AS jsonb), :nature, :points, :zone,
            :starts_at, :ends_at, :settles_at, :draft, :side_by_side)
    ON CONFLICT (org_id, created_by, client_id) DO NOTHING RETURNING challenge_id
    """
)
_APPEND_TEAMS: Final = text(
    """
    INSERT INTO challenge_teams (org_id, challenge_id, team_id)
    SELECT :org_id, :challenge_id, n.team_id FROM unnest(CAST(:teams AS uuid[])) AS n (team_id)
    """
)
_FIND: Final = text(
    f"""
    SELECT {_COLUMNS} FROM challenges c
     WHERE org_id = :org_id AND created_by = :created_by AND client_id = :client_id
    """
)
_READ: Final = text(f"SELECT {_COLUMNS} FROM challenges c WHERE org_id = :org_id AND challenge_id = ANY(:ids)")
_LOCK: Final = text(
    f"SELECT {_COLUMNS} FROM challenges c WHERE org_id = :org_id AND challenge_id = :id FOR NO KEY UPDATE"
)
_LOCK_DUE: Final = text(
    f"""
    SELECT {_COLUMNS} FROM challenges c WHERE org_id = :org_id AND challenge_id = :id AND {_DUE}
       FOR NO KEY UPDATE SKIP LOCKED
    """
)
_FIND_DUE: Final = text(
    f"SELECT c.challenge_id FROM challenges c WHERE org_id = :org_id AND {_DUE} ORDER BY c.settles_at, c.challenge_id"
)
_CHANGE: Final = text(
    """
    UPDATE challenges SET title = :title, goal = CAST(:goal AS jsonb), starts_at = :starts_at, ends_at = :ends_at,
           settles_at = :settles_at, draft = :draft
     WHERE org_id = :org_id AND challenge_id = :id
    """
)
_CANCEL: Final = text("UPDATE challenges SET cancelled_at = :now WHERE org_id = :org_id AND challenge_id = :id")
_MEMBERSHIPS: Final = text(
    """
    SELECT c.challenge_id, m.team_id, m.learner_id, p.first_zone, p.active, m.joined_at, m.left_at
      FROM challenges c
      JOIN challenge_teams t ON t.org_id = c.org_id AND t.challenge_id = c.challenge_id
      JOIN memberships m ON m.org_id = c.org_id AND m.team_id = t.team_id AND NOT m.manages
       AND m.joined_at < c.ends_at AND (m.left_at IS NULL OR m.left_at > greatest(c.starts_at, m.joined_at))
      JOIN people p ON p.org_id = m.org_id AND p.learner_id = m.learner_id
     WHERE c.org_id = :org_id AND c.challenge_id = ANY(:ids)
     ORDER BY c.challenge_id, m.learner_id, m.joined_at
    """
)
_EVENTS: Final = text(
    """
    SELECT learner_id, ref, source, id, type, occurred_at, data, recorded_by FROM progress_events
     WHERE org_id = :org_id AND learner_id = ANY(:learners)
       AND (type = ANY(:always) OR (type = ANY(:types) AND occurred_at >= :since AND occurred_at < :until))
     ORDER BY learner_id, occurred_at, source, id
    """
)
_TEAMS: Final = text(
    """
    SELECT t.team_id, t.key, t.zone,
           EXISTS (SELECT FROM memberships m WHERE m.org_id = t.org_id AND m.team_id = t.team_id
                      AND m.learner_id = :viewer AND m.left_at IS NULL) AS has_viewer
      FROM teams t WHERE t.org_id = :org_id AND t.key = ANY(:keys)
    """
)


async def append(connection: AsyncConnection, org_id: UUID, row: ChallengeRow) -> bool:
    """Add a challenge with its teams; False where its creator has used the client's id before."""
    added = await connection.execute(_APPEND, {"org_id": org_id, **_columns(row)})
    if added.scalar_one_or_none() is None:
        return False
    teams = {"org_id": org_id, "challenge_id": row.challenge_id, "teams": list(row.teams)}
    await connection.execute(_APPEND_TEAMS, teams)
    return True


async def find(connection: AsyncConnection, org_id: UUID, created_by: UUID, client_id: str) -> ChallengeRow | None:
    """The challenge that somebody created under that id of theirs."""
    parameters = {"org_id": org_id, "created_by": created_by, "client_id": client_id}
    row = (await connection.execute(_FIND, parameters)).one_or_none()
    return _challenge(row) if row else None


async def read(connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID]) -> dict[UUID, ChallengeRow]:
    """The challenges of these ids."""
    rows = await connection.execute(_READ, {"org_id": org_id, "ids": list(ids)})
    return {row.challenge_id: _challenge(row) for row in rows}


async def lock(connection: AsyncConnection, org_id: UUID, challenge_id: UUID) -> ChallengeRow | None:
    """The challenge, held until the end of the transaction."""
    row = (await connection.execute(_LOCK, {"org_id": org_id, "id": challenge_id})).one_or_none()
    return _challenge(row) if row else None


async def due(connection: AsyncConnection, org_id: UUID, now: datetime) -> list[UUID]:
    """The challenges that wait to be settled, the longest waiting first."""
    return list((await connection.execute(_FIND_DUE, {"org_id": org_id, "now": now})).scalars())


async def lock_due(connection: AsyncConnection, org_id: UUID, challenge_id: UUID, now: datetime) -> ChallengeRow | None:
    """The challenge, held, if it still waits to be settled and nobody else holds it."""
    parameters = {"org_id": org_id, "id": challenge_id, "now": now}
    row = (await connection.execute(_LOCK_DUE, parameters)).one_or_none()
    return _challenge(row) if row else None


async def change(connection: AsyncConnection, org_id: UUID, row: ChallengeRow) -> None:
    """Write what may change of a challenge that this transaction holds."""
    columns = _columns(row)
    names = ("title", "goal", "starts_at", "ends_at", "settles_at", "draft")
    parameters = {"org_id": org_id, "id": row.challenge_id, **{name: columns[name] for name in names}}
    await connection.execute(_CHANGE, parameters)


async def cancel(connection: AsyncConnection, org_id: UUID, challenge_id: UUID, life: Lifetime) -> None:
    """Write that a challenge was called off which this transaction holds."""
    await connection.execute(_CANCEL, {"org_id": org_id, "id": challenge_id, "now": life.cancelled_at})


async def memberships(connection: AsyncConnection, org_id: UUID, ids: Sequence[UUID]) -> list[MembershipSpan]:
    """Who belonged, not as a manager, to a team of these challenges at some time of theirs."""
    rows = await connection.execute(_MEMBERSHIPS, {"org_id": org_id, "ids": list(ids)})
    return [MembershipSpan(*row) for row in rows]


async def events(
    connection: AsyncConnection,
    org_id: UUID,
    learner_ids: Sequence[UUID],
    *,
    types: Sequence[str],
    always: Sequence[str],
    since: datetime,
    until: datetime,
) -> dict[UUID, list[ProgressEvent]]:
    """In canonical order, events of these types in `[since, until)`, and those of the types `always` of any time."""
    parameters = {
        "org_id": org_id,
        "learners": list(learner_ids),
        "types": list(types),
        "always": list(always),
        "since": since,
        "until": until,
    }
    found: dict[UUID, list[ProgressEvent]] = {}
    for learner_id, ref, source, key, kind, at, data, recorder in await connection.execute(_EVENTS, parameters):
        event = ProgressEvent(ref, source, key, kind, at, data, RecordedBy(recorder))
        found.setdefault(learner_id, []).append(event)
    return found


async def teams_by_key(
    connection: AsyncConnection, org_id: UUID, keys: Sequence[str], viewer: UUID
) -> dict[str, TeamRow]:
    """The teams of these keys."""
    rows = await connection.execute(_TEAMS, {"org_id": org_id, "keys": list(keys), "viewer": viewer})
    return {row.key: TeamRow(*row) for row in rows}


def _columns(row: ChallengeRow) -> dict[str, object]:
    return {
        "challenge_id": row.challenge_id,
        "created_by": row.created_by,
        "client_id": row.client_id,
        "request": _json(row.request),
        "created_at": row.created_at,
        "pack_version": row.pack_version,
        "template": row.template,
        "title": row.title,
        "measure": None if row.measure is None else _json(row.measure),
        "goal": _json(row.goal),
        "nature": row.nature,
        "points": row.points,
        "zone": row.zone,
        "starts_at": row.life.starts_at,
        "ends_at": row.life.ends_at,
        "settles_at": row.life.settles_at,
        "draft": row.life.draft,
        "side_by_side": row.form is ChallengeForm.SIDE_BY_SIDE,
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _challenge(row: Row[Any]) -> ChallengeRow:
    life = Lifetime(row.starts_at, row.ends_at, row.settles_at, row.draft, row.cancelled_at, row.settled_at)
    result = None
    if row.settled_at is not None:
        result = Totals(row.met, row.members, row.asked, row.reached, int(Decimal(row.total)))
    return ChallengeRow(
        challenge_id=row.challenge_id,
        created_by=row.created_by,
        client_id=row.client_id,
        request=row.request,
        created_at=row.created_at,
        pack_version=row.pack_version,
        template=row.template,
        title=row.title,
        measure=row.measure,
        goal=row.goal,
        nature=row.nature,
        points=row.points,
        zone=row.zone,
        life=life,
        teams=tuple(row.teams),
        form=ChallengeForm.SIDE_BY_SIDE if row.side_by_side else ChallengeForm.TOGETHER,
        result=result,
    )
