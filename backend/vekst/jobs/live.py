"""Live wake-ups over Valkey: tells streams that a learner's ledger grew, so that they read on from their cursor."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from vekst.jobs.valkey import Valkey

__all__ = ["Live", "channel"]


def channel(org_id: UUID, learner_id: UUID) -> str:
    """The channel on which a learner's wake-ups are published."""
    return f"vekst:{org_id}:{learner_id}"


class Live:
    """Publishes wake-ups; they say that something is new, never what."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey

    async def publish(self, org_id: UUID, learner_ids: Iterable[UUID]) -> bool:
        """Wake the streams of these learners in one trip; whether Valkey took it."""
        taken = False
        async with self._valkey.trying("live") as client:
            if client is not None:
                async with client.pipeline(transaction=False) as trip:
                    for learner_id in learner_ids:
                        trip.publish(channel(org_id, learner_id), b"")
                    await trip.execute()
                taken = True
        return taken
