"""The tables, one per module; private to storage."""

from vekst.storage.tables.acknowledgements import acknowledgements
from vekst.storage.tables.audit_entries import audit_entries
from vekst.storage.tables.base import metadata
from vekst.storage.tables.board_bands import board_bands
from vekst.storage.tables.board_choices import board_choices
from vekst.storage.tables.board_counts import board_counts
from vekst.storage.tables.board_members import board_members
from vekst.storage.tables.challenge_progress import challenge_progress
from vekst.storage.tables.challenge_sides import challenge_side_progress, challenge_sides
from vekst.storage.tables.challenge_teams import challenge_teams
from vekst.storage.tables.challenges import challenges
from vekst.storage.tables.checkpoints import checkpoints
from vekst.storage.tables.devices import devices
from vekst.storage.tables.erasures import erasure_keys, erasures
from vekst.storage.tables.feedback import feedback
from vekst.storage.tables.goals import goals
from vekst.storage.tables.integrations import integrations
from vekst.storage.tables.ledger_entries import ledger_entries
from vekst.storage.tables.memberships import memberships
from vekst.storage.tables.organisations import organisations
from vekst.storage.tables.outbox import outbox
from vekst.storage.tables.pack_versions import pack_versions
from vekst.storage.tables.people import people
from vekst.storage.tables.progress_events import progress_events
from vekst.storage.tables.standings import standings
from vekst.storage.tables.teams import teams
from vekst.storage.tables.verifications import verifications

__all__ = [
    "acknowledgements",
    "audit_entries",
    "board_bands",
    "board_choices",
    "board_counts",
    "board_members",
    "challenge_progress",
    "challenge_side_progress",
    "challenge_sides",
    "challenge_teams",
    "challenges",
    "checkpoints",
    "devices",
    "erasure_keys",
    "erasures",
    "feedback",
    "goals",
    "integrations",
    "ledger_entries",
    "memberships",
    "metadata",
    "organisations",
    "outbox",
    "pack_versions",
    "people",
    "progress_events",
    "standings",
    "teams",
    "verifications",
]
