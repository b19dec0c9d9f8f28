"""Compiled packs: those in use stay, whichever way they are asked for."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.support.organisations import Organisation
from tests.support.packs import CRAFT
from vekst.factory import Factory, Process
from vekst.services import packs as services


async def _publishing(factory: Factory, title: str) -> UUID:
    """An organisation with a pack of that title."""
    key = f"org-{uuid4().hex[:12]}"
    organisation = Organisation(factory, await factory.organisations().create(key, key), key)
    await organisation.publish({**CRAFT, "pack.yaml": f"{CRAFT['pack.yaml']}\n# {title}\n"})
    return organisation.id


async def test_a_pack_in_use_is_kept_and_the_one_that_rested_longest_is_compiled_again(
    process: Process, factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "_KEPT", 2)
    packs = services.Packs()
    first, second, third = [await _publishing(factory, title) for title in ("first", "second", "third")]
    for org_id in (first, second):
        async with process.database.reading(org_id) as connection:
            assert await packs.latest(connection, org_id) is not None
    kept = packs.cached(first, 1)
    async with process.database.reading(third) as connection:
        await packs.latest(connection, third)
    assert kept is not None
    assert packs.cached(first, 1) is kept
    assert packs.cached(second, 1) is None
