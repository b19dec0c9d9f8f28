"""Nothing crosses an organisation: what is there for one's own is not there, under the same names, for anybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.factory import Factory
from vekst.graphql.permissions import NODES
from vekst.tokens import DevelopmentIssuer

SignIn = Callable[..., Client]

IDS = """{ me { id recognitions(first: 1) { edges { node { id } } } }
  challenges { edges { node { id } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }"
NAMED = """query ($challenge: ID!) { team(key: "north") { key } challenge(id: $challenge) { id }
  challenges(team: "north") { edges { node { id } } } leaderboard(key: "learning-streaks", team: "north") { size } }"""
RECORD = """mutation ($events: [ProgressEventInput!]!) { recordProgress(input: {events: $events}) {
  ... on RecordProgress { receipts { status } } } }"""
DELETE = (
    "mutation ($feedback: ID!) { deleteFeedback(input: {feedback: $feedback}) { ... on DeleteFeedback { deleted } } }"
)
NOW = datetime.now(UTC)
BY_KEY = frozenset({"Quest"})
"""Nodes whose id is a key of the quest files and no row: each organisation finds its own under it."""


@pytest.fixture
async def ids(organisation: Organisation, sign_in: SignIn) -> dict[str, str]:
    """A node of every type, by type; kari may see all but the act, which is for admins."""
    await organisation.publish(WITH_CHALLENGES)
    await organisation.hire("kari", team="north")
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    await organisation.hire("alma", role=Role.ADMIN)
    await organisation.record("kari", new_event("1", minutes=5))
    await organisation.judge()
    kari, nora = sign_in("kari"), sign_in("nora")
    wish = {"id": "c1", "teams": ["north"], "template": "practice-sprint"}
    assert (await nora.ask(operation("create_challenge"), **wish))["createChallenge"]["__typename"] == "CreateChallenge"
    asked = {
        "id": "a",
        "person": "nora",
        "question": "Was I clear?",
        "event": {"id": "1"},
        "occurredAt": NOW.isoformat(),
    }
    feedback = (await kari.ask(operation("ask_for_feedback"), input=asked))["askForFeedback"]["feedback"]["id"]
    terms = {
        "earn": {"count": {"event": "call.practised", "at_least": 9}},
        "until": f"{NOW + timedelta(days=9):%Y-%m-%d}",
    }
    wanted = {"id": "g", **terms, "shared": True, "occurredAt": NOW.isoformat()}
    goal = (await kari.ask(operation("set_goal"), input=wanted))["setGoal"]["goal"]["id"]
    found = await kari.ask(IDS)
    log = await sign_in("alma").ask("{ auditLog(first: 1) { edges { node { id } } } }")
    return {
        "AuditEntry": log["auditLog"]["edges"][0]["node"]["id"],
        "Learner": found["me"]["id"],
        "Recognition": found["me"]["recognitions"]["edges"][0]["node"]["id"],
        "Challenge": found["challenges"]["edges"][0]["node"]["id"],
        "Feedback": feedback,
        "Goal": goal,
    }


@pytest.fixture
async def stranger(app: FastAPI, factory: Factory, issuer: DevelopmentIssuer) -> Client:
    """An admin of another organisation that has the same quest files, and people and teams of the same names."""
    key = f"org-{uuid4().hex[:12]}"
    other = Organisation(factory, await factory.organisations().create(key, "Other"), key)
    await other.publish(WITH_CHALLENGES)
    await other.hire("adam", role=Role.ADMIN)
    return Client(app, token=issuer.token(key, person="adam"))


async def test_no_node_is_found_from_another_organisation(
    ids: dict[str, str], stranger: Client, sign_in: SignIn
) -> None:
    assert set(ids) == set(NODES) - BY_KEY
    kari, alma = sign_in("kari"), sign_in("alma")
    async with stranger:
        for kind, opaque in ids.items():
            sees = alma if kind == "AuditEntry" else kari
            assert (await sees.ask(NODE, id=opaque))["node"] == {"id": opaque}, kind
            assert await stranger.ask(NODE, id=opaque) == {"node": None, "nodes": [None]}, kind


async def test_nothing_is_found_by_name_from_another_organisation(ids: dict[str, str], stranger: Client) -> None:
    async with stranger:
        answer = (await stranger.send(NAMED, challenge=ids["Challenge"])).json()
        found = answer["data"] or {}
        assert found.get("team") is None
        assert found.get("challenge") is None
        assert not (found.get("challenges") or {}).get("edges")
        assert found.get("leaderboard") is None
        learner = await stranger.error('{ learner(person: "kari") { name } }')
        assert "Kari" not in str(learner)


async def test_nothing_is_changed_from_another_organisation(
    organisation: Organisation, ids: dict[str, str], stranger: Client
) -> None:
    at = f'"{(NOW - timedelta(minutes=1)).isoformat()}"'
    feedback = f'"{ids["Feedback"]}"'
    attempts = {
        "voidEvent": '{ id: "i", person: "kari", event: { id: "1" }, reason: "r" }',
        "cancelChallenge": f'{{ challenge: "{ids["Challenge"]}" }}',
        "changeChallenge": f'{{ challenge: "{ids["Challenge"]}", title: "Mine" }}',
        "createChallenge": '{ id: "i", teams: ["north"], template: "practice-sprint" }',
        "askForFeedback": f'{{ id: "i", person: "kari", question: "q", occurredAt: {at} }}',
        "giveFeedback": f'{{ id: "i", feedback: {feedback}, worked: "w", tryNext: "t", occurredAt: {at} }}',
        "actOnFeedback": f'{{ id: "i", feedback: {feedback}, tried: "t", event: {{ id: "1" }}, occurredAt: {at} }}',
        "setGoal": f'{{ id: "i", proposal: "{ids["Goal"]}", occurredAt: {at} }}',
        "proposeGoal": '{ id: "i", person: "kari", earn: {}, until: "2026-12-31" }',
        "changeGoal": f'{{ id: "i", goal: "{ids["Goal"]}", shared: false, occurredAt: {at} }}',
        "reflectOnGoal": f'{{ id: "i", goal: "{ids["Goal"]}", words: "w", occurredAt: {at} }}',
        "dropGoal": f'{{ goal: "{ids["Goal"]}" }}',
        "deleteGoal": f'{{ goal: "{ids["Goal"]}" }}',
        "acknowledge": f'{{ id: "i", recognition: "{ids["Recognition"]}", occurredAt: {at} }}',
    }
    tables = ("progress_events", "feedback", "challenges", "acknowledgements", "ledger_entries", "goals")
    before = [await organisation.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in tables]
    async with stranger:
        for name, given in attempts.items():
            [answer] = (await stranger.ask(f"mutation {{ {name}(input: {given}) {{ __typename }} }}")).values()
            assert answer["__typename"] in {"NotFound", "NotAllowed", "InvalidInput"}, name
        deleted = await stranger.ask(DELETE, feedback=ids["Feedback"])
        assert deleted == {"deleteFeedback": {"deleted": False}}
        event = {"id": "s", "type": "call.practised", "data": {"minutes": 5}, "person": "kari"}
        told = await stranger.ask(RECORD, events=[{**event, "occurredAt": NOW.isoformat()}])
        assert told == {"recordProgress": {"receipts": [{"status": "REFUSED"}]}}
    assert [await organisation.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in tables] == before
