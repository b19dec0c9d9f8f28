"""Boards with windows: what judging, voids, choices, teams and time do to the places of the present and of the past."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import text

from tests.support.histories import history_of
from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_WINDOWS
from tests.support.team_boards import places_in_team
from vekst.factory import Factory, Process
from vekst.settings import Settings
from vekst.storage.board_scopes import BAND_SHIFTS

WEEKLY, MONTHLY, EVER = "effort-weekly", "calls-monthly", "minutes-ever"
OPT_IN = (WEEKLY, EVER, "customers-weekly", "days-monthly")
PLACES = """
    SELECT p.person, m.scope, m.value FROM board_members m
      JOIN people p ON p.org_id = m.org_id AND p.learner_id = m.learner_id WHERE m.board = :board ORDER BY 1, 2
"""


class Now:
    """A clock that stands at a Wednesday."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Now:
    return Now()


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: Now) -> AsyncIterator[Organisation]:
    """An organisation in which kari is on every board."""
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish(WITH_WINDOWS)
        await craft.hire("kari", team="north", zone="Europe/Oslo")
        await join(craft, "kari")
        yield craft


async def join(craft: Organisation, person: str) -> None:
    for board in OPT_IN:
        await craft.factory.boards().join(await craft.actor(person), board)


async def places(craft: Organisation, board: str) -> dict[tuple[object, str], object]:
    """By person and window."""
    rows = await craft.rows(PLACES, board=board)
    return {(person, str(scope).partition("/")[2]): value for person, scope, value in rows}


async def sound(craft: Organisation) -> None:
    """Everything stored follows from the events: the standings, every place in every window, the histograms."""
    verification = await craft.factory.replaying().verify(craft.id)
    assert verification.differences == ()


