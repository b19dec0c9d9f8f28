"""Challenges over real PostgreSQL: who sets and changes them, what counts (C1), and the one settling (C2, C3)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

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
from tests.support.organisations import Organisation, new_event
from vekst.domain.actors import Role
from vekst.domain.errors import InvalidInput, NotAllowed, NotFound
from vekst.factory import Factory, Process
from vekst.services.challenge_forms import ChallengeChange, NewChallenge
from vekst.settings import Settings


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: StillClock) -> AsyncIterator[Organisation]:
    async with two_teams(settings, organisation, clock) as craft:
        yield craft


async def test_a_challenge_is_created_once_however_often_it_is_sent(craft: Organisation, clock: StillClock) -> None:
    first = await create(craft)
    assert await create(craft) == first
    clock.move(3 * DAY)
    assert await create(craft) == first
    with pytest.raises(InvalidInput, match="ID_TAKEN"):
        await create(craft, template="listening-days")
    both = await asyncio.gather(*(create(craft, id="c2") for _ in range(4)))
    assert len(set(both)) == 1
    assert await craft.rows("SELECT count(*) FROM challenges") == [(2,)]
    other = await create(craft, "siri", teams=("south",))
    assert other != first


async def test_only_who_manages_all_teams_sets_a_challenge_and_others_learn_nothing(craft: Organisation) -> None:
    with pytest.raises(NotAllowed):
        await create(craft, "kari")
    with pytest.raises(NotFound):
        await create(craft, "kari", teams=("south",))
    with pytest.raises(NotFound):
        await create(craft, "nora", teams=("north", "south"))
    with pytest.raises(NotFound):
        await create(craft, "adam", teams=("nowhere",))
    with pytest.raises(NotAllowed):
        await craft.factory.challenges().create(await craft.integration(), NewChallenge("i", ("north",)))
    challenge = await create(craft, "adam", teams=("north", "south"))
    service = craft.factory.challenges()
    for person, error in (("kari", NotAllowed), ("nora", NotAllowed)):
        with pytest.raises(error):
            await service.cancel(await craft.actor(person), challenge)
    north = await create(craft, "nora")
    with pytest.raises(NotFound):
        await service.change(await craft.actor("siri"), north, ChallengeChange(title="x"))


MISFITS: list[tuple[dict[str, Any], str]] = [
    ({"measure": {"count": {"event": "cal.practised"}}}, "measure"),
    ({"measure": {"count": {"evnt": "call.practised"}}}, "measure"),
    ({"measure": {"sum": {"event": "call.practised", "field": "customer"}}}, "measure"),
    ({"measure": {"count": {"event": "call.practised", "at_least": 3}}}, "measure"),
    ({"measure": "import os"}, "measure"),
    ({"measure": {"count": {"event": "call.practised", "where": {"customer": "a\0b"}}}}, "measure"),
    ({"goal": {"everyone": 0}}, "goal"),
    ({"goal": {"share": "120%", "reach": 1}}, "goal"),
    ({"goal": ["x"]}, "goal"),
    ({"goal": None}, "goal"),
    ({"measure": {"days": {"event": "call.practised"}}, "goal": {"everyone": 50}}, "goal"),
    ({"title": " "}, "title"),
    ({"title": None}, "title"),
    ({"points": 101}, "points"),
    ({"ends_at": None}, "endsAt"),
    ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "startsAt"),
    ({"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "endsAt"),
    ({"teams": ()}, "teams"),
    ({"teams": ("north", "north")}, "teams"),
    ({"id": ""}, "id"),
    ({"template": "practice-sprint"}, "points"),
]
"""Changes of a good wish, each with the part of the input at fault."""


async def test_terms_that_do_not_fit_are_refused_and_the_part_at_fault_is_named(
    craft: Organisation, clock: StillClock
) -> None:
    for changes, field in MISFITS:
        with pytest.raises(InvalidInput) as refused:
            await own(craft, clock, **changes)
        assert refused.value.field == field, changes
    assert await craft.rows("SELECT count(*) FROM challenges") == [(0,)]


async def test_what_counts_is_what_members_did_in_its_time_and_the_result_is_given_once(
    craft: Organisation, clock: StillClock
) -> None:
    """C1, C2, C3: and the points are in standing and ledger alike, also after everything is judged again."""
    start = clock()
    challenge = await create(craft)
    await craft.record("kari", new_event("before", at=start - HOUR))
    clock.move(13 * DAY)
    for person in ("kari", "per", "ola"):
        await craft.record(person, *(new_event(f"{n}", at=start + n * DAY) for n in (1, 2)))
    clock.move(DAY + 23 * HOUR)
    assert await settle(craft) == 0
    clock.move(HOUR)
    assert await settle(craft) == 1
    assert await settle(craft) == 0
    found = await result(craft, challenge)
    assert (found["met"], found["members"], found["asked"], found["reached"], found["total"]) == (True, 2, 2, 2, 4)
    assert await given(craft) == {"kari": 30, "per": 30}
    assert await craft.pending() == 2  # ola is no member, and waits for the worker
    await craft.judge()
    await verified(craft)
    await craft.factory.replaying().mark(craft.id)
    await craft.judge()
    assert await given(craft) == {"kari": 30, "per": 30}
    await verified(craft)
    await craft.record("kari", new_event("later", at=clock() - HOUR), new_event("late", at=start + HOUR))
    await craft.judge()
    await verified(craft)


async def test_an_event_before_the_settling_counts_however_late_and_one_after_it_never_does(
    craft: Organisation, clock: StillClock
) -> None:
    """C3, hard case 18."""
    start = clock()
    challenge = await own(craft, clock)
    clock.move(10 * DAY + 23 * HOUR)
    await practise(craft, "kari", start + DAY, "1", "2")
    clock.move(HOUR)
    assert await settle(craft) == 1
    await practise(craft, "per", start + DAY, "3")
    assert await settle(craft) == 0
    await craft.judge()
    found = await result(craft, challenge)
    assert (found["met"], found["total"]) == (False, 2)
    assert await given(craft) == {}
    assert await values(craft, challenge) == {"kari": (2, False, False), "per": (0, False, False)}


async def test_a_void_after_the_settling_takes_nothing_back(craft: Organisation, clock: StillClock) -> None:
    """C3: what comes later never counts, for or against."""
    start = clock()
    await own(craft, clock, goal={"everyone": 1})
    for person in ("kari", "per"):
        await practise(craft, person, start, "1")
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    await craft.void("kari", "app", "1", reason="a mistake")
    await craft.judge()
    assert await given(craft) == {"kari": 7, "per": 7}
    assert await craft.rows("SELECT count(*) FROM ledger_entries WHERE kind = 'REVERSAL' AND points = -7") == [(0,)]
    await verified(craft)


async def test_a_void_before_the_settling_takes_the_event_out(craft: Organisation, clock: StillClock) -> None:
    start = clock()
    challenge = await own(craft, clock)
    await practise(craft, "kari", start, "1", "2", "3")
    await craft.void("kari", "app", "2", reason="a mistake")
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    assert (await values(craft, challenge))["kari"] == (2, False, False)


async def test_leaving_and_joining_midway_neither_erases_nor_imports(craft: Organisation, clock: StillClock) -> None:
    """C1, C2, hard case 17: who was not there for the whole time is not asked, and contributes all the same."""
    start = clock()
    challenge = await own(craft, clock, goal={"everyone": 2})
    clock.move(2 * DAY)
    await practise(craft, "per", start + DAY, "1")
    await practise(craft, "ola", start + DAY, "1")
    await craft.hire("per", team="south")
    await craft.hire("ola", team="north")
    clock.move(2 * DAY)
    await practise(craft, "per", clock() - HOUR, "2")
    await practise(craft, "ola", clock() - HOUR, "2")
    await practise(craft, "kari", clock() - HOUR, "1", "2")
    clock.move(7 * DAY)
    assert await settle(craft) == 1
    assert await values(craft, challenge) == {
        "kari": (2, True, True),
        "per": (1, False, False),
        "ola": (1, False, False),
    }
    assert await given(craft) == {"kari": 7, "per": 7, "ola": 7}


async def test_moving_between_two_teams_of_one_challenge_is_belonging_all_the_time(
    craft: Organisation, clock: StillClock
) -> None:
    """C2: several teams together."""
    start = clock()
    challenge = await own(craft, clock, "adam", teams=("south", "north"), goal={"share": "50%", "reach": 1})
    clock.move(2 * DAY)
    await craft.hire("per", team="south")
    await practise(craft, "per", start, "1")
    await practise(craft, "ola", start, "1")
    clock.move(9 * DAY)
    assert await settle(craft) == 1
    found = await result(craft, challenge)
    assert (found["met"], found["asked"], found["reached"]) == (True, 3, 2)


async def test_a_member_who_becomes_the_manager_keeps_what_they_did_as_a_member(
    craft: Organisation, clock: StillClock
) -> None:
    """C1: and the reverse; what somebody does while they manage the team does not count, and they are not asked."""
    start = clock()
    challenge = await own(craft, clock, goal={"everyone": 2})
    await practise(craft, "kari", start, "1", "2")
    await practise(craft, "per", start, "1")
    clock.move(DAY)
    await craft.hire("per", team="north", role=Role.MANAGER)
    await craft.hire("nora", team="north", role=Role.LEARNER)
    for person in ("per", "nora"):
        await practise(craft, person, clock(), "3")
    clock.move(DAY)
    await craft.hire("per", team="north", role=Role.LEARNER)
    await practise(craft, "per", clock(), "5")
    clock.move(9 * DAY)
    assert await settle(craft) == 1
    assert await values(craft, challenge) == {
        "kari": (2, True, True),
        "per": (2, False, False),
        "nora": (1, False, False),
    }
    assert await given(craft) == {"kari": 7, "per": 7, "nora": 7}


async def test_who_had_time_off_and_did_not_reach_it_is_not_asked(craft: Organisation, clock: StillClock) -> None:
    """C2: and where nobody is asked, the goal is not met."""
    start = clock()
    first = await own(craft, clock, goal={"everyone": 1})
    second = await own(craft, clock, id="c2", goal={"everyone": 2})
    await practise(craft, "kari", start, "1")
    clock.move(3 * DAY)
    for person in ("kari", "per"):
        day = clock().date()
        await craft.factory.choices().take_time_off(await craft.actor(person), id="t", first=day, last=day)
    clock.move(8 * DAY)
    assert await settle(craft) == 2
    assert await values(craft, first) == {"kari": (1, True, True), "per": (0, False, False)}
    assert (await result(craft, first))["met"] is True
    assert await values(craft, second) == {"kari": (1, False, False), "per": (0, False, False)}
    assert (await result(craft, second))["met"] is False


async def test_who_was_let_go_is_not_asked(craft: Organisation, clock: StillClock) -> None:
    challenge = await own(craft, clock, goal={"everyone": 1})
    await practise(craft, "kari", clock(), "1")
    await craft.dismiss("per")
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    assert (await result(craft, challenge))["met"] is True


async def test_workers_that_settle_at_once_settle_once(
    craft: Organisation, clock: StillClock, settings: Settings
) -> None:
    """C3: whoever is second finds it done, or being done."""
    challenge = await own(craft, clock)
    await practise(craft, "kari", clock(), "1", "2", "3")
    clock.move(11 * DAY)
    async with Process.running(settings, clock=clock) as other:
        services = [craft.factory.settling(), Factory(other).settling()] * 4
        done = await asyncio.gather(*(each.settle(craft.id, challenge) for each in services))
    assert sum(done) == 1
    assert await given(craft) == {"kari": 7}
    await craft.judge()
    await verified(craft)


async def test_a_crash_before_the_commit_leaves_nothing_and_the_next_sweep_settles(
    craft: Organisation, clock: StillClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C3."""
    challenge = await own(craft, clock)
    await practise(craft, "kari", clock(), "1", "2", "3")
    clock.move(11 * DAY)
    # The last write fails: all before it in the transaction must go too.
    with monkeypatch.context() as patch:
        patch.setattr("vekst.services.settling.write", _crash)
        with pytest.raises(ConnectionError):
            await craft.factory.settling().settle(craft.id, challenge)
    assert (await result(craft, challenge))["settled_at"] is None
    assert await values(craft, challenge) == {}
    assert await given(craft) == {}
    await craft.factory.settling().sweep()
    assert (await result(craft, challenge))["met"] is True
    assert await given(craft) == {"kari": 7}
    await verified(craft)


