"""Teams side by side over real PostgreSQL: C1 to C3 for each team, on the share of its members and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from tests.support.challenges import (
    DAY,
    HOUR,
    StillClock,
    create,
    given,
    own,
    practise,
    result,
    settle,
    two_teams,
    values,
    verified,
)
from tests.support.organisations import Organisation
from vekst.domain.challenges import ChallengeForm
from vekst.domain.errors import InvalidInput
from vekst.factory import Factory, Process
from vekst.queries.challenges import ChallengeProgress, ChallengeViewer, challenges_by_id, read_progress
from vekst.services.challenge_forms import ChallengeChange
from vekst.settings import Settings

HALF = {"share": "50%", "reach": 2}


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: StillClock) -> AsyncIterator[Organisation]:
    async with two_teams(settings, organisation, clock) as craft:
        await craft.hire("eva", "liv", team="south")
        clock.move(HOUR)
        yield craft


async def beside(craft: Organisation, clock: StillClock, **changes: Any) -> UUID:
    wish = {"teams": ("north", "south"), "goal": HALF, "form": ChallengeForm.SIDE_BY_SIDE}
    return await own(craft, clock, "adam", **{**wish, **changes})


async def sides(craft: Organisation, challenge: UUID) -> dict[object, tuple[object, ...]]:
    """For each team met, members, asked, reached."""
    rows = await craft.rows(
        """
        SELECT t.key, s.met, s.members, s.asked, s.reached FROM challenge_sides s
          JOIN teams t ON t.org_id = s.org_id AND t.team_id = s.team_id WHERE s.challenge_id = :id
        """,
        id=challenge,
    )
    return {key: tuple(rest) for key, *rest in rows}


async def side_values(craft: Organisation, challenge: UUID) -> dict[tuple[object, ...], tuple[object, ...]]:
    rows = await craft.rows(
        """
        SELECT t.key, p.person, s.value, s.asked, s.reached FROM challenge_side_progress s
          JOIN teams t ON t.org_id = s.org_id AND t.team_id = s.team_id
          JOIN people p ON p.org_id = s.org_id AND p.learner_id = s.learner_id WHERE s.challenge_id = :id
        """,
        id=challenge,
    )
    return {(team, person): (int(str(value)), *rest) for team, person, value, *rest in rows}


async def seen(craft: Organisation, challenge: UUID, person: str) -> ChallengeProgress:
    """The progress as that person may know it."""
    actor = await craft.actor(person)
    viewer = ChallengeViewer(actor.learner_id, actor.manages, sees_everything=person == "adam")
    pack = await craft.factory.pack(craft.id)
    assert pack is not None
    async with craft.factory.reading(craft.id) as connection:
        views = await challenges_by_id(connection, craft.id, [challenge], viewer)
        view = views[challenge]
        packs = {pack.version: pack}
        found = await read_progress(
            connection, craft.id, [view], packs, viewer=actor.learner_id, now=craft.factory.now()
        )
    return found[view]


async def test_each_team_meets_the_goal_by_its_own_share_and_not_by_what_it_has_in_all(
    craft: Organisation, clock: StillClock
) -> None:
    """Half of two are enough for a small team; a large one does not get there on the total of one diligent member."""
    start = clock()
    challenge = await beside(craft, clock)
    await practise(craft, "kari", start, "1", "2")
    await practise(craft, "ola", start, *(str(number) for number in range(5)))
    await practise(craft, "eva", start, "1")
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    assert await settle(craft) == 0
    assert await sides(craft, challenge) == {"north": (True, 2, 2, 1), "south": (False, 3, 3, 1)}
    assert await given(craft) == {"kari": 7}
    assert (await result(craft, challenge))["met"] is True
    await craft.judge()
    await verified(craft)
    await craft.factory.replaying().mark(craft.id)
    await craft.judge()
    assert await given(craft) == {"kari": 7}
    await verified(craft)


async def test_no_team_met_it_and_nobody_is_recognised_nor_anything_taken(
    craft: Organisation, clock: StillClock
) -> None:
    challenge = await beside(craft, clock, goal={"everyone": 2})
    await practise(craft, "kari", clock(), "1", "2")
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    assert await sides(craft, challenge) == {"north": (False, 2, 2, 1), "south": (False, 3, 3, 0)}
    assert (await result(craft, challenge))["met"] is False
    assert await given(craft) == {}


async def test_who_changes_team_midway_counts_for_each_only_while_there_and_is_asked_by_neither(
    craft: Organisation, clock: StillClock
) -> None:
    """C1, C2: the points come once, for the team that met it, with what was done for that team as the reason."""
    start = clock()
    challenge = await beside(craft, clock, goal={"share": "40%", "reach": 2})
    await practise(craft, "ola", start, "a", "b")
    await practise(craft, "kari", start, "k")
    clock.move(3 * DAY)
    await craft.hire("ola", team="north")
    clock.move(HOUR)
    await practise(craft, "ola", clock(), "c")
    await practise(craft, "eva", clock(), "a", "b")
    clock.move(8 * DAY)
    assert await settle(craft) == 1
    assert await side_values(craft, challenge) == {
        ("north", "kari"): (1, True, False),
        ("north", "per"): (0, True, False),
        ("north", "ola"): (1, False, False),
        ("south", "ola"): (2, False, False),
        ("south", "eva"): (2, True, True),
        ("south", "liv"): (0, True, False),
    }
    assert await sides(craft, challenge) == {"north": (False, 3, 2, 0), "south": (True, 3, 2, 1)}
    assert (await values(craft, challenge))["ola"] == (3, False, False)
    assert await given(craft) == {"ola": 7, "eva": 7}
    [(evidence,)] = await craft.rows(
        """SELECT l.evidence FROM ledger_entries l JOIN people p USING (org_id, learner_id)
            WHERE l.kind = 'CHALLENGE' AND p.person = 'ola'"""
    )
    refs = await craft.rows(
        """SELECT e.ref FROM progress_events e JOIN people p USING (org_id, learner_id)
            WHERE p.person = 'ola' AND e.id IN ('a', 'b') ORDER BY e.id"""
    )
    assert evidence == [ref for (ref,) in refs]


async def test_who_works_for_two_teams_is_asked_by_both_and_recognised_once(
    craft: Organisation, clock: StillClock
) -> None:
    """C2: in both for the whole time."""
    entry = "INSERT INTO memberships SELECT m.org_id, m.learner_id, gen_random_uuid(), t.team_id, false, m.joined_at"
    async with craft.factory._process.database.writing(craft.id) as connection:
        await connection.exec_driver_sql(
            entry
            + """ FROM memberships m JOIN people p USING (org_id, learner_id) JOIN teams t ON t.org_id = m.org_id
                 WHERE p.person = 'ola' AND t.key = 'north'"""
        )
    challenge = await beside(craft, clock, goal={"share": "1%", "reach": 1})
    await practise(craft, "ola", clock(), "1")
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    assert await sides(craft, challenge) == {"north": (True, 3, 3, 1), "south": (True, 3, 3, 1)}
    assert await given(craft) == {"ola": 7}


async def test_one_sees_how_ones_own_team_goes_and_of_others_only_that_they_met_it(
    craft: Organisation, clock: StillClock
) -> None:
    """Promises 1 and 4, while it runs and once it is settled: nothing tells which team is behind, or how far."""
    challenge = await beside(craft, clock)
    await practise(craft, "kari", clock(), "1", "2")
    await practise(craft, "ola", clock(), "1")
    clock.move(DAY)
    for settled in (False, True):
        if settled:
            clock.move(11 * DAY)
            assert await settle(craft) == 1
        expected = {"kari": {"north"}, "nora": {"north"}, "eva": {"south"}, "siri": {"south"}}
        for person, teams in {**expected, "adam": {"north", "south"}}.items():
            progress = await seen(craft, challenge, person)
            assert progress.sides.keys() == teams
            assert progress.met == ("north",)
        south = await seen(craft, challenge, "liv")
        assert (south.verdict.members, south.verdict.reached, south.verdict.total) == (3, 0, 1)
        assert not south.verdict.met
        north = await seen(craft, challenge, "per")
        assert (north.verdict.members, north.verdict.reached, north.verdict.met) == (2, 1, True)


async def test_a_team_without_anybody_in_it_stands_in_nobodys_way(craft: Organisation, clock: StillClock) -> None:
    await craft.hire("tor", team="west")
    clock.move(HOUR)
    await craft.hire("tor", team="north")
    clock.move(HOUR)
    challenge = await beside(craft, clock, teams=("north", "west"), goal={"share": "30%", "reach": 1})
    assert (await seen(craft, challenge, "tor")).sides.keys() == {"north"}
    assert (await seen(craft, challenge, "adam")).sides["west"].members == 0
    await practise(craft, "tor", clock(), "1")
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    assert await sides(craft, challenge) == {"north": (True, 3, 3, 1), "west": (False, 0, 0, 0)}
    assert (await seen(craft, challenge, "adam")).met == ("north",)


async def test_totals_of_unequal_teams_are_never_set_side_by_side(craft: Organisation, clock: StillClock) -> None:
    for changes, field, code in (
        ({"goal": {"together": 9}}, "goal", "CHALLENGE_SIDES_NEED_SHARE"),
        ({"teams": ("north",)}, "teams", "CHALLENGE_SIDES_NEED_TEAMS"),
    ):
        with pytest.raises(InvalidInput, match=code) as refused:
            await beside(craft, clock, **changes)
        assert refused.value.field == field
    draft = await beside(craft, clock, draft=True, starts_at=clock() + DAY)
    adam, service = await craft.actor("adam"), craft.factory.challenges()
    with pytest.raises(InvalidInput, match="CHALLENGE_SIDES_NEED_SHARE"):
        await service.change(adam, draft, ChallengeChange(goal={"together": 9}))
    await service.change(adam, draft, ChallengeChange(goal={"everyone": 2}, publish=True))
    clock.move(2 * DAY)
    with pytest.raises(InvalidInput, match="CHALLENGE_ONLY_LOWER"):
        await service.change(adam, draft, ChallengeChange(goal={"everyone": 3}))
    await service.change(adam, draft, ChallengeChange(goal={"share": "80%", "reach": 2}))
    with pytest.raises(InvalidInput, match="CHALLENGE_ONLY_LOWER"):
        await service.change(adam, draft, ChallengeChange(goal={"everyone": 1}))


async def test_the_form_is_part_of_what_was_sent(craft: Organisation) -> None:
    wish = {"teams": ("north", "south"), "template": "practice-sprint"}
    made = await create(craft, "adam", **wish)
    assert await create(craft, "adam", form=ChallengeForm.TOGETHER, **wish) == made
    with pytest.raises(InvalidInput, match="ID_TAKEN"):
        await create(craft, "adam", form=ChallengeForm.SIDE_BY_SIDE, **wish)


async def test_workers_that_settle_teams_side_by_side_at_once_settle_once(
    craft: Organisation, clock: StillClock, settings: Settings
) -> None:
    """C3."""
    challenge = await beside(craft, clock)
    await practise(craft, "kari", clock(), "1", "2")
    await practise(craft, "ola", clock(), "1", "2")
    await practise(craft, "eva", clock(), "1", "2")
    clock.move(11 * DAY)
    async with Process.running(settings, clock=clock) as other:
        services = [craft.factory.settling(), Factory(other).settling()] * 4
        done = await asyncio.gather(*(each.settle(craft.id, challenge) for each in services))
    assert sum(done) == 1
    assert await sides(craft, challenge) == {"north": (True, 2, 2, 1), "south": (True, 3, 3, 2)}
    assert await given(craft) == {"kari": 7, "ola": 7, "eva": 7}


@pytest.mark.parametrize("last_write", ["settle_sides", "write"])
async def test_a_crash_leaves_no_side_and_the_next_sweep_settles_them_all(
    craft: Organisation, clock: StillClock, monkeypatch: pytest.MonkeyPatch, last_write: str
) -> None:
    """C3."""
    challenge = await beside(craft, clock)
    await practise(craft, "kari", clock(), "1", "2")
    clock.move(11 * DAY)
    where = "vekst.storage.challenge_results_store" if last_write == "settle_sides" else "vekst.services.settling"
    with monkeypatch.context() as patch:
        patch.setattr(f"{where}.{last_write}", _crash)
        with pytest.raises(ConnectionError):
            await craft.factory.settling().settle(craft.id, challenge)
    assert (await result(craft, challenge))["settled_at"] is None
    assert (await sides(craft, challenge), await values(craft, challenge), await given(craft)) == ({}, {}, {})
    await craft.factory.settling().sweep()
    assert await sides(craft, challenge) == {"north": (True, 2, 2, 1), "south": (False, 3, 3, 0)}
    assert await given(craft) == {"kari": 7}
    await craft.judge()
    await verified(craft)


async def _crash(*_: object, **__: object) -> None:
    raise ConnectionError