def at(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00+00:00")


async def test_values_stand_in_the_windows_of_what_earned_them(craft: Organisation) -> None:
    days = ("2026-02-22", "2026-02-23", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03")
    events = [new_event(day, at=at(day), minutes=0.4, customer=day[:7]) for day in days]
    await craft.record("kari", *events)
    await craft.judge()
    weeks = await places(craft, WEEKLY)
    assert weeks.keys() == {("kari", period) for period in ("", "2026-W08", "2026-W09", "2026-W10")}
    assert weeks["kari", ""] == 0, "a row that says who is on the board"
    assert weeks["kari", "2026-W08"] == 5
    assert await places(craft, MONTHLY) == {("kari", ""): 0, ("kari", "2026-02"): 3, ("kari", "2026-03"): 3}
    assert await places(craft, EVER) == {("kari", ""): 2}, "2.4 minutes, in whole ones"
    customers = await places(craft, "customers-weekly")
    assert [customers["kari", week] for week in ("2026-W08", "2026-W09", "2026-W10")] == [1, 2, 1]
    assert (await places(craft, "days-monthly"))["kari", "2026-02"] == 3
    [(effort,)] = await craft.rows("SELECT sum(points) FROM ledger_entries WHERE nature = 'effort'")
    assert sum(int(str(value)) for value in weeks.values()) == effort
    await sound(craft)


async def test_a_late_event_and_a_void_move_past_windows(craft: Organisation) -> None:
    await craft.record("kari", new_event("1", at=at("2026-03-03")))
    await craft.judge()
    await craft.record("kari", new_event("late", at=at("2026-02-10")))
    await craft.judge()
    assert (await places(craft, WEEKLY))["kari", "2026-W07"] == 5
    assert (await places(craft, MONTHLY))["kari", "2026-02"] == 1
    await sound(craft)
    await craft.void("kari", "app", "late", reason="wrong")
    await craft.judge()
    assert (await places(craft, WEEKLY)).keys() == {("kari", ""), ("kari", "2026-W10")}
    assert (await places(craft, MONTHLY)).keys() == {("kari", ""), ("kari", "2026-03")}
    await sound(craft)


async def test_the_same_instant_is_of_the_week_that_each_learner_is_in(craft: Organisation) -> None:
    """Sunday evening in Oslo is Monday morning in Tokyo."""
    await craft.hire("taro", team="north", zone="Asia/Tokyo")
    await join(craft, "taro")
    for person in ("kari", "taro"):
        await craft.record(person, new_event("1", at=at("2026-03-01", 16)))
    await craft.judge()
    assert await places(craft, WEEKLY) == {
        ("kari", ""): 0,
        ("kari", "2026-W09"): 5,
        ("taro", ""): 0,
        ("taro", "2026-W10"): 5,
    }
    await sound(craft)


async def test_who_joins_is_in_past_windows_too_and_who_leaves_is_gone_from_all(
    craft: Organisation, clock: Now
) -> None:
    await craft.hire("per", team="north")
    await craft.record("per", new_event("1", at=at("2026-02-10")), new_event("2", at=at("2026-03-03")))
    await craft.judge()
    assert ("per", "2026-W07") not in await places(craft, WEEKLY)
    await join(craft, "per")
    assert (await places(craft, WEEKLY))["per", "2026-W07"] == 5
    assert (await places_in_team(craft, "north", WEEKLY, "2026-W10", now=clock.now))["per"] == 5
    await sound(craft)
    await craft.factory.boards().leave(await craft.actor("per"), WEEKLY)
    assert {person for person, _ in await places(craft, WEEKLY)} == {"kari"}
    await craft.dismiss("per")
    for board in (*OPT_IN, MONTHLY):
        assert {person for person, _ in await places(craft, board)} == {"kari"}
    await sound(craft)


async def test_who_changes_team_takes_every_window_along(craft: Organisation, clock: Now) -> None:
    await craft.record("kari", new_event("1", at=at("2026-02-10")), new_event("2", at=at("2026-03-03")))
    await craft.judge()
    await craft.hire("kari", team="south")
    for period in ("2026-W07", "2026-W10"):
        assert await places_in_team(craft, "north", WEEKLY, period, now=clock.now) == {}
        assert await places_in_team(craft, "south", WEEKLY, period, now=clock.now) == {"kari": 5}
    await sound(craft)


async def test_people_who_never_did_anything_are_on_boards_that_need_no_joining(craft: Organisation) -> None:
    await craft.hire("ola")
    assert await places(craft, MONTHLY) == {("kari", ""): 0, ("ola", ""): 0}


async def test_windows_longer_ago_than_the_retention_are_no_places(craft: Organisation, clock: Now) -> None:
    """The retention of the pack is 3,650 days."""
    await craft.record("kari", new_event("1", at=at("2026-03-03")))
    await craft.judge()
    clock.now += timedelta(days=3660)
    await sound(craft)
    await craft.hire("kari", team="south")
    assert await places(craft, WEEKLY) == {("kari", ""): 0}
    await sound(craft)


async def test_what_is_longer_ago_is_taken_away_at_night_and_counts_of_nobody_with_it(
    craft: Organisation, clock: Now
) -> None:
    """What is kept stays."""
    await craft.record("kari", new_event("1", at=at("2026-03-03")))
    await craft.judge()
    assert (await craft.factory.boards().tidy(craft.id)).learners == 0
    clock.now += timedelta(days=3690)
    await craft.record("kari", new_event("2", at=clock.now - timedelta(hours=1)))
    await craft.judge()
    assert ("kari", "2026-W10") in await places(craft, WEEKLY)
    tidied = await craft.factory.boards().tidy(craft.id)
    assert tidied.learners == 1
    assert tidied.counts > 0
    assert (await places(craft, WEEKLY)).keys() == {("kari", ""), ("kari", "2036-W15")}
    assert (await places(craft, MONTHLY)).keys() == {("kari", ""), ("kari", "2036-04")}
    for table in ("counts", "bands"):
        assert await craft.rows(f"SELECT count(*) FROM board_{table} WHERE members = 0") == [(0,)]
    assert not await craft.factory.boards().tidy(craft.id)
    await sound(craft)


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_arrival_in_any_batches_ends_in_the_same_places(
    craft: Organisation, clock: Now, seed: int
) -> None:
    """M1 for boards, with several people in two teams, choices and moves in between, and nothing left behind."""
    chance = Random(seed)
    people = [f"p{n}" for n in range(6)]
    await craft.hire(*people[:3], team="north")
    await craft.hire(*people[3:], team="south", zone="Pacific/Kiritimati")
    crm = await craft.integration()
    events = history_of(people, days=40, seed=seed, ends=clock.now)
    chance.shuffle(events)
    for start in range(0, len(events), 60):
        await craft.factory.ingestion().record(crm, events[start : start + 60])
        await craft.judge()
        person = chance.choice(people)
        await join(craft, person)
        await craft.factory.boards().leave(await craft.actor(chance.choice(people)), MONTHLY)
        await craft.hire(person, team=chance.choice(["north", "south"]))
    for person in people:
        await join(craft, person)
    await sound(craft)
    before = [await places(craft, board) for board in OPT_IN]
    await craft.factory.replaying().mark(craft.id)
    await craft.judge()
    assert [await places(craft, board) for board in OPT_IN] == before
    await sound(craft)


async def test_histograms_that_went_wrong_are_named_and_counted_anew(craft: Organisation) -> None:
    await craft.record("kari", new_event("1", at=at("2026-03-03")))
    await craft.judge()
    async with craft.factory._process.database.writing(craft.id) as connection:
        wrong = "UPDATE board_{} SET members = members + 1 WHERE board = 'effort-weekly' AND scope = 'org/2026-W10'"
        for table in ("counts", "bands"):
            await connection.execute(text(wrong.format(table)))
    told = (await craft.factory.replaying().verify(craft.id)).differences
    values = ["5", *(f"0 to {(1 << shift) - 1}" for shift in BAND_SHIFTS)]
    assert {(each.key, each.tier, each.occurrence, each.expected, each.found) for each in told} == {
        (WEEKLY, "org/2026-W10", each, "1", "2") for each in values
    }
    await craft.factory.replaying().mark(craft.id)
    await craft.judge()
    await sound(craft)
