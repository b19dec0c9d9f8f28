"""Two teams and their challenges in a test, over a clock that stands still until it is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.factory import Factory, Process
from vekst.services.challenge_forms import NewChallenge
from vekst.settings import Settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LESSONS = {"count": {"event": "lesson.completed"}}


class StillClock:
    """A clock that stands still until it is moved, on a Monday after which summer time is months away."""

    def __init__(self) -> None:
        self.now = datetime(2025, 11, 3, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@asynccontextmanager
async def two_teams(settings: Settings, organisation: Organisation, clock: StillClock) -> AsyncIterator[Organisation]:
    """Two teams with a manager each, and an admin, long before today."""
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish(WITH_CHALLENGES)
        await craft.hire("kari", "per", team="north")
        await craft.hire("ola", team="south")
        await craft.hire("nora", team="north", role=Role.MANAGER)
        await craft.hire("siri", team="south", role=Role.MANAGER)
        await craft.hire("adam", role=Role.ADMIN)
        clock.move(DAY)
        yield craft


async def create(craft: Organisation, person: str = "nora", **changes: Any) -> UUID:
    wish = {"id": "c1", "teams": ("north",), "template": "practice-sprint", **changes}
    return await craft.factory.challenges().create(await craft.actor(person), NewChallenge(**wish))


async def own(craft: Organisation, clock: StillClock, person: str = "nora", **changes: Any) -> UUID:
    """A challenge with terms of the manager's own, of ten days."""
    wish = {"template": None, "title": "Lessons", "measure": LESSONS, "goal": {"together": 3}, "points": 7}
    return await create(craft, person, **{**wish, "ends_at": clock() + 10 * DAY, **changes})


async def practise(craft: Organisation, person: str, at: datetime, *ids: str) -> None:
    for index, name in enumerate(ids):
        when = at + index * timedelta(minutes=1)
        [receipt] = await craft.record(person, new_event(name, "lesson.completed", when, lesson="x"))
        assert receipt.status == "STORED", receipt


async def result(craft: Organisation, challenge: UUID) -> dict[str, Any]:
    [row] = await craft.rows(
        "SELECT met, members, asked, reached, total, settled_at FROM challenges WHERE challenge_id = :id", id=challenge
    )
    return dict(zip(("met", "members", "asked", "reached", "total", "settled_at"), row, strict=True))


async def given(craft: Organisation) -> dict[object, object]:
    """Who was recognised for challenges, and with how many points."""
    rows = await craft.rows(
        """
        SELECT p.person, l.points FROM ledger_entries l
          JOIN people p ON p.org_id = l.org_id AND p.learner_id = l.learner_id WHERE l.kind = 'CHALLENGE'
        """
    )
    assert len({person for person, _ in rows}) == len(rows)
    return dict(rows)  # type: ignore[arg-type]


async def values(craft: Organisation, challenge: UUID) -> dict[object, tuple[object, ...]]:
    rows = await craft.rows(
        """
        SELECT p.person, c.value, c.asked, c.reached FROM challenge_progress c
          JOIN people p ON p.org_id = c.org_id AND p.learner_id = c.learner_id WHERE c.challenge_id = :id
        """,
        id=challenge,
    )
    return {person: (int(str(value)), *rest) for person, value, *rest in rows}


async def settle(craft: Organisation) -> int:
    """The worker's sweep, for this organisation alone."""
    ids = await craft.rows("SELECT challenge_id FROM challenges ORDER BY 1")
    settled = [await craft.factory.settling().settle(craft.id, each) for (each,) in ids]  # type: ignore[arg-type]
    return sum(settled)


async def verified(craft: Organisation) -> None:
    """What is stored is what judging again would give, points of challenges included."""
    verification = await craft.factory.replaying().verify(craft.id)
    assert verification.differences == ()
