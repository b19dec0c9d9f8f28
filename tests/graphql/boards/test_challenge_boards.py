"""Boards of challenges: of those members who joined, by what each came to in the challenge (L1, L2, C1)."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.graphql.boards.by_hand import PACK, Shown, by_hand
from tests.graphql.boards.scene import TEAMS, Scene, look
from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.domain.challenges import ChallengeForm
from vekst.factory import Factory, Process
from vekst.graphql.opaque import challenge_node
from vekst.services.challenge_forms import NewChallenge
from vekst.services.people import PersonEntry
from vekst.settings import Settings

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
SignIn = Callable[..., Client]

BOARD, JOIN = operation("board"), operation("join_board")
LEAVE = """mutation ($key: String!) { leaveLeaderboard(input: {key: $key}) { __typename
  ... on LeaveLeaderboard { leaderboard { size me { rank } } } ... on Refusal { code message } } }"""
OF_CHALLENGE = """query ($id: ID!, $ties: LeaderboardTies = SHARED) { challenge(id: $id) { leaderboard(ties: $ties) {
  key title size toNext me { rank value } entries { rank person value } aroundMe { person } } } }"""
PRACTICE = {"count": {"event": "call.practised"}}
NORTH = ("a", "b", "c", "d", "e", "f")


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: TestClock) -> AsyncIterator[Organisation]:
    """Two teams with a manager each; the clock is the app's."""
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish(WITH_CHALLENGES)
        await craft.hire(*NORTH, team="north", zone="Etc/UTC")
        await craft.hire(*(f"s{number}" for number in range(6)), team="south", zone="Etc/UTC")
        await craft.hire("nora", team="north", role=Role.MANAGER)
        await craft.hire("mats", team="south", role=Role.MANAGER)
        await craft.hire("adam", role=Role.ADMIN)
        clock.move(timedelta(minutes=1))
        yield craft


async def start(craft: Organisation, *teams: str, by: str = "adam", **changes: Any) -> str:
    """A challenge of a fortnight; its node id."""
    ends = craft.factory.now() + timedelta(days=14)
    wish = {"title": "Practice", "measure": PRACTICE, "goal": {"everyone": 5}, "ends_at": ends, **changes}
    return challenge_node(
        await craft.factory.challenges().create(await craft.actor(by), NewChallenge("c", teams or ("north",), **wish))
    )


async def practise(craft: Organisation, clock: TestClock, **times: int) -> None:
    """So many calls of each in the hour that follows."""
    clock.move(timedelta(hours=1))
    for person, count in times.items():
        events = [new_event(f"{clock.now}-{n}", at=clock.now - timedelta(minutes=n + 1)) for n in range(count)]
        await craft.record(person, *events)
    await craft.judge()


async def join(sign_in: SignIn, challenge: str, *persons: str) -> None:
    """All of them join its board."""
    for person in persons:
        answer = (await sign_in(person).ask(JOIN, key=f"challenge:{challenge}"))["joinLeaderboard"]
        assert answer["__typename"] == "JoinLeaderboard", answer


async def seen(client: Client, challenge: str, **variables: Any) -> Any:
    """The board as the field of the challenge."""
    return (await client.ask(OF_CHALLENGE, id=challenge, **variables))["challenge"]["leaderboard"]


def shown(board: Any) -> list[tuple[int, str, int]]:
    return [(entry["rank"], entry["person"], entry["value"]) for entry in board["entries"]]


