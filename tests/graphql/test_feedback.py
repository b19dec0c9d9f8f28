"""The feedback loop through the real API: two phones, their lists, and everyone who may not see a word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from vekst.domain.actors import Role
from vekst.graphql.opaque import write_cursor

SignIn = Callable[..., Client]

ASK, GIVE, ACT, LIST = (operation(f"{name}_feedback") for name in ("ask_for", "give", "act_on", "my"))
DELETE = """mutation ($feedback: ID!) { deleteFeedback(input: {feedback: $feedback}) { __typename
  ... on DeleteFeedback { deleted } ... on Refusal { code field message } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on Feedback { worked } } }"
T0 = datetime.now(UTC) - timedelta(hours=5)


def at(hours: float) -> str:
    return (T0 + timedelta(hours=hours)).isoformat()


@pytest.fixture
async def kari(organisation: Organisation, sign_in: SignIn) -> Client:
    await organisation.publish()
    await organisation.hire("kari", "eli")
    await organisation.hire("nora", role=Role.ADMIN)
    await organisation.record("kari", new_event("c1", at=T0 - timedelta(hours=1)))
    return sign_in("kari", language="nb")


async def ask(client: Client, **changes: Any) -> Any:
    given = {"id": "a", "person": "nora", "question": "Was I clear?", "event": {"id": "c1"}, "occurredAt": at(0)}
    return (await client.ask(ASK, input=given | changes))["askForFeedback"]


async def give(client: Client, **changes: Any) -> Any:
    given = {"id": "g", "worked": "The silence.", "tryNext": "Ask why.", "occurredAt": at(1), **changes}
    return (await client.ask(GIVE, input=given))["giveFeedback"]


async def act(client: Client, feedback: str, **changes: Any) -> Any:
    given = {"id": "x", "feedback": feedback, "tried": "I asked.", "event": {"id": "c2"}, "occurredAt": at(3)}
    return (await client.ask(ACT, input=given | changes))["actOnFeedback"]


async def listed(client: Client, **variables: Any) -> list[Any]:
    data = await client.ask(LIST, **variables)
    return [edge["node"] for edge in data["me"]["feedback"]["edges"]]


async def test_the_loop_is_asked_given_and_acted_on(organisation: Organisation, kari: Client, sign_in: SignIn) -> None:
    nora = sign_in("nora")
    asked = await ask(kari)
    assert asked["receipt"]["status"] == "STORED"
    feedback = asked["feedback"]
    assert (feedback["state"], feedback["skill"]["key"]) == ("ASKED", "discovery")
    [waiting] = await listed(nora, side="FROM_ME")
    assert (waiting["id"], waiting["question"], waiting["learner"]["name"]) == (feedback["id"], "Was I clear?", "Kari")
    assert (waiting["event"]["id"], waiting["event"]["type"]) == ("c1", "call.practised")
    given = await give(nora, feedback=feedback["id"])
    assert (given["receipt"]["status"], given["feedback"]["state"]) == ("STORED", "GIVEN")
    await organisation.record("kari", new_event("c2", at=T0 + timedelta(hours=2)))
    acted = await act(kari, feedback["id"])
    assert (acted["receipt"]["status"], acted["feedback"]["state"]) == ("STORED", "ACTED_ON")
    [closed] = await listed(nora)
    assert (closed["worked"], closed["tryNext"], closed["tried"]) == ("The silence.", "Ask why.", "I asked.")
    assert closed["triedIn"]["id"] == "c2"
    assert (closed["giver"]["isMe"], closed["learner"]["isMe"]) == (True, False)
    assert [(await again)["receipt"]["status"] for again in (ask(kari), act(kari, feedback["id"]))] == ["DUPLICATE"] * 2
    assert (await give(nora, feedback=feedback["id"]))["receipt"]["status"] == "DUPLICATE"


