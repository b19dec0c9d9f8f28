"""Challenge teams: which teams a challenge is for."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, Uuid

from vekst.storage.tables.base import metadata

__all__ = ["challenge_teams"]

challenge_teams = Table(
    "challenge_teams",
    metadata,
    Column("org_id", Uuid, primary_key=True),
    Column("challenge_id", Uuid, primary_key=True),
    Column("team_id", Uuid, primary_key=True),
    ForeignKeyConstraint(
        ["org_id", "challenge_id"],
        ["challenges.org_id", "challenges.challenge_id"],
        name="fk_challenge_teams_challenge",
    ),
    ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.team_id"], name="fk_challenge_teams_team"),
    Index("ix_challenge_teams_team", "org_id", "team_id", "challenge_id"),
)
