import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from tests.support.histories import history_of
from tests.support.organisations import Organisation, days_ago, new_event
from tests.support.packs import changed
from tests.support.team_boards import places_in_team
from vekst.domain.actors import Role
from vekst.domain.errors import NotAllowed, NotFound
from vekst.factory import Factory, Process
from vekst.services.boards import BoardsService
from vekst.settings import Settings
from vekst.storage import boards_store

CURRENT, LONGEST, EFFORT = "learning-streaks", "longest-streaks", "effort-ever"
MEMBERS = """
    SELECT p.person, m.value, m.holds_until FROM board_members m
      JOIN people p ON p.org_id = m.org_id AND p.learner_id = m.learner_id
     WHERE m.board = :board ORDER BY p.person
"""


class Ahead:
    """The system's clock, so many days ahead."""

    def __init__(self) -> None:
        self.days = 0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    """An organisation with boards."""
    await organisation.publish()
    await organisation.hire("kari", "per", team="north")
    await organisation.hire("ola")
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    return organisation


async def _places(craft: Organisation, board: str) -> dict[object, object]:
    return {person: value for person, value, _ in await craft.rows(MEMBERS, board=board)}


async def _join(craft: Organisation, *persons: str, board: str = CURRENT) -> None:
    for person in persons:
        await craft.factory.boards().join(await craft.actor(person), board)


async def _counts_agree(craft: Organisation) -> None:
    """The histogram has no drift: it counts exactly the organisation's rows."""
    members = await craft.rows("SELECT board, value, count(*) FROM board_members GROUP BY 1, 2 ORDER BY 1, 2")
    counts = await craft.rows("SELECT board, value, members FROM board_counts WHERE members <> 0 ORDER BY 1, 2")
    assert members == counts


async def test_a_board_has_a_place_for_those_only_who_joined(craft: Organisation) -> None:
    """L1: opt in is the default; with opt out, managers and those who left are not put on a board."""
    for person in ("kari", "per", "nora"):
        await craft.record(person, new_event("1"))
    await craft.judge()
    assert await _places(craft, CURRENT) == {}
    assert await _places(craft, LONGEST) == {"kari": 1, "ola": 0, "per": 1}
    await _join(craft, "kari", "ola")
    assert await _places(craft, CURRENT) == {"kari": 1, "ola": 0}
    await craft.factory.boards().leave(await craft.actor("per"), LONGEST)
    assert await _places(craft, LONGEST) == {"kari": 1, "ola": 0}
    await craft.dismiss("kari")
    assert await _places(craft, LONGEST) == {"ola": 0}
    assert await _places(craft, CURRENT) == {"ola": 0}
    await _counts_agree(craft)


async def test_who_never_did_anything_is_on_boards_that_need_no_joining_whatever_came_first(
    organisation: Organisation,
) -> None:
    """L1: they are members with the value 0, taken in before the first version, between two, and after the last."""
    await organisation.hire("before", team="north")
    await organisation.judge()
    await organisation.publish()
    await organisation.judge()
    assert await _places(organisation, LONGEST) == {"before": 0}
    await organisation.hire("after", team="north")
    assert await _places(organisation, LONGEST) == {"after": 0, "before": 0}, "from the moment they are taken in"
    await organisation.publish(changed("boards.yaml", "longest-streaks:", "other-streaks:"))
    assert organisation.id in await organisation.factory.judging().pending_organisations()
    await organisation.judge()
    assert await _places(organisation, "other-streaks") == {"after": 0, "before": 0}
    assert await _places(organisation, LONGEST) == {}
    assert organisation.id not in await organisation.factory.judging().pending_organisations()
    await organisation.record("before", new_event("1"))
    await organisation.judge()
    assert await _places(organisation, "other-streaks") == {"after": 0, "before": 1}
    assert (await organisation.factory.replaying().verify(organisation.id)).differences == ()
    await _counts_agree(organisation)


