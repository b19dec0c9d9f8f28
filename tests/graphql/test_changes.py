"""`changes`: a first load, then only what is new, in pages, without a gap; and an answer that is small."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, days_ago, new_event
from vekst.domain.actors import Role
from vekst.graphql.opaque import write_cursor
from vekst.graphql.types.recognitions import CHANGES, write_place
from vekst.services.voiding import EventName

SignIn = Callable[..., Client]

SYNC = operation("sync")
PAGE = """query ($since: String, $first: Int) { changes(since: $since, first: $first) {
    cursor hasMore learner { points { total } } recognitions { cursor node { id } } } }"""


@pytest.fixture
async def kari(organisation: Organisation, sign_in: SignIn) -> Client:
    await organisation.publish()
    await organisation.hire("kari")
    return sign_in("kari")


async def practise(organisation: Organisation, *days: int) -> None:
    """Practise once on each of those days."""
    await organisation.record("kari", *(new_event(f"d{n}", at=days_ago(n)) for n in days))
    await organisation.judge()


async def changes(client: Client, since: str | None = None, **variables: Any) -> Any:
    """The answer to `changes`."""
    return (await client.ask(PAGE, since=since, **variables))["changes"]


async def feed(client: Client) -> list[Any]:
    """All recognitions, newest first."""
    shown = await client.ask("{ me { recognitions(first: 100) { edges { node { id kind } } } } }")
    return [edge["node"] for edge in shown["me"]["recognitions"]["edges"]]


async def ids(client: Client) -> list[str]:
    """The ids of all recognitions, oldest first."""
    return [each["id"] for each in await feed(client)][::-1]


async def test_a_first_load_and_then_only_what_is_new(organisation: Organisation, kari: Client) -> None:
    empty = await changes(kari)
    assert (empty["recognitions"], empty["hasMore"]) == ([], False)
    assert empty["learner"]["points"]["total"] == 0
    await practise(organisation, 3, 2)
    first = await changes(kari, empty["cursor"])
    assert [edge["node"]["id"] for edge in first["recognitions"]] == await ids(kari)
    assert first["learner"]["points"]["total"] == 10
    nothing = await changes(kari, first["cursor"])
    assert (nothing["recognitions"], nothing["learner"], nothing["hasMore"]) == ([], None, False)
    assert nothing["cursor"] == first["cursor"]
    await practise(organisation, 1)
    second = await changes(kari, nothing["cursor"])
    assert [edge["node"]["id"] for edge in first["recognitions"] + second["recognitions"]] == await ids(kari)


async def test_a_load_without_a_cursor_has_the_newest(organisation: Organisation, kari: Client) -> None:
    await practise(organisation, *range(5, 0, -1))
    newest = await changes(kari, first=2)
    assert [edge["node"]["id"] for edge in newest["recognitions"]] == (await ids(kari))[-2:]
    assert (await changes(kari, newest["cursor"]))["recognitions"] == []


async def test_what_is_much_comes_in_pages_and_the_learner_with_the_last(
    organisation: Organisation, kari: Client
) -> None:
    page = await changes(kari)
    await practise(organisation, *range(9, 0, -1))
    seen, learners = [], []
    while True:
        page = await changes(kari, page["cursor"], first=4)
        seen += [edge["node"]["id"] for edge in page["recognitions"]]
        learners.append(page["learner"])
        if not page["hasMore"]:
            break
    assert seen == await ids(kari)
    assert learners[:-1] == [None] * (len(learners) - 1)
    assert learners[-1]["points"]["total"] > 0


async def test_what_changes_without_a_recognition_is_told_too(
    organisation: Organisation, kari: Client, clock: TestClock
) -> None:
    await practise(organisation, 1)
    cursor = (await changes(kari))["cursor"]
    await organisation.factory.choices().change_zone(await organisation.actor("kari"), id="z", zone="Asia/Tokyo")
    pending = await changes(kari, cursor)
    await organisation.judge()
    moved = await changes(kari, pending["cursor"])
    clock.move(timedelta(days=1))
    tomorrow = await changes(kari, moved["cursor"])
    for each in (pending, moved, tomorrow):
        assert each["learner"] is not None
        assert each["recognitions"] == []


async def test_what_is_no_event_and_moves_no_standing_is_told_too(
    organisation: Organisation, kari: Client, sign_in: SignIn, clock: TestClock
) -> None:
    """Goals, feedback and acknowledgements are the learner's as well: another device did it, or somebody else."""
    await organisation.hire("nora", role=Role.ADMIN)
    await practise(organisation, 3, 2, 1)
    nora, at = sign_in("nora"), clock.now.isoformat()
    cursor = (await changes(kari))["cursor"]

    async def told(client: Client, field: str, **wish: Any) -> Any:
        """What the mutation answers; after it, `changes` has the learner, once."""
        nonlocal cursor
        kind = f"{field[0].upper()}{field[1:]}"
        shown = {"proposeGoal": "id", "dropGoal": "goal { id }", "askForFeedback": "feedback { id }"}.get(field)
        text = f"""mutation ($wish: {kind}Input!) {{ {field}(input: $wish) {{
            ... on {kind} {{ {shown or "__typename"} }} ... on Refusal {{ code }} }} }}"""
        answer = (await client.ask(text, wish=wish))[field]
        assert "code" not in answer
        await organisation.judge()
        page = await changes(kari, cursor)
        assert page["learner"] is not None, field
        cursor = page["cursor"]
        assert (await changes(kari, cursor))["learner"] is None
        return answer

    earn = {"count": {"event": "call.practised", "at_least": 9}}
    until = f"{clock.now + timedelta(days=9):%Y-%m-%d}"
    goal = (await told(nora, "proposeGoal", id="g", person="kari", earn=earn, until=until))["id"]
    await told(kari, "dropGoal", goal=goal)
    await told(kari, "deleteGoal", goal=goal)
    asked = await told(nora, "askForFeedback", id="a", person="kari", question="Did I ask enough?", occurredAt=at)
    words = {"worked": "You waited.", "tryNext": "Wait longer."}
    await told(kari, "giveFeedback", id="b", feedback=asked["feedback"]["id"], **words, occurredAt=at)
    await told(nora, "deleteFeedback", feedback=asked["feedback"]["id"])
    await told(nora, "giveFeedback", id="c", person="kari", **words, occurredAt=at)
    badge = next(each for each in await feed(kari) if each["kind"] == "BADGE")
    await told(nora, "acknowledge", id="k", recognition=badge["id"], occurredAt=at)


