"""The port through which services tell the worker that an organisation has something to judge."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

__all__ = ["Queue"]


class Queue(Protocol):
    """Takes hints; the events table is the queue of record, so a lost hint costs time and nothing else."""

    async def wake(self, org_id: UUID) -> None:
        """Say that the organisation has pending events. Never raises for a queue that is out of reach."""
        ...

    async def push(self, org_id: UUID) -> None:
        """Say that devices of the organisation are to be told something. Never raises either."""
        ...