async def test_judging_moves_the_places_of_who_joined_in_the_organisation_and_the_team(craft: Organisation) -> None:
    await _join(craft, "kari", "ola")
    await _join(craft, "kari", board=EFFORT)
    last = datetime.now(UTC) - timedelta(hours=1)
    await craft.record("kari", *(new_event(str(back), at=days_ago(back, of=last)) for back in range(4)))
    await craft.judge()
    assert await _places(craft, CURRENT) == {"kari": 4, "ola": 0}
    [(effort,)] = await craft.rows("SELECT sum(points) FROM ledger_entries WHERE nature = 'effort'")
    assert await _places(craft, EFFORT) == {"kari": effort}
    assert await places_in_team(craft, "north", CURRENT) == {"kari": 4}
    await craft.hire("kari", team="south")
    assert await places_in_team(craft, "north", CURRENT) == {}
    assert await places_in_team(craft, "south", CURRENT) == {"kari": 4}
    await _counts_agree(craft)


async def test_days_off_declared_ahead_move_the_end_of_the_run_on_its_board(craft: Organisation) -> None:
    """S7: nothing of the run itself has changed, only the days that will be asked for."""
    await _join(craft, "kari")
    await craft.record("kari", new_event("1"))
    await craft.judge()
    [(_, _, before)] = await craft.rows(MEMBERS, board=CURRENT, scope="org")
    today = datetime.now(UTC).date()
    first, last = today + timedelta(days=1), today + timedelta(days=9)
    await craft.factory.choices().take_time_off(await craft.actor("kari"), id="away", first=first, last=last)
    await craft.judge()
    [(_, value, after)] = await craft.rows(MEMBERS, board=CURRENT, scope="org")
    assert value == 1
    assert isinstance(before, datetime)
    assert isinstance(after, datetime)
    assert after >= before + timedelta(days=7)


async def test_a_run_that_ends_is_swept_from_its_board_and_the_longest_stays(
    settings: Settings, organisation: Organisation
) -> None:
    """L3, hard case 22: a dead streak never reads as alive."""
    clock = Ahead()
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish()
        await craft.hire("kari")
        await _join(craft, "kari")
        await craft.record("kari", new_event("1"))
        await craft.judge()
        [(_, value, holds_until)] = await craft.rows(MEMBERS, board=CURRENT, scope="org")
        assert value == 1
        assert isinstance(holds_until, datetime)
        assert clock() < holds_until <= clock() + timedelta(days=2)
        await craft.factory.boards().sweep()
        assert await _places(craft, CURRENT) == {"kari": 1}
        clock.days = 3
        await craft.factory.boards().sweep()
        assert await _places(craft, CURRENT) == {"kari": 0}
        assert await _places(craft, LONGEST) == {"kari": 1}
        await _counts_agree(craft)


