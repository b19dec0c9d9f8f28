"""Challenge sides: the result of each team of a challenge in which the teams stand side by side, once it is settled."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Integer, Numeric, Table, Uuid

from vekst.storage.tables.base import metadata

__all__ = ["challenge_side_progress", "challenge_sides"]

challenge_sides = Table(
    "challenge_sides",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("challenge_id", Uuid, primary_key=True),
    Column("team_id", Uuid, primary_key=True),
    Column("met", Boolean, nullable=False),
    Column("members", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("reached", Integer, nullable=False),
    Column("total", Numeric, nullable=False, comment="what its members came to in it, sums in billionths"),
    ForeignKeyConstraint(
        ["org_id", "challenge_id", "team_id"],
        ["challenge_teams.org_id", "challenge_teams.challenge_id", "challenge_teams.team_id"],
        name="fk_challenge_sides_team",
    ),
)

challenge_side_progress = Table(
    "challenge_side_progress",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("challenge_id", Uuid, primary_key=True),
    Column("team_id", Uuid, primary_key=True),
    Column("learner_id", Uuid, primary_key=True),
    Column("value", Numeric, nullable=False, comment="the value used for this team, sums in billionths"),
    Column("asked", Boolean, nullable=False),
    Column("reached", Boolean, nullable=False),
    ForeignKeyConstraint(
        ["org_id", "challenge_id", "team_id"],
        ["challenge_sides.org_id", "challenge_sides.challenge_id", "challenge_sides.team_id"],
        name="fk_challenge_side_progress_side",
    ),
    ForeignKeyConstraint(
        ["org_id", "learner_id"], ["people.org_id", "people.learner_id"], name="fk_challenge_side_progress_person"
    ),
)