async def test_nobody_but_the_two_sees_a_word_not_even_an_admin(
    organisation: Organisation, kari: Client, sign_in: SignIn
) -> None:
    eli, nora = sign_in("eli"), sign_in("nora")
    feedback = (await give(eli, person="kari"))["feedback"]
    assert (await kari.ask(NODE, id=feedback["id"]))["node"]["worked"] == "The silence."
    assert (await nora.ask(NODE, id=feedback["id"]))["node"] is None
    assert await listed(nora) == []
    error = await nora.error('{ learner(person: "kari") { feedback { edges { cursor } } } }')
    assert error["extensions"]["code"] == "NOT_ALLOWED"
    assert error["message"].startswith("Feedback is seen by the two")
    for refused in (await give(nora, feedback=feedback["id"]), await act(nora, feedback["id"])):
        assert (refused["__typename"], refused["code"]) == ("NotFound", "FEEDBACK_UNKNOWN")


async def test_the_words_are_deleted_by_the_one_they_are_about(kari: Client, sign_in: SignIn) -> None:
    eli = sign_in("eli", language="nb")
    feedback = (await give(eli, person="kari"))["feedback"]["id"]
    refused = (await eli.ask(DELETE, feedback=feedback))["deleteFeedback"]
    assert (refused["__typename"], refused["code"]) == ("NotAllowed", "FEEDBACK_NOT_YOURS_TO_DELETE")
    assert refused["message"] == "Bare den tilbakemeldingen gjelder, kan slette den."
    assert (await kari.ask(DELETE, feedback=feedback))["deleteFeedback"]["deleted"] is True
    assert (await kari.ask(DELETE, feedback=feedback))["deleteFeedback"]["deleted"] is False
    assert await listed(kari) == []
    assert await listed(eli) == []
    again = await give(eli, person="kari")
    assert (again["receipt"]["status"], again["feedback"]) == ("DUPLICATE", None)
    assert await listed(kari) == []


async def test_the_list_is_paged_without_gaps_or_doubles(kari: Client, sign_in: SignIn) -> None:
    eli = sign_in("eli")
    for number in range(3):
        await ask(kari, id=f"a{number}", person="eli")
        await give(kari, id=f"g{number}", person="eli")
        await give(eli, id=f"e{number}", person="kari")
    seen: list[str] = []
    after = None
    while True:
        page = (await kari.ask(LIST, first=2, after=after))["me"]["feedback"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert len(seen) == len(set(seen)) == 9
    assert [len(await listed(kari, side=side)) for side in ("ABOUT_ME", "FROM_ME")] == [6, 3]
    for nonsense in ("nonsense", write_cursor("feedback", "1"), write_cursor("feedback", f"{'9' * 17}.00")):
        assert (await kari.error(LIST, after=nonsense))["extensions"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("changes", "typename", "code", "field"),
    [
        ({}, "InvalidInput", "FEEDBACK_FOR_WHOM", "feedback"),
        ({"feedback": "x", "person": "eli"}, "InvalidInput", "FEEDBACK_FOR_WHOM", "feedback"),
        ({"feedback": "x", "skill": "discovery"}, "InvalidInput", "FEEDBACK_ABOUT_ASKED", "skill"),
        ({"feedback": "x"}, "NotFound", "FEEDBACK_UNKNOWN", "feedback"),
        ({"person": "kari"}, "InvalidInput", "FEEDBACK_TO_ONESELF", "person"),
        ({"person": "somebody"}, "NotFound", "UNKNOWN_PERSON", "person"),
        ({"person": "eli", "skill": "nothing"}, "NotFound", "SKILL_UNKNOWN", "skill"),
        ({"person": "eli", "worked": "\t"}, "InvalidInput", "FEEDBACK_WORDS_NOT_VALID", "worked"),
        ({"person": "eli", "tryNext": ""}, "InvalidInput", "FEEDBACK_WORDS_NOT_VALID", "tryNext"),
        ({"person": "eli", "occurredAt": "2026-03-02T09:00"}, "InvalidInput", "TIME_WITHOUT_OFFSET", "occurredAt"),
    ],
)
async def test_what_does_not_fit_is_refused_in_words(
    kari: Client, changes: dict[str, str], typename: str, code: str, field: str
) -> None:
    refused = await give(kari, **changes)
    assert (refused["__typename"], refused["code"], refused["field"]) == (typename, code, field)
    assert refused["message"] not in ("", code)


async def test_clients_cannot_record_a_turn_themselves(organisation: Organisation, kari: Client) -> None:
    [receipt] = await organisation.record("kari", new_event("f", "vekst.feedback-given"))
    assert receipt.problem is not None
    assert receipt.problem.code == "RESERVED_TYPE"
