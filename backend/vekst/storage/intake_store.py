"""Reads in one trip what a batch of events is checked against: the version in force, and whom they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.storage import direct
from vekst.storage.packs_store import PackHead, head_from
from vekst.storage.people_store import SubjectRow

__all__ = ["Intake", "read"]


@dataclass(frozen=True, slots=True)
class Intake:
    """The latest version of the pack, None before the first, and the people who were named and are there, by key."""

    head: PackHead | None
    subjects: Mapping[str, SubjectRow]


_HEAD: Final = """
    SELECT NULL::text AS person, NULL::uuid AS learner_id, NULL::boolean AS active, NULL::uuid[] AS teams,
           NULL::timestamptz AS events_from, latest.version, latest.digest, latest.since
      FROM (SELECT version, digest, since FROM pack_versions WHERE org_id = $1 ORDER BY version DESC LIMIT 1) latest
"""
_SUBJECTS: Final = """
     UNION ALL
    SELECT p.person, p.learner_id, p.active, {teams}, p.events_from, NULL, NULL, NULL
      FROM people p WHERE p.org_id = $1 AND p.person = ANY($2::text[])
"""
_TEAMS: Final = """
    ARRAY(SELECT m.team_id FROM memberships m
           WHERE m.org_id = p.org_id AND m.learner_id = p.learner_id AND m.left_at IS NULL)
"""
_ALONE: Final = _HEAD + _SUBJECTS.format(teams="'{}'::uuid[]")
_WITH_TEAMS: Final = _HEAD + _SUBJECTS.format(teams=_TEAMS)


async def read(connection: AsyncConnection, org_id: UUID, persons: Sequence[str], *, teams: bool) -> Intake:
    """What there is; the teams that people are in now only where `teams` asks for them."""
    rows = await direct.fetch(connection, _WITH_TEAMS if teams else _ALONE, org_id, persons)
    head: PackHead | None = None
    subjects: dict[str, SubjectRow] = {}
    for person, learner_id, active, in_teams, events_from, *version in rows:
        if person is None:
            head = head_from(*version)
        else:
            subjects[person] = SubjectRow(learner_id, active, tuple(in_teams), events_from)
    return Intake(head, subjects)
