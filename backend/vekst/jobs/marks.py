"""How far a replica must have come, kept in Valkey: a mark per person who wrote, and a floor under everybody else.

A position counts the bytes of the primary's log. Whoever wrote leaves a mark; it lives for longer than the floor, which
says where the log was when somebody last looked. So a mark that has expired, or was lost with all of Valkey, lies below
any floor that is there; and where there is no floor, nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from vekst.jobs.valkey import Valkey

__all__ = ["FLOOR_LIVES", "Marks"]

FLOOR_LIVES: Final = 30
"""Seconds for which a floor holds: nobody is shown anything that is older."""
# Whoever raises the floor asks the primary first, and may be slow about it.
_MARK_LIVES: Final = 3 * FLOOR_LIVES
_FLOOR: Final = "vekst:replica:floor"


class Marks:
    """The marks of all processes."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey

    async def leave(self, org_id: UUID, persons: Iterable[str], position: int) -> bool:
        """Say that these persons have written up to the position; whether Valkey took it."""
        taken = False
        async with self._valkey.trying("marks") as client:
            if client is not None:
                async with client.pipeline(transaction=False) as trip:
                    for person in persons:
                        trip.set(_key(org_id, person), position, ex=_MARK_LIVES)
                    await trip.execute()
                taken = True
        return taken

    async def raise_floor(self, position: int) -> bool:
        """Say that the log had come to the position a moment ago; whether Valkey took it."""
        taken = False
        async with self._valkey.trying("marks") as client:
            if client is not None:
                await client.set(_FLOOR, position, ex=FLOOR_LIVES)
                taken = True
        return taken

    async def needed(self, org_id: UUID, person: str) -> int | None:
        """The position that the person may not be shown less than; None where nobody knows."""
        found: list[bytes | None] = [None]
        async with self._valkey.trying("marks") as client:
            if client is not None:
                found = await client.mget(_FLOOR, _key(org_id, person))
        return None if found[0] is None else max(int(each) for each in found if each is not None)


def _key(org_id: UUID, person: str) -> str:
    return f"vekst:replica:mark:{org_id}:{person}"
