"""What a client hands in and what it is told: new events and their receipts, one per event, in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from vekst.domain.events import FieldValue

__all__ = ["EVENTS_PER_BATCH", "NewEvent", "Problem", "Receipt", "ReceiptStatus"]

EVENTS_PER_BATCH = 500


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as handed in; `occurred_at` is aware, `person` is the learner's key (None: the actor)."""

    id: str
    type: str
    occurred_at: datetime
    data: Mapping[str, FieldValue] = msgspec.field(default_factory=dict)
    person: str | None = None


class ReceiptStatus(StrEnum):
    """STORED, DUPLICATE: it is kept, once. CONFLICT: the id has other content. REFUSED: see why; the id is free."""

    STORED = "STORED"
    DUPLICATE = "DUPLICATE"
    CONFLICT = "CONFLICT"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an event was not stored: a stable code, the field at fault, and what fills the code's message."""

    code: str
    field: str | None = None
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


class Receipt(msgspec.Struct, frozen=True, gc=False):
    """The answer to one event; STORED is said after the commit, never before."""

    id: str
    status: ReceiptStatus
    problem: Problem | None = None
