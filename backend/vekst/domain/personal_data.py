"""The one register of personal data: for every table its kind, who in it is named, and what erasing a person does.

A table that nobody placed here fails the tests, and so does a column that names somebody and is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

__all__ = ["BESIDE_TABLES", "TABLES", "OnErasure", "TableRule"]


class OnErasure(StrEnum):
    """What happens to a row when the person whom one of its columns names is erased."""

    DELETE = "DELETE"
    """The row is about the person, and goes."""
    CLEAR = "CLEAR"
    """The row is another's or a team's and stays; whatever names the person is taken out of it."""


@dataclass(frozen=True, slots=True)
class TableRule:
    """What a table holds.

    `kind` is told by `transparency`; `people` are the columns that name a person, by id, with what erasing does. An
    export shows every column but the `internal` ones, which say nothing about anybody.
    """

    kind: str
    people: Mapping[str, OnErasure] = field(default_factory=dict)
    internal: frozenset[str] = frozenset()


_GOES: Final = {"learner_id": OnErasure.DELETE}


def _rule(kind: str, people: Mapping[str, OnErasure] | None = None, *internal: str) -> TableRule:
    return TableRule(kind, people or {}, frozenset({"org_id", *internal}))


TABLES: Final[Mapping[str, TableRule]] = {
    "people": _rule("PROFILE", _GOES, "learner_id"),
    "memberships": _rule("PROFILE", _GOES, "learner_id", "membership_id"),
    "teams": _rule("PROFILE"),
    "progress_events": _rule("EVENTS", _GOES, "learner_id", "ref"),
    "ledger_entries": _rule("RECOGNITIONS", _GOES, "learner_id", "entry_id", "evidence"),
    "standings": _rule("STANDING", _GOES, "learner_id", "state"),
    "checkpoints": _rule("STANDING", _GOES, "learner_id", "state"),
    "acknowledgements": _rule("ACKNOWLEDGEMENTS", {**_GOES, "giver_id": OnErasure.CLEAR}, "learner_id"),
    "board_members": _rule("LEADERBOARDS", _GOES, "learner_id"),
    "board_counts": _rule("LEADERBOARDS"),
    "board_bands": _rule("LEADERBOARDS"),
    "board_choices": _rule("LEADERBOARDS", _GOES, "learner_id"),
    "challenges": _rule("CHALLENGES", {"created_by": OnErasure.CLEAR}, "challenge_id", "created_by", "request"),
    "challenge_teams": _rule("CHALLENGES"),
    "challenge_progress": _rule("CHALLENGES", _GOES, "learner_id"),
    "challenge_sides": _rule("CHALLENGES"),
    "challenge_side_progress": _rule("CHALLENGES", _GOES, "learner_id"),
    "feedback": _rule("FEEDBACK", {**_GOES, "giver_id": OnErasure.DELETE}, "feedback_id"),
    "goals": _rule("GOALS", {**_GOES, "proposed_by": OnErasure.CLEAR}, "learner_id", "goal_id"),
    "audit_entries": _rule(
        "AUDIT", {"actor_id": OnErasure.CLEAR, "subject_id": OnErasure.CLEAR}, "entry_id", "request_id"
    ),
    "devices": _rule("DEVICES", _GOES, "learner_id", "public_key", "secret", "told_seq", "tries", "retry_at"),
    "outbox": _rule("MESSAGES", _GOES, "learner_id", "outbox_id"),
    "erasures": _rule("ERASURES"),
    "erasure_keys": _rule("ERASURES"),
    "organisations": _rule("ORGANISATION"),
    "integrations": _rule("ORGANISATION"),
    "pack_versions": _rule("ORGANISATION"),
    "verifications": _rule("ORGANISATION"),
}
"""The rule of each table of the database."""

BESIDE_TABLES: Final[Mapping[str, str]] = {
    "counters of requests in Valkey": "TRAFFIC",
    "the log": "TRAFFIC",
}
"""What is kept about people outside the database, with its kind; it ends by itself, or with the log."""