async def _crash(*_: object, **__: object) -> None:
    raise ConnectionError


async def test_what_waits_to_be_judged_from_the_beginning_keeps_the_points(
    craft: Organisation, clock: StillClock
) -> None:
    """A standing that is set aside is not in the way: the ledger has the entry, and judging again keeps it."""
    await own(craft, clock)
    await practise(craft, "kari", clock(), "1", "2", "3")
    await craft.judge()
    async with craft.factory._process.database.writing(craft.id) as connection:
        await connection.execute(
            text("UPDATE standings SET failures = 1, retry_at = '2026-01-01Z' WHERE org_id = :org"), {"org": craft.id}
        )
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    assert await given(craft) == {"kari": 7}
    await practise(craft, "kari", clock(), "4")
    await craft.judge()
    await verified(craft)
    await craft.factory.replaying().mark(craft.id)
    await craft.judge()
    await verified(craft)


async def test_points_of_outcomes_stay_outcomes(craft: Organisation, clock: StillClock) -> None:
    """P1."""
    await own(craft, clock, measure={"count": {"event": "deal.closed"}}, goal={"together": 1})
    await craft.record("kari", new_event("1", "deal.closed", clock(), amount=5))
    clock.move(11 * DAY)
    assert await settle(craft) == 1
    assert await craft.rows("SELECT nature FROM ledger_entries WHERE kind = 'CHALLENGE'") == [("outcome",)]
    await verified(craft)


