"""Opaque texts given to clients and taken back: node ids and cursors; base64 of a name and parts, checked when read."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from vekst.domain.errors import InvalidInput
from vekst.domain.feedback import FeedbackKey
from vekst.domain.learner_goals import GoalKey

__all__ = [
    "NodeId",
    "audit_node",
    "challenge_node",
    "feedback_node",
    "goal_node",
    "learner_node",
    "quest_node",
    "read_cursor",
    "read_node",
    "read_recognition",
    "recognition_node",
    "write_cursor",
]

NodeId = tuple[str, tuple[str, ...]]
"""The type's name and what tells the node apart within the organisation."""

_LONGEST = 400
_SEQ_DIGITS_AT_MOST = 18


def _write(name: str, *parts: str) -> str:
    return base64.urlsafe_b64encode(":".join((name, *parts)).encode()).decode().rstrip("=")


def _read(opaque: str) -> list[str] | None:
    if len(opaque) > _LONGEST:
        return None
    try:
        padded = opaque.encode("ascii") + b"=" * (-len(opaque) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(":")
    except (binascii.Error, ValueError):
        return None


def learner_node(learner_id: UUID) -> str:
    """The node id of a learner."""
    return _write("Learner", learner_id.hex)


def recognition_node(learner_id: UUID, seq: int) -> str:
    """The node id of a recognition: the learner's ledger entry of that number."""
    return _write("Recognition", learner_id.hex, str(seq))


def feedback_node(key: FeedbackKey) -> str:
    """The node id of a feedback."""
    return _write("Feedback", key.learner_id.hex, key.feedback_id.hex)


def goal_node(key: GoalKey) -> str:
    """The node id of a learner's goal."""
    return _write("Goal", key.learner_id.hex, key.goal_id.hex)


def challenge_node(challenge_id: UUID) -> str:
    """The node id of a challenge."""
    return _write("Challenge", challenge_id.hex)


def audit_node(entry_id: UUID) -> str:
    """The node id of an entry of the audit log."""
    return _write("AuditEntry", entry_id.hex)


def quest_node(key: str) -> str:
    """The node id of a quest."""
    return _write("Quest", key)


def read_node(opaque: str) -> NodeId | None:
    """The parts of a node id; None for a text that is none."""
    parts = _read(opaque)
    return (parts[0], tuple(parts[1:])) if parts and len(parts) > 1 else None


def read_recognition(opaque: str) -> tuple[UUID, int] | None:
    """The learner and the number of the ledger entry that a node id names; None for any other text."""
    match read_node(opaque):
        case ("Recognition", (learner, seq)) if seq.isascii() and seq.isdigit() and len(seq) <= _SEQ_DIGITS_AT_MOST:
            try:
                return UUID(hex=learner), int(seq)
            except ValueError:
                return None
        case _:
            return None


def write_cursor(kind: str, place: int | str) -> str:
    """The cursor of a place in the list `kind`."""
    return _write(kind, str(place))


def read_cursor(kind: str, opaque: str | None, field: str = "after") -> str | None:
    """The place that a cursor of the list `kind` names; `InvalidInput` for any other text, None for none."""
    if opaque is None:
        return None
    match _read(opaque):
        case [name, place] if name == kind:
            return place
        case _:
            raise InvalidInput("CURSOR_NOT_VALID", field=field)
