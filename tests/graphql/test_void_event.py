"""`voidEvent` as an app meets it: the receipt, the reversal in the feed with its reason, and the points."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from vekst.domain.actors import Role

SignIn = Callable[..., Client]

VOID = operation("void_event")


@pytest.fixture
async def kari(organisation: Organisation, sign_in: SignIn) -> Client:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.hire("ada", role=Role.ADMIN)
    start = datetime.now(UTC) - timedelta(days=2)
    await organisation.record("kari", *(new_event(f"e{n}", at=start + timedelta(minutes=n)) for n in range(3)))
    await organisation.judge()
    return sign_in("kari", language="en")


async def void(client: Client, **changes: Any) -> Any:
    """The answer to a void."""
    given = {"id": "v1", "event": {"id": "e1"}, "reason": "logged twice", **changes}
    return (await client.ask(VOID, **given))["voidEvent"]


async def feed(client: Client) -> list[Any]:
    """The learner's recognitions, newest first."""
    data = await client.ask(operation("feed"), first=100)
    return [edge["node"] for edge in data["me"]["recognitions"]["edges"]]


async def total(client: Client) -> Any:
    """The learner's points."""
    return (await client.ask("{ me { points { total } } }"))["me"]["points"]["total"]


async def test_hard_case_10_a_void_takes_back_and_tells_the_learner_why(
    organisation: Organisation, kari: Client
) -> None:
    """M3: the reversal names what it takes back; earned again later, it is given again."""
    before = await total(kari)
    assert [node["reversedBy"] for node in await feed(kari) if node["kind"] == "BADGE"] == [None]
    done = await void(kari)
    assert done["receipt"] == {"id": "v1", "status": "STORED"}
    await organisation.judge()
    assert await total(kari) == before - 25
    nodes = await feed(kari)
    [bronze] = [node for node in nodes if node["kind"] == "BADGE"]
    reversal = next(node for node in nodes if node["id"] == bronze["reversedBy"]["id"])
    assert (reversal["kind"], reversal["points"], reversal["title"]) == ("REVERSAL", -20, "Brave caller")
    assert reversal["why"]["reason"] == bronze["reversedBy"]["why"]["reason"] == "logged twice"
    assert reversal["why"]["text"] == "Taken back, because what it rested on was corrected."
    assert reversal["why"]["evidence"][0]["id"] == done["void"]["id"]
    await organisation.record("kari", new_event("e9"))
    await organisation.judge()
    badges = [node for node in await feed(kari) if node["kind"] == "BADGE"]
    assert [badge["reversedBy"] is None for badge in badges] == [True, False]
    assert await total(kari) == before


async def test_a_void_is_undone_by_its_own_name(organisation: Organisation, kari: Client) -> None:
    before = await total(kari)
    done = await void(kari)
    assert (await void(kari))["receipt"]["status"] == "DUPLICATE"
    await organisation.judge()
    undone = await void(kari, id="v2", event=done["void"], reason="it was right")
    assert undone["receipt"]["status"] == "STORED"
    await organisation.judge()
    assert await total(kari) == before


async def test_evidence_names_an_event_as_a_void_asks_for_it(
    organisation: Organisation, kari: Client, sign_in: SignIn
) -> None:
    [bronze] = [node for node in await feed(kari) if node["kind"] == "BADGE"]
    event = {name: bronze["why"]["evidence"][0][name] for name in ("source", "id")}
    answer = await void(sign_in("ada"), person="kari", event=event)
    assert answer["receipt"]["status"] == "STORED"


@pytest.mark.parametrize(
    ("changes", "typename", "told"),
    [
        ({"event": {"id": "none"}}, "NotFound", ("EVENT_UNKNOWN", "event")),
        ({"reason": ""}, "InvalidInput", ("REASON_NOT_VALID", "reason")),
        ({"person": "ada"}, "NotAllowed", ("NOT_ALLOWED_TO_VOID", "person")),
    ],
)
async def test_a_wrong_void_is_refused_in_words(
    kari: Client, changes: dict[str, Any], typename: str, told: tuple[str, str]
) -> None:
    refused = await void(kari, **changes)
    assert (refused["__typename"], refused["code"], refused["field"]) == (typename, *told)
    assert refused["message"] not in ("", told[0])