async def test_it_is_of_those_who_joined_and_names_the_upper_half(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    """L1; by its key it is the same board."""
    challenge = await start(craft)
    await practise(craft, clock, a=5, b=4, c=4, d=2, e=1, f=7)
    await join(sign_in, challenge, "a", "b", "c", "d")
    small = await seen(sign_in("a"), challenge)
    assert (small["size"], small["entries"], small["me"]) == (4, [], None), "too few have joined"
    await join(sign_in, challenge, "e", "f", "f")
    b = await seen(sign_in("b"), challenge)
    assert (b["title"], b["key"], b["size"]) == ("Practice", f"challenge:{challenge}", 6)
    assert shown(b) == [(1, "f", 7), (2, "a", 5)], "two share the third place, and one of them is in the lower half"
    assert (b["me"], b["toNext"], b["aroundMe"]) == ({"rank": 3, "value": 4}, 1, [{"person": "b"}])
    for ties, rank in (("SHARED", 5), ("DENSE", 4)):
        assert (await seen(sign_in("d"), challenge, ties=ties))["me"] == {"rank": rank, "value": 2}
    by_key = (await sign_in("b").ask(BOARD, key=b["key"]))["leaderboard"]
    assert (shown(by_key), by_key["me"], by_key["size"]) == (shown(b), b["me"], 6)
    for manager in ("nora", "adam"):
        board = await seen(sign_in(manager), challenge)
        assert (shown(board), board["me"]) == (shown(b), None)


async def test_who_leaves_the_board_the_team_or_the_organisation_is_gone_at_once(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    challenge = await start(craft)
    await craft.hire("g", "h", team="north", zone="Etc/UTC")
    await practise(craft, clock, a=8, b=7, c=6, d=5, e=4, f=3, g=2, h=1)
    await join(sign_in, challenge, *NORTH, "g", "h")
    assert [person for _, person, _ in shown(await seen(sign_in("h"), challenge))] == ["a", "b", "c", "d"]
    left = (await sign_in("a").ask(LEAVE, key=f"challenge:{challenge}"))["leaveLeaderboard"]
    assert left["leaderboard"] == {"size": 7, "me": None}
    await craft.hire("b", team="south")
    await craft.dismiss("c")
    after = await seen(sign_in("h"), challenge)
    assert (after["size"], shown(after)) == (5, [(1, "d", 5), (2, "e", 4)])
    assert await seen(sign_in("b"), challenge) is None, "what a team is at is not for who has left it"
    await craft.factory.people().upsert(craft.id, [PersonEntry("c", active=True)])
    assert shown(await seen(sign_in("h"), challenge))[0] == (1, "c", 6), "back, and the choice stands"


async def test_side_by_side_nobody_learns_of_another_team_who_did_what(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    """Neither while it goes on nor once it is settled; who changed team is there with what they did there."""
    challenge = await start(craft, "north", "south", form=ChallengeForm.SIDE_BY_SIDE)
    await practise(craft, clock, a=9, b=3, c=2, s0=5, s1=1)
    await craft.hire("a", team="south")
    await practise(craft, clock, a=2)
    await join(sign_in, challenge, *NORTH, *(f"s{number}" for number in range(6)))
    for moment in ("so far", "settled"):
        if moment == "settled":
            clock.move(timedelta(days=30))
            await craft.factory.settling().sweep()
        for viewer in ("b", "nora"):
            north = await seen(sign_in(viewer), challenge)
            assert (north["size"], shown(north)) == (5, [(1, "b", 3), (2, "c", 2)]), moment
        for viewer in ("a", "mats"):
            south = await seen(sign_in(viewer), challenge)
            assert (south["size"], shown(south)) == (7, [(1, "s0", 5), (2, "a", 2), (3, "s1", 1)]), moment
        assert (await seen(sign_in("adam"), challenge))["size"] == 12


async def test_after_the_settling_it_shows_the_values_used(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    """C3: what comes later never counts."""
    challenge = await start(craft)
    await practise(craft, clock, a=5, b=4, c=3, d=2)
    await join(sign_in, challenge, *NORTH)
    clock.move(timedelta(days=20))
    await craft.factory.settling().sweep()
    await craft.record("c", *(new_event(f"late-{n}", at=clock.now - timedelta(days=15, minutes=n)) for n in range(9)))
    await craft.judge()
    assert shown(await seen(sign_in("f"), challenge)) == [(1, "a", 5), (2, "b", 4), (3, "c", 3)]


async def test_who_may_not_join_is_told_why_and_outcomes_have_no_board(
    craft: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    """L2."""
    challenge = await start(craft)
    for person, code in (("s0", "CHALLENGE_UNKNOWN"), ("nora", "CHALLENGE_BOARD_OF_MEMBERS")):
        for text in (JOIN, LEAVE):
            [refused] = (await sign_in(person, language="nb").ask(text, key=f"challenge:{challenge}")).values()
            assert refused["code"] == code
            assert "utfordring" in refused["message"].lower()
    assert (await sign_in("s0").ask(BOARD, key=f"challenge:{challenge}"))["leaderboard"] is None
    assert (await sign_in("a").ask(BOARD, key=f"challenge:{challenge}", team="north"))["leaderboard"] is None
    error = await sign_in("a").error(BOARD, key=f"challenge:{challenge}", period="2026-W07")
    assert error["extensions"]["reason"] == "PERIOD_NOT_HERE"
    for key in ("challenge:", "challenge:nothing", f"challenge:{challenge}x", "challenge:\0"):
        assert (await sign_in("a").ask(BOARD, key=key))["leaderboard"] is None
        assert (await sign_in("a").ask(JOIN, key=key))["joinLeaderboard"]["__typename"] == "NotFound"
    deals = challenge_node(
        await craft.factory.challenges().create(
            await craft.actor("nora"),
            NewChallenge(
                "deals",
                ("north",),
                title="Deals",
                measure={"count": {"event": "deal.closed"}},
                goal={"together": 3},
                ends_at=clock.now + timedelta(days=9),
            ),
        )
    )
    assert await seen(sign_in("a"), deals) is None
    refused = (await sign_in("a").ask(JOIN, key=f"challenge:{deals}"))["joinLeaderboard"]
    assert refused["code"] == "CHALLENGE_UNKNOWN"


@pytest.mark.parametrize("seed", range(10 if NIGHTLY else 1))
async def test_after_every_step_it_is_as_sorted_by_hand(
    settings: Settings, organisation: Organisation, clock: TestClock, seed: int
) -> None:
    """Joins, leaves, moves, late events, ties: of one team's challenge, and of one of both teams."""
    async with Process.running(settings, clock=clock) as process:
        craft = Organisation(Factory(process), organisation.id, organisation.key)
        await craft.publish(PACK)
        scene = Scene(craft, clock, random.Random(seed))
        await scene.begin(*(f"p{number}" for number in range(14)))
        await scene.hire("boss", role="admin")
        boards = [await scene.challenge("boss", *teams, client_id="+".join(teams)) for teams in (TEAMS, TEAMS[:1])]
        for _ in range(30):
            await scene.choose()
        seen_kinds: Counter[str] = Counter()
        for _ in range(40):
            await scene.step()
            await scene.choose()
            viewer = scene.dice.choice([person for person in scene.people.values() if person.active])
            for board in boards:
                members = [person for person in scene.people.values() if person.team in board.teams]
                by_us: Shown | None = by_hand(board, members, viewer.person, clock.now)
                if viewer.team not in board.teams and viewer.person != "boss":
                    by_us = None
                assert await look(craft.factory, await craft.actor(viewer.person), board, None) == by_us
                seen_kinds += Counter({"named": bool(by_us and by_us.top), "hidden": by_us is None})
        assert min(seen_kinds["named"], seen_kinds["hidden"]) > 3, seen_kinds