async def test_a_sweep_leaves_the_rest_to_the_next_when_its_turn_is_over(
    settings: Settings, organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many runs end at once, other organisations and what else the worker does wait for one turn only."""
    clock, batches = Ahead(), Counter[UUID]()
    sweep_batch = BoardsService._sweep_batch

    async def counted(service: BoardsService, org_id: UUID) -> int:
        batches[org_id] += 1
        return await sweep_batch(service, org_id)

    monkeypatch.setattr("vekst.services.boards._TURN", 0.0)
    monkeypatch.setattr("vekst.services.boards._SWEPT_AT_MOST", 1)
    monkeypatch.setattr(BoardsService, "_sweep_batch", counted)
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish()
        people = ("kari", "ola", "per")
        await craft.hire(*people)
        await _join(craft, *people)
        for person in people:
            await craft.record(person, new_event("1"))
        await craft.judge()
        clock.days = 3
        for number in range(1, len(people) + 1):
            await craft.factory.boards().sweep()
            assert batches[craft.id] <= number
        assert await _places(craft, CURRENT) == dict.fromkeys(people, 0)
        await _counts_agree(craft)


@pytest.mark.parametrize("gone", ["board", "choice"])
async def test_a_sweep_ends_where_the_run_that_ended_has_no_place_any_more(
    settings: Settings, organisation: Organisation, gone: str
) -> None:
    """A row that is due, and that nobody computes any more, is taken away instead of being found again for ever."""
    clock = Ahead()
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish()
        await craft.hire("kari")
        await _join(craft, "kari")
        await craft.record("kari", new_event("1"))
        await craft.judge()
        # As a crash between two steps, or a version from before, may have left it.
        async with process.database.writing(craft.id) as connection:
            if gone == "board":
                await connection.execute(
                    text("UPDATE board_members SET board = 'of-before' WHERE holds_until IS NOT NULL")
                )
                await boards_store.recount(connection, craft.id)
            else:
                await connection.execute(text("UPDATE board_choices SET joined = false"))
        clock.days = 3
        async with asyncio.timeout(60):
            await craft.factory.boards().sweep()
        assert await _places(craft, "of-before") == {}
        assert await _places(craft, CURRENT) == ({} if gone == "choice" else {"kari": 0})
        await _counts_agree(craft)


async def test_a_standing_of_another_engine_reads_as_nothing_until_it_is_judged_again(
    settings: Settings, organisation: Organisation
) -> None:
    clock = Ahead()
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish()
        await craft.hire("kari")
        await _join(craft, "kari")
        await craft.record("kari", new_event("1"))
        await craft.judge()
        async with process.database.writing(craft.id) as connection:
            await connection.execute(text("UPDATE standings SET engine_version = '0', state = 'another form'"))
        clock.days = 3
        await craft.factory.boards().sweep()
        assert await _places(craft, CURRENT) == {"kari": 0}
        await craft.judge()
        assert await _places(craft, LONGEST) == {"kari": 1}
        await _counts_agree(craft)


async def test_joining_leaving_and_judging_at_once_leave_no_drift_in_the_counts(craft: Organisation) -> None:
    people = [f"person-{n}" for n in range(12)]
    await craft.hire(*people, team="north")
    crm = await craft.integration()
    events = history_of(people, days=12, seed=3)
    judging = True

    async def judge() -> None:
        while judging:
            await craft.judge()

    async def choose(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            actor = await craft.actor(chance.choice(people))
            boards = craft.factory.boards()
            await (boards.join if chance.random() < 0.6 else boards.leave)(actor, chance.choice((CURRENT, LONGEST)))

    judges = [asyncio.create_task(judge()) for _ in range(3)]

    async def send() -> None:
        for start in range(0, len(events), 20):
            await craft.factory.ingestion().record(crm, events[start : start + 20])

    await asyncio.gather(send(), choose(1), choose(2))
    judging = False
    await asyncio.gather(*judges)
    await craft.judge()
    await _counts_agree(craft)
    [(longest,)] = await craft.rows(
        "SELECT count(*) FROM board_members WHERE board = 'longest-streaks' AND scope = 'org'"
    )
    assert longest


async def test_a_board_that_the_rules_no_longer_have_loses_its_places(craft: Organisation) -> None:
    await craft.record("kari", new_event("1"))
    await craft.judge()
    assert (await _places(craft, LONGEST))["kari"] == 1
    without = changed("boards.yaml", "longest-streaks:", "other-streaks:")
    await craft.publish(without)
    await craft.judge()
    assert "kari" not in await _places(craft, LONGEST)
    assert await _places(craft, "other-streaks") == {"kari": 1, "ola": 0, "per": 0}
    await _counts_agree(craft)


async def test_an_unknown_board_and_an_integration_are_refused(craft: Organisation) -> None:
    with pytest.raises(NotFound):
        await _join(craft, "kari", board="no-such-board")
    with pytest.raises(NotAllowed):
        await craft.factory.boards().join(await craft.integration(), CURRENT)