async def test_while_it_runs_only_the_end_comes_later_and_the_goal_gets_lower(
    craft: Organisation, clock: StillClock
) -> None:
    challenge = await own(craft, clock, goal={"share": "80%", "reach": 3})
    service, nora = craft.factory.challenges(), await craft.actor("nora")
    clock.move(DAY)
    for change, field in (
        (ChallengeChange(ends_at=clock() + DAY), "endsAt"),
        (ChallengeChange(starts_at=clock() + DAY), "startsAt"),
        (ChallengeChange(title="Other"), "title"),
        (ChallengeChange(goal={"share": "90%", "reach": 3}), "goal"),
        (ChallengeChange(goal={"share": "80%", "reach": 4}), "goal"),
        (ChallengeChange(goal={"together": 1}), "goal"),
        (ChallengeChange(goal={"everyone": "x"}), "goal"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await service.change(nora, challenge, change)
        assert refused.value.field == field
    later = clock() + 12 * DAY
    change = ChallengeChange(ends_at=later, goal={"share": "50%", "reach": 2})
    for _ in range(2):
        await service.change(nora, challenge, change)
    [(ends, settles, goal)] = await craft.rows("SELECT ends_at, settles_at, goal FROM challenges")
    assert (ends, settles, goal) == (later, later + DAY, {"share": "50%", "reach": 2})
    clock.move(12 * DAY)
    with pytest.raises(InvalidInput, match="CHALLENGE_OVER"):
        await service.change(nora, challenge, ChallengeChange(ends_at=later + DAY))
    with pytest.raises(InvalidInput, match="CHALLENGE_OVER"):
        await service.cancel(nora, challenge)


async def test_a_draft_changes_freely_settles_never_and_is_announced_once_it_is_ready(
    craft: Organisation, clock: StillClock
) -> None:
    challenge = await own(craft, clock, draft=True)
    service, nora = craft.factory.challenges(), await craft.actor("nora")
    clock.move(30 * DAY)
    assert await settle(craft) == 0
    with pytest.raises(InvalidInput, match="CHALLENGE_LENGTH_NOT_VALID"):
        await service.change(nora, challenge, ChallengeChange(publish=True))
    with pytest.raises(InvalidInput, match="CHALLENGE_STARTS_IN_THE_PAST"):
        await service.change(nora, challenge, ChallengeChange(starts_at=clock() - HOUR, publish=True))
    starts = clock() + DAY
    change = ChallengeChange(title="Better", starts_at=starts, ends_at=starts + DAY, goal={"everyone": 9}, publish=True)
    await service.change(nora, challenge, change)
    assert await craft.rows("SELECT title, draft FROM challenges") == [("Better", False)]
    clock.move(3 * DAY)
    assert await settle(craft) == 1


async def test_a_draft_without_a_beginning_begins_when_it_is_announced(craft: Organisation, clock: StillClock) -> None:
    """`startsAt` left out means at once, as its cure says; what was done while it was prepared does not count."""
    challenge = await own(craft, clock, draft=True)
    service, nora = craft.factory.challenges(), await craft.actor("nora")
    [(ends,)] = await craft.rows("SELECT ends_at FROM challenges")
    clock.move(2 * HOUR)
    await service.change(nora, challenge, ChallengeChange(publish=True))
    found = await craft.rows("SELECT starts_at, ends_at, draft FROM challenges")
    assert found == [(clock(), ends, False)]


async def test_a_challenge_that_was_called_off_settles_never(craft: Organisation, clock: StillClock) -> None:
    challenge = await own(craft, clock)
    nora = await craft.actor("nora")
    await asyncio.gather(*(craft.factory.challenges().cancel(nora, challenge) for _ in range(3)))
    clock.move(20 * DAY)
    assert await settle(craft) == 0
    with pytest.raises(InvalidInput, match="CHALLENGE_OVER"):
        await craft.factory.challenges().change(nora, challenge, ChallengeChange(ends_at=clock() + DAY))


async def test_an_extension_and_the_settling_at_once_have_one_outcome(craft: Organisation, clock: StillClock) -> None:
    """Both sides of the race: the end is fixed before the settling may begin, so the extension is refused."""
    challenge = await own(craft, clock)
    nora, later = await craft.actor("nora"), clock() + 30 * DAY
    clock.move(11 * DAY)
    change = craft.factory.challenges().change(nora, challenge, ChallengeChange(ends_at=later))
    extended, settled = await asyncio.gather(
        change, craft.factory.settling().settle(craft.id, challenge), return_exceptions=True
    )
    assert isinstance(extended, InvalidInput)
    if settled is False:  # The refused change held the challenge at that moment; the next sweep does it.
        settled = await craft.factory.settling().settle(craft.id, challenge)
    assert settled is True
    [(ends,)] = await craft.rows("SELECT ends_at FROM challenges")
    assert isinstance(ends, datetime)
    assert ends < later


async def test_days_are_counted_on_the_teams_clocks(craft: Organisation, clock: StillClock) -> None:
    """A fortnight later it is the same hour in the team's zone, whatever summer time does in between."""
    starts = datetime(clock().year, 3, 20, 8, tzinfo=UTC)
    clock.now = starts - DAY
    await create(craft, starts_at=starts)
    [(ends, zone)] = await craft.rows("SELECT ends_at, zone FROM challenges")
    assert (ends, zone) == (starts + 14 * DAY - HOUR, "Europe/Oslo")