async def test_reversals_are_changes(organisation: Organisation, kari: Client) -> None:
    await practise(organisation, 1)
    cursor = (await changes(kari))["cursor"]
    actor = await organisation.actor("kari")
    await organisation.factory.voiding().void(actor, client_id="v", event=EventName("d1"), reason="not mine")
    await organisation.judge()
    [*_, last] = (await kari.ask(SYNC, since=cursor))["changes"]["recognitions"]
    assert (last["node"]["kind"], last["node"]["why"]["reason"]) == ("REVERSAL", "not mine")


async def test_an_answer_is_small(organisation: Organisation, kari: Client) -> None:
    await practise(organisation, *range(30, 1, -1))
    first = await kari.send(SYNC)
    cursor = first.json()["data"]["changes"]["cursor"]
    nothing = await kari.send(SYNC, since=cursor)
    assert len(nothing.content) < 200
    await practise(organisation, 1)
    after_a_day = await kari.send(SYNC, since=cursor)
    assert len(after_a_day.content) < 3_000


async def test_a_cursor_of_another_learner_is_refused_rather_than_what_comes_be_missed(
    organisation: Organisation, kari: Client
) -> None:
    """Two people share a phone, or a backup was restored: the ledger does not come as far as the cursor says."""
    await practise(organisation, 3, 2)
    for cursor in (write_place(len(await ids(kari)) + 1), write_cursor(CHANGES, "999.x")):
        error = await kari.error(PAGE, since=cursor)
        assert (error["extensions"]["reason"], error["extensions"]["field"]) == ("CURSOR_NOT_VALID", "since")
    assert (await changes(kari, write_place(len(await ids(kari)))))["recognitions"] == []


@pytest.mark.parametrize("cursor", ["", "x", "Y2hhbmdlczo", "Y2hhbmdlczp4LnkK", "cXVlc3RzOjE"])
async def test_a_cursor_that_is_none_is_refused_in_words(kari: Client, cursor: str) -> None:
    error = await kari.error(PAGE, since=cursor)
    assert (error["extensions"]["reason"], error["extensions"]["field"]) == ("CURSOR_NOT_VALID", "since")
