"""The reading of boards against a brute-force count, on random boards with ties and with rows that no longer hold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from tests.support.organisations import Organisation
from tests.support.statements import Statements
from vekst.domain.actors import Role
from vekst.queries.boards import BoardKey, read_board
from vekst.queries.places import BoardManners, BoardView, view_board
from vekst.queries.ranks import BoardReading
from vekst.queries.team_boards import read_team_board
from vekst.storage.board_scopes import EVERYONE
from vekst.storage.boards_store import Place, put

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHARED = BoardManners(ties="shared", top=10, neighbours=3, smallest_group=5)


@dataclass(frozen=True, slots=True)
class Member:
    learner_id: UUID
    value: int
    holds_until: datetime | None

    @property
    def placed(self) -> bool:
        """Whether the member has a place now (L3)."""
        return self.value > 0 and (self.holds_until is None or self.holds_until > NOW)


def random_members(ids: Sequence[UUID], dice: random.Random) -> list[Member]:
    """Members with few different values, so that there are ties; some rows have just ended, some end right now."""
    ends = (None, NOW + timedelta(days=1), NOW + timedelta(microseconds=1), NOW, NOW - timedelta(days=1))
    most = dice.choice((1, 3, 12, 40, 400, 70_000, 2**31 - 1))
    return [Member(learner_id, dice.randint(0, most), dice.choice(ends)) for learner_id in ids]


async def fill(organisation: Organisation, key: BoardKey, members: Sequence[Member]) -> None:
    """Store the members as judging does: in a board with windows everyone has a row, and some one in the window."""
    places = [Place(key.board, key.places, each.learner_id, each.value, each.holds_until) for each in members]
    if key.period:
        places = [place for place in places if place.value]
        places += [Place(key.board, EVERYONE, each.learner_id, 0, None) for each in members]
    async with organisation.factory._process.database.writing(organisation.id) as connection:
        await put(connection, organisation.id, places)


async def read(
    organisation: Organisation, key: BoardKey, viewer: UUID | None, *, team_id: UUID | None = None
) -> BoardReading:
    async with organisation.factory.reading(organisation.id) as connection:
        if team_id:
            return await read_team_board(connection, organisation.id, key, team_id=team_id, viewer=viewer, now=NOW)
        return await read_board(
            connection, organisation.id, key, viewer=viewer, now=NOW, top=SHARED.top, neighbours=SHARED.neighbours
        )


async def a_team(organisation: Organisation, persons: Sequence[str]) -> tuple[UUID | None, set[UUID]]:
    """A team of these, and who they are."""
    await organisation.hire(*persons, team="a-team")
    [(team_id,)] = await organisation.rows("SELECT team_id FROM teams WHERE key = 'a-team'")
    rows = await organisation.rows("SELECT learner_id FROM memberships")
    return UUID(str(team_id)), {UUID(str(row[0])) for row in rows}


@pytest.fixture
async def ids(organisation: Organisation) -> list[UUID]:
    await organisation.hire(*(f"p{n:02}" for n in range(30)))
    return [UUID(str(row[0])) for row in await organisation.rows("SELECT learner_id FROM people ORDER BY learner_id")]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("in_team", [False, True])
@pytest.mark.parametrize("period", [None, "2026-W09"])
async def test_what_is_shown_is_what_a_count_by_hand_allows(
    organisation: Organisation, ids: list[UUID], seed: int, in_team: bool, period: str | None
) -> None:
    """L1 and L3 for every viewer; in a team among those who are in it now."""
    dice = random.Random(seed)
    members = random_members(ids[: dice.randint(5, len(ids))], dice)
    key = BoardKey("board", period)
    rows = await organisation.rows("SELECT person, learner_id FROM people")
    persons = {str(row[0]): row[1] for row in rows}
    team_id, team = await a_team(organisation, dice.sample(sorted(persons), dice.randint(5, len(persons))))
    await fill(organisation, key, members)
    if in_team:
        members = [member for member in members if member.learner_id in team]
    else:
        team_id = None
    placed = [member for member in members if member.placed]
    for viewer in dice.sample(ids, 8):
        view = view_board(await read(organisation, key, viewer, team_id=team_id), viewer, SHARED)
        if len(members) < SHARED.smallest_group:
            assert view == BoardView(len(members))
            continue
        assert view.size == len(members)
        mine = next((member for member in placed if member.learner_id == viewer), None)
        for place in {*view.entries, *view.around_me}:
            member = next(member for member in placed if member.learner_id == persons[place.person])
            above = sum(other.value > member.value for other in placed)
            beside = sum(other.value == member.value for other in placed)
            assert (place.value, place.rank, place.is_me) == (member.value, above + 1, member is mine)
            assert place.is_me or (above + beside) * 2 <= len(members)
        in_half = [m for m in placed if sum(o.value >= m.value for o in placed) * 2 <= len(members)]
        assert len(view.entries) == min(len(in_half), SHARED.top)
        assert [place.value for place in view.entries] == sorted((m.value for m in in_half), reverse=True)[: SHARED.top]
        assert (view.me is None) == (mine is None)
        if mine is not None:
            higher = [member.value for member in placed if member.value > mine.value]
            assert view.to_next == (min(higher) - mine.value if higher else None)
            assert sum(place.is_me for place in view.around_me) == 1


async def test_neighbours_are_the_nearest_on_either_side(organisation: Organisation, ids: list[UUID]) -> None:
    key = BoardKey("board")
    await fill(organisation, key, [Member(learner_id, 100 - n, None) for n, learner_id in enumerate(ids)])
    view = view_board(await read(organisation, key, ids[12]), ids[12], SHARED)
    assert [place.rank for place in view.around_me] == [10, 11, 12, 13, 14, 15]
    assert [place.rank for place in view.entries] == list(range(1, 11))
    view = view_board(await read(organisation, key, ids[0]), ids[0], SHARED)
    assert [place.rank for place in view.around_me] == [1, 2, 3, 4]


async def test_windows_are_boards_of_their_own(organisation: Organisation, ids: list[UUID]) -> None:
    keys = [BoardKey("b", window) for window in ("2026-02", "2026-W07", "2026-W08")]
    for value, key in enumerate(keys, 5):
        await fill(organisation, key, [Member(learner_id, value, None) for learner_id in ids[:3]])
    shown = [await read(organisation, key, ids[0]) for key in keys]
    assert [{place.value for place in reading.places} for reading in shown] == [{5}, {6}, {7}]


async def test_who_leaves_a_team_or_leads_it_is_not_on_its_board(organisation: Organisation, ids: list[UUID]) -> None:
    key = BoardKey("board")
    team_id, team = await a_team(organisation, ["p00", "p01", "p02"])
    await organisation.hire("p01", team="elsewhere")
    await organisation.hire("p02", role=Role.MANAGER, team="a-team")
    await fill(organisation, key, [Member(learner_id, 3, None) for learner_id in ids])
    reading = await read(organisation, key, ids[0], team_id=team_id)
    assert [place.person for place in reading.places] == ["p00"]
    assert (reading.size, len(team)) == (1, 3)


async def test_an_empty_board_can_be_read(organisation: Organisation) -> None:
    assert await read(organisation, BoardKey("nothing"), uuid4()) == BoardReading(0, (), None)


async def test_a_board_costs_one_statement(organisation: Organisation, ids: list[UUID], statements: Statements) -> None:
    key = BoardKey("board")
    await fill(organisation, key, [Member(learner_id, 3, None) for learner_id in ids])
    with statements.recorded() as run:
        await read(organisation, key, ids[3])
    assert len([statement for statement in run if "set_config" not in statement]) == 1
