"""Who may do what, field by field: every field of the roots is tried as every kind of caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLInterfaceType

from tests.graphql.client import Client
from tests.support.organisations import Organisation
from vekst.domain.actors import Role
from vekst.graphql.permissions import NODES, PERMISSIONS
from vekst.graphql.schema import build_schema

SignIn = Callable[..., Client]

QUERIES = {
    "me": "{ me { person } }",
    "node": '{ node(id: "x") { id } }',
    "nodes": '{ nodes(ids: ["x"]) { id } }',
    "learner": '{ learner(person: "kari") { person } }',
    "quests": "{ quests { edges { cursor } } }",
    "push": "{ push { publicKey } }",
    "transparency": "{ transparency { retentionDays } }",
    "changes": "{ changes { cursor } }",
    "challenge": '{ challenge(id: "x") { state } }',
    "challenges": "{ challenges { edges { cursor } } }",
    "leaderboard": '{ leaderboard(key: "learning-streaks") { size } }',
    "team": '{ team(key: "north") { name } }',
    "auditLog": "{ auditLog { edges { cursor } } }",
}
SUBSCRIPTIONS = {
    "recognitions": "subscription { recognitions { cursor } }",
    "leaderboard": 'subscription { leaderboard(key: "learning-streaks") { size } }',
    "challenge": 'subscription { challenge(id: "x") { state } }',
}
AT = '"2026-03-02T09:00:00Z"'
MUTATIONS = {
    "recordProgress": f'{{ events: [{{ id: "i", type: "t", occurredAt: {AT} }}] }}',
    "voidEvent": '{ id: "i", person: "kari", event: { id: "x" }, reason: "r" }',
    "acceptQuest": f'{{ id: "i", quest: "deep-dive", occurredAt: {AT} }}',
    "changeZone": '{ id: "i", zone: "Europe/Oslo" }',
    "takeTimeOff": f'{{ id: "i", from: "2026-03-02", until: "2026-03-02", occurredAt: {AT} }}',
    "askForFeedback": f'{{ id: "i", person: "nobody", question: "q", occurredAt: {AT} }}',
    "giveFeedback": f'{{ id: "i", person: "nobody", worked: "w", tryNext: "t", occurredAt: {AT} }}',
    "actOnFeedback": f'{{ id: "i", feedback: "x", tried: "t", event: {{ id: "x" }}, occurredAt: {AT} }}',
    "deleteFeedback": '{ feedback: "x" }',
    "setGoal": f'{{ id: "i", earn: {{}}, until: "2026-03-02", occurredAt: {AT} }}',
    "proposeGoal": '{ id: "i", person: "nobody", earn: {}, until: "2026-03-02" }',
    "changeGoal": f'{{ id: "i", goal: "x", occurredAt: {AT} }}',
    "reflectOnGoal": f'{{ id: "i", goal: "x", words: "w", occurredAt: {AT} }}',
    "dropGoal": '{ goal: "x" }',
    "deleteGoal": '{ goal: "x" }',
    "createChallenge": '{ id: "i", teams: ["nowhere"], template: "practice-sprint" }',
    "changeChallenge": '{ challenge: "x" }',
    "cancelChallenge": '{ challenge: "x" }',
    "joinLeaderboard": '{ key: "learning-streaks" }',
    "leaveLeaderboard": '{ key: "learning-streaks" }',
    "acknowledge": f'{{ id: "i", recognition: "x", occurredAt: {AT} }}',
    "registerDevice": '{ endpoint: "nowhere", p256dh: "", auth: "" }',
    "removeDevice": '{ endpoint: "nowhere" }',
    "exportMyData": "",
    "eraseMe": '{ confirm: "nobody" }',
}
FOR_ADMINS = {"auditLog"}
FOR_INTEGRATIONS = {"recordProgress": "RecordProgress", "voidEvent": "NotFound"}
"""An integration only records events for others, and corrects what it recorded."""


def mutation(name: str) -> str:
    """The mutation as an operation."""
    given = f"(input: {MUTATIONS[name]})" if MUTATIONS[name] else ""
    return f"mutation {{ {name}{given} {{ __typename }} }}"


def test_every_field_of_the_roots_is_tried() -> None:
    core = build_schema().core
    assert core.query_type is not None
    assert core.mutation_type is not None
    assert core.subscription_type is not None
    assert set(core.query_type.fields) == set(QUERIES)
    assert set(core.mutation_type.fields) == set(MUTATIONS)
    assert set(core.subscription_type.fields) == set(SUBSCRIPTIONS)


def test_every_field_of_the_roots_and_every_type_of_node_has_a_rule_and_no_rule_is_without_one() -> None:
    core = build_schema().core
    roots = [core.query_type, core.mutation_type, core.subscription_type]
    fields = {f"{root.name}.{name}" for root in roots if root is not None for name in root.fields}
    node = core.get_type("Node")
    assert isinstance(node, GraphQLInterfaceType)
    nodes = {each.name for each in core.get_implementations(node).objects}
    assert fields
    assert nodes
    assert set(PERMISSIONS) == fields
    assert set(NODES) == nodes


@pytest.mark.parametrize("name", QUERIES)
async def test_nobody_and_integrations_read_nothing(
    organisation: Organisation, sign_in: SignIn, unsigned: Client, name: str
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.integration("crm")
    nobody = await unsigned.send(QUERIES[name])
    assert nobody.status_code == 401
    assert "data" not in nobody.json()
    error = await sign_in(integration="crm").error(QUERIES[name])
    assert error["extensions"]["code"] == "NOT_ALLOWED"


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_nobody_and_integrations_follow_nothing(
    organisation: Organisation, sign_in: SignIn, unsigned: Client, name: str
) -> None:
    await organisation.publish()
    await organisation.integration("crm")
    body = {"query": SUBSCRIPTIONS[name]}
    assert (await unsigned.http.post("/graphql/stream", json=body)).status_code == 401
    answer = await sign_in(integration="crm").http.post("/graphql/stream", json=body)
    assert '"NOT_ALLOWED"' in answer.text


@pytest.mark.parametrize("name", MUTATIONS)
async def test_nobody_writes_anything_and_integrations_record_only(
    organisation: Organisation, sign_in: SignIn, unsigned: Client, name: str
) -> None:
    await organisation.publish()
    await organisation.integration("crm")
    assert await unsigned.ask(mutation(name)) == {name: {"__typename": "NotSignedIn"}}
    [answer] = (await sign_in(integration="crm").ask(mutation(name))).values()
    assert answer == {"__typename": FOR_INTEGRATIONS.get(name, "NotAllowed")}


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MANAGER, Role.AUTHOR, Role.ADMIN])
async def test_everyone_who_is_signed_in_is_a_learner(organisation: Organisation, sign_in: SignIn, role: Role) -> None:
    await organisation.publish()
    await organisation.hire("kari", role=role)
    kari = sign_in("kari")
    for name, query in QUERIES.items():
        if name in FOR_ADMINS and role is not Role.ADMIN:
            assert (await kari.error(query))["extensions"]["code"] == "NOT_ALLOWED"
        else:
            await kari.ask(query)
    for name in MUTATIONS:
        answer: dict[str, Any] = await kari.ask(mutation(name))
        assert answer[name]["__typename"] not in ("NotSignedIn", "NotAllowed")
