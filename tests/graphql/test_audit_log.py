"""The audit log in the API: for admins, in their language, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from vekst.domain.actors import Role
from vekst.graphql.opaque import audit_node

SignIn = Callable[..., Client]
LOG = """
query AuditLog($act: AuditAct, $person: String, $since: DateTime, $first: Int = 20, $after: String) {
  auditLog(act: $act, person: $person, since: $since, first: $first, after: $after) {
    edges {
      node {
        id
        at
        act
        title
        authorKind
        author
        person
        thing
        requestId
        facts
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on AuditEntry { act } } }"
VOID = operation("void_event")


async def _ask(client: Client, **variables: Any) -> Any:
    return (await client.ask(LOG, **variables))["auditLog"]


async def _elsewhere(organisation: Organisation) -> UUID:
    """The id of an entry of another organisation."""
    factory, key = organisation.factory, f"org-{uuid4().hex[:12]}"
    other = Organisation(factory, await factory.organisations().create(key, "Other"), key)
    [(entry_id,)] = await other.rows("SELECT entry_id FROM audit_entries")
    assert isinstance(entry_id, UUID)
    return entry_id


async def test_an_admin_reads_what_was_done_by_whom_and_in_which_request(
    organisation: Organisation, sign_in: SignIn
) -> None:
    await organisation.publish()
    await organisation.hire("kari", team="north")
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    await organisation.hire("adam", role=Role.ADMIN)
    await organisation.record("kari", new_event("1"))
    nora, adam = sign_in("nora"), sign_in("adam", language="nb")
    nora.http.headers["X-Request-Id"] = "phone-42"
    await nora.ask(VOID, id="v", person="kari", event={"source": "app", "id": "1"}, reason="A mistake")

    [entry] = [edge["node"] for edge in (await _ask(adam, act="EVENT_VOIDED"))["edges"]]
    again = {"node": {"id": entry["id"], "act": "EVENT_VOIDED"}}
    assert await adam.ask(NODE, id=entry["id"]) == again
    for stranger in (nora, sign_in("kari")):
        assert await stranger.ask(NODE, id=entry["id"]) == {"node": None}
    elsewhere = await _elsewhere(organisation)
    assert await adam.ask(NODE, id=audit_node(elsewhere)) == {"node": None}
    assert entry.pop("id") == again["node"]["id"]
    assert datetime.now(UTC) - datetime.fromisoformat(entry.pop("at")) < timedelta(minutes=5)
    assert entry.pop("facts")["type"] == "call.practised"
    assert entry == {
        "act": "EVENT_VOIDED",
        "title": "En persons hendelse ble tatt ut av vurderingen",
        "authorKind": "PERSON",
        "author": "nora",
        "person": "kari",
        "thing": None,
        "requestId": "phone-42",
    }
    by_itself = (await _ask(sign_in("adam", language="en"), act="PACK_PUBLISHED"))["edges"][0]["node"]
    assert (by_itself["authorKind"], by_itself["author"], by_itself["title"]) == (
        "SYSTEM",
        None,
        "Quest files were published",
    )
    of_kari = (await _ask(adam, person="kari"))["edges"]
    assert {edge["node"]["act"] for edge in of_kari} == {"EVENT_VOIDED", "PERSON_ADDED"}
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert (await _ask(adam, since=future))["edges"] == []
    # Nobody else reads it, whatever they did themselves.
    for other in (nora, sign_in("kari")):
        assert (await other.error(LOG))["extensions"]["code"] == "NOT_ALLOWED"


async def test_pages_lead_through_all_of_it_once(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.hire("adam", role=Role.ADMIN)
    await organisation.hire(*(f"person-{number}" for number in range(7)))
    adam = sign_in("adam")
    whole = await _ask(adam, first=100)
    assert not whole["pageInfo"]["hasNextPage"]
    pages, after = [], None
    while True:
        page = await _ask(adam, first=3, after=after)
        pages += page["edges"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert pages == whole["edges"]
    assert len(pages) == 9
    for variables in ({"first": 101}, {"after": "x"}, {"after": "YXVkaXQ6eA"}, {"since": "2026-03-02T09:00:00"}):
        assert (await adam.error(LOG, **variables))["extensions"]["reason"] in {
            "FIRST_OUT_OF_RANGE",
            "CURSOR_NOT_VALID",
            "TIME_WITHOUT_OFFSET",
        }
