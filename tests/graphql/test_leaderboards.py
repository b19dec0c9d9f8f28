"""Leaderboards over the API: joining, leaving, and what a viewer is shown (L1-L3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from tests.support.packs import ANY_DAY, CRAFT, WITH_WINDOWS, changed
from vekst.domain.actors import Role
from vekst.services.people import PersonEntry

SignIn = Callable[..., Client]

BOARD, JOIN = operation("board"), operation("join_board")
LEAVE = """mutation ($key: String!) { leaveLeaderboard(input: {key: $key}) { __typename
  ... on LeaveLeaderboard { leaderboard { size me { rank } } } ... on Refusal { code message } } }"""


async def team(organisation: Organisation, runs: dict[str, int], *, team: str | None = None, join: bool = True) -> None:
    """People with runs of those lengths, up to today."""
    await organisation.hire(*runs, team=team, zone="Etc/UTC")
    now = datetime.now(UTC)
    for person, length in runs.items():
        events = [new_event(f"d{n}", at=now - timedelta(days=n, seconds=1), minutes=5) for n in range(length)]
        if events:
            await organisation.record(person, *events)
        if join:
            await organisation.factory.boards().join(await organisation.actor(person), "learning-streaks")
    await organisation.judge()


async def board(client: Client, **variables: Any) -> Any:
    """The board as the caller sees it."""
    return (await client.ask(BOARD, **{"key": "learning-streaks", **variables}))["leaderboard"]


def shown(entries: list[dict[str, Any]]) -> list[tuple[int, str, int]]:
    """Rank, person and value of entries."""
    return [(entry["rank"], entry["person"], entry["value"]) for entry in entries]


async def test_only_the_upper_half_is_named_and_below_it_one_sees_oneself(
    organisation: Organisation, sign_in: SignIn
) -> None:
    """L1."""
    await organisation.publish()
    await team(organisation, {"a": 9, "b": 7, "c": 5, "d": 4, "e": 2, "f": 1, "g": 0})
    top = await board(sign_in("b"))
    assert top["size"] == 7
    assert shown(top["entries"]) == [(1, "a", 9), (2, "b", 7), (3, "c", 5)]
    assert [entry["isMe"] for entry in top["entries"]] == [False, True, False]
    assert shown(top["aroundMe"]) == [(1, "a", 9), (2, "b", 7), (3, "c", 5)]
    assert top["toNext"] == 2
    below = await board(sign_in("e"))
    assert shown(below["entries"]) == [(1, "a", 9), (2, "b", 7), (3, "c", 5)]
    assert shown(below["aroundMe"]) == [(5, "e", 2)]
    assert (below["me"], below["toNext"]) == ({"rank": 5, "value": 2}, 2)
    first = await board(sign_in("a"))
    assert (first["me"]["rank"], first["toNext"]) == (1, None)
    without = await board(sign_in("g"))
    assert (without["me"], without["aroundMe"], without["toNext"]) == (None, [], None)


async def test_people_who_did_not_join_are_neither_named_nor_counted(
    organisation: Organisation, sign_in: SignIn
) -> None:
    """Hard case 15."""
    await organisation.publish()
    await team(organisation, {"a": 9, "b": 7, "c": 5, "d": 3})
    await team(organisation, {"hidden": 30}, join=False)
    seen = await board(sign_in("hidden"))
    assert seen["size"] == 4
    assert shown(seen["entries"]) == [(1, "a", 9), (2, "b", 7)]
    assert (seen["me"], seen["aroundMe"]) == (None, [])


@pytest.mark.parametrize(("ties", "ranks"), [("shared", [1, 1, 3]), ("dense", [1, 1, 2])])
async def test_ties_share_a_rank_as_the_board_wants(
    organisation: Organisation, sign_in: SignIn, ties: str, ranks: list[int]
) -> None:
    """Hard case 16."""
    await organisation.publish(changed("boards.yaml", "of: current}\n", f"of: current}}\n    ties: {ties}\n"))
    await team(organisation, {"a": 9, "b": 9, "c": 5, "d": 1, "e": 1, "f": 1})
    seen = await board(sign_in("c"))
    assert [entry["rank"] for entry in seen["entries"]] == ranks
    assert seen["me"]["rank"] == ranks[-1]


async def test_a_tie_across_the_middle_is_not_named(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await team(organisation, {"a": 9, "b": 5, "c": 5, "d": 1})
    assert shown((await board(sign_in("a")))["entries"]) == [(1, "a", 9)]
    assert shown((await board(sign_in("b")))["aroundMe"]) == [(2, "b", 5)]


async def test_too_small_a_group_has_no_ranks(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish(
        {**CRAFT, "boards.yaml": CRAFT["boards.yaml"].replace("smallest_group: 2", "smallest_group: 5")}
    )
    await team(organisation, {"a": 9, "b": 5, "c": 4, "d": 1})
    seen = await board(sign_in("a"))
    assert (seen["size"], seen["entries"], seen["aroundMe"], seen["me"], seen["toNext"]) == (4, [], [], None, None)


async def test_a_run_that_ended_has_no_place_from_that_instant(
    organisation: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    """L3, hard case 22: no sweep has run in between."""
    await organisation.publish()
    await team(organisation, {"a": 9, "b": 7, "c": 5, "d": 4})
    ends = datetime.combine(clock().date() + timedelta(days=2), datetime.min.time(), UTC)
    clock.now = ends - timedelta(microseconds=1)
    before = await board(sign_in("a"))
    assert shown(before["entries"]) == [(1, "a", 9), (2, "b", 7)]
    clock.now = ends
    after = await board(sign_in("a"))
    assert (after["entries"], after["me"], after["size"]) == ([], None, 4)


async def test_joining_and_leaving_show_at_once(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await team(organisation, {"a": 9, "b": 7, "c": 5, "d": 4})
    await team(organisation, {"kari": 8}, join=False)
    kari = sign_in("kari", language="nb")
    for _ in range(2):
        joined = (await kari.ask(JOIN, key="learning-streaks"))["joinLeaderboard"]
        assert joined["leaderboard"] == {"key": "learning-streaks", "size": 5, "me": {"rank": 2, "value": 8}}
    for _ in range(2):
        left = (await kari.ask(LEAVE, key="learning-streaks"))["leaveLeaderboard"]
        assert left["leaderboard"] == {"size": 4, "me": None}
    unknown = (await kari.ask(JOIN, key="nothing"))["joinLeaderboard"]
    assert (unknown["__typename"], unknown["message"]) == ("NotFound", "Det finnes ingen resultatliste `nothing`.")


async def test_nobody_and_integrations_join_no_board(
    organisation: Organisation, sign_in: SignIn, unsigned: Client
) -> None:
    await organisation.publish()
    await organisation.integration("crm")
    assert (await unsigned.ask(JOIN, key="learning-streaks"))["joinLeaderboard"]["__typename"] == "NotSignedIn"
    crm = await sign_in(integration="crm").ask(JOIN, key="learning-streaks")
    assert crm["joinLeaderboard"]["__typename"] == "NotAllowed"


async def test_a_teams_board_is_for_its_members_and_managers(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await team(organisation, {"a": 9, "b": 7, "c": 5, "d": 4}, team="north")
    await team(organisation, {"x": 30, "y": 2}, team="south")
    await organisation.hire("nora", role=Role.MANAGER, team="north")
    await organisation.hire("ada", role=Role.ADMIN)
    for viewer in ("b", "nora", "ada"):
        seen = await board(sign_in(viewer), team="north")
        assert shown(seen["entries"]) == [(1, "a", 9), (2, "b", 7)]
    assert await board(sign_in("x"), team="north") is None
    assert await board(sign_in("a"), team="nowhere") is None
    assert await board(sign_in("a"), team="\0") is None


async def test_a_board_that_is_none_is_null(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("kari")
    kari = sign_in("kari")
    assert await board(kari) is None
    await organisation.publish()
    assert await board(kari, key="nothing") is None
    error = await kari.error(BOARD, key="learning-streaks", period="2026-W07")
    assert error["extensions"]["reason"] == "PERIOD_NOT_HERE"


async def test_a_board_with_windows_is_asked_for_by_window(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish(changed("boards.yaml", "{points: effort, per: ever}", "{points: effort, per: week}"))
    await organisation.hire("kari")
    kari = sign_in("kari", language="en")
    assert (await board(kari, key="effort-ever"))["size"] == 0
    assert (await board(kari, key="effort-ever", period="2026-W07"))["size"] == 0
    for period in ("2026-07", "", "\0", "2026-W0\u0667", "last week"):
        error = await kari.error(BOARD, key="effort-ever", period=period)
        assert error["extensions"]["reason"] == "PERIOD_NOT_VALID"


async def test_people_who_left_are_on_no_board(organisation: Organisation, sign_in: SignIn) -> None:
    """Hard case 15."""
    await organisation.publish()
    await team(organisation, {"a": 9, "b": 7, "c": 5, "d": 4, "e": 3})
    await organisation.factory.people().upsert(organisation.id, [PersonEntry("a", name="A", active=False)])
    seen = await board(sign_in("b"))
    assert seen["size"] == 4
    assert shown(seen["entries"]) == [(1, "b", 7), (2, "c", 5)]


async def test_how_many_are_shown_can_be_asked_for_within_the_boards_own_limits(
    organisation: Organisation, sign_in: SignIn
) -> None:
    pack = changed("boards.yaml", "of: current}\n", "of: current}\n    shows: {top: 3, neighbours: 1}\n")
    await organisation.publish(pack)
    await team(organisation, {f"p{n:02}": 20 - n for n in range(16)})
    query = """query ($first: Int, $n: Int) { leaderboard(key: "learning-streaks") {
      entries(first: $first) { person rank value } aroundMe(neighbours: $n) { person rank value } } }"""
    fifth = sign_in("p05")
    seen = (await fifth.ask(query))["leaderboard"]
    assert [entry["person"] for entry in seen["entries"]] == ["p00", "p01", "p02"]
    assert [entry["person"] for entry in seen["aroundMe"]] == ["p04", "p05", "p06"]
    seen = (await fifth.ask(query, first=1, n=0))["leaderboard"]
    assert [entry["person"] for entry in seen["entries"]] == ["p00"]
    assert [entry["person"] for entry in seen["aroundMe"]] == ["p05"]
    seen = (await fifth.ask(query, first=50, n=50))["leaderboard"]
    assert len(seen["entries"]) == 3
    assert len(seen["aroundMe"]) == 3
    seen = (await sign_in("p07").ask(query))["leaderboard"]
    assert [entry["person"] for entry in seen["aroundMe"]] == ["p06", "p07"], "the one below is in the lower half"
    assert (await fifth.error(query, first=-1))["extensions"]["reason"] == "FIRST_OUT_OF_RANGE"


class TestWindows:
    """Boards that begin anew: the caller's own week and month, and past ones by name."""

    @pytest.fixture
    async def weekly(self, organisation: Organisation, clock: TestClock) -> Organisation:
        """On a Wednesday, people who did one to four calls this week and one last week are on the board."""
        clock.now = datetime(2026, 11, 18, 12, tzinfo=UTC)
        await organisation.publish({**WITH_WINDOWS, **ANY_DAY})
        people = ["a", "b", "c", "d"]
        await organisation.hire(*people, team="north", zone="Etc/UTC")
        await organisation.hire("zero", zone="Etc/UTC")
        for count, person in enumerate(reversed(people), 1):
            calls = [new_event(f"{n}", at=clock.now - timedelta(hours=n, days=n % 2)) for n in range(1, count + 1)]
            lesson = new_event("last", at=clock.now - timedelta(days=7), minutes=count)
            await organisation.record(person, *calls, lesson)
        for person in (*people, "zero"):
            for key in ("effort-weekly", "minutes-ever"):
                await organisation.factory.boards().join(await organisation.actor(person), key)
        await organisation.judge()
        return organisation

    async def test_this_week_and_the_last_in_the_organisation_and_in_a_team(
        self, weekly: Organisation, sign_in: SignIn
    ) -> None:
        now = await board(sign_in("b"), key="effort-weekly")
        assert now["size"] == 5, "who did nothing yet is on the board too"
        assert [(rank, person) for rank, person, _ in shown(now["entries"])] == [(1, "a"), (2, "b")]
        assert [entry["person"] for entry in now["aroundMe"]] == ["a", "b"]
        same = await board(sign_in("b"), key="effort-weekly", period="2026-W47")
        assert same == now
        last = await board(sign_in("b"), key="effort-weekly", period="2026-W46")
        assert (last["size"], last["me"], last["entries"]) == (5, {"rank": 1, "value": 5}, []), "all share a place"
        team_board = await board(sign_in("b"), key="effort-weekly", team="north")
        assert team_board["size"] == 4
        assert shown(team_board["entries"]) == shown(now["entries"])
        nobody = await board(sign_in("zero"), key="effort-weekly")
        assert (nobody["me"], nobody["aroundMe"]) == (None, [])

    async def test_a_sum_is_whole_and_has_no_windows(self, weekly: Organisation, sign_in: SignIn) -> None:
        seen = await board(sign_in("d"), key="minutes-ever")
        assert shown(seen["entries"]) == [(1, "a", 4), (2, "b", 3)]
        assert (seen["me"], seen["toNext"]) == ({"rank": 4, "value": 1}, 1)

    async def test_the_window_is_that_of_the_viewers_zone(
        self, weekly: Organisation, sign_in: SignIn, clock: TestClock
    ) -> None:
        """On Sunday at noon in Greenwich it is Monday on Kiritimati."""
        await weekly.hire("kiri", zone="Pacific/Kiritimati")
        clock.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        here = await board(sign_in("a"), key="effort-weekly")
        there = await board(sign_in("kiri"), key="effort-weekly")
        assert here["me"]["rank"] == 1
        assert (there["size"], there["entries"]) == (5, [])
        clock.now = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
        assert (await board(sign_in("a"), key="effort-weekly"))["me"] is None

    @pytest.mark.parametrize("language", ["en", "nb"])
    async def test_a_window_that_is_none_is_refused_with_one_that_is(
        self, weekly: Organisation, sign_in: SignIn, language: str
    ) -> None:
        client = sign_in("a", language=language)
        for period in ("2026-W54", "2026-W00", "2026-46", "0000-W01", "2026-W7", "2026-W1\u0661"):
            error = await client.error(BOARD, key="effort-weekly", period=period)
            assert error["extensions"]["reason"] == "PERIOD_NOT_VALID"
            assert "2026-W47" in error["message"]
        for period in ("2026-13", "2026-00", "2026-W46"):
            error = await client.error(BOARD, key="calls-monthly", period=period)
            assert "2026-11" in error["message"]
        assert (await client.error(BOARD, key="minutes-ever", period="2026-W47"))["message"].startswith(
            {"en": "This board has no", "nb": "Denne"}[language]
        )

    async def test_people_who_left_are_gone_from_every_window(self, weekly: Organisation, sign_in: SignIn) -> None:
        await weekly.dismiss("a")
        for period in (None, "2026-W47", "2026-W46"):
            for team_key in (None, "north"):
                seen = await board(sign_in("b"), key="effort-weekly", period=period, team=team_key)
                assert seen["size"] == (3 if team_key else 4)
                assert "a" not in {entry["person"] for entry in (*seen["entries"], *seen["aroundMe"])}

    async def test_windows_that_are_no_longer_kept_show_nobody_before_they_are_taken_away(
        self, weekly: Organisation, sign_in: SignIn, clock: TestClock
    ) -> None:
        """The retention of the pack is 3,650 days."""
        b = sign_in("b")
        assert (await board(b, key="effort-weekly", period="2026-W47"))["me"] is not None
        clock.now += timedelta(days=3660)
        b = sign_in("b")
        seen = await board(b, key="effort-weekly", period="2026-W47")
        assert (seen["size"], seen["entries"], seen["aroundMe"], seen["me"], seen["toNext"]) == (5, [], [], None, None)
        await weekly.factory.boards().tidy(weekly.id)
        assert await board(b, key="effort-weekly", period="2026-W47") == seen
