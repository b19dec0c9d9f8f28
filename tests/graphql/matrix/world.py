"""One organisation with a caller of every kind, and things of kari's that the others may see or not."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from fastapi import FastAPI

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, days_ago, new_event
from tests.support.packs import WITH_CHALLENGES
from tests.support.push_service import Browser
from vekst.domain.actors import Role
from vekst.domain.learner_goals import GoalKey
from vekst.factory import Factory
from vekst.graphql.opaque import audit_node, challenge_node, goal_node, learner_node, quest_node, recognition_node
from vekst.graphql.permissions import PERMISSIONS, Reach
from vekst.tokens import DevelopmentIssuer

__all__ = ["ABSENT", "ACTIVE", "CALLERS", "SIGHT", "STRANGERS", "World", "admitted", "build_world"]

ACTIVE: Final = ("kari", "nora", "mats", "ola", "alva", "adam")
"""A learner of the team north, its manager, the manager and a learner of south, an author, an admin."""

STRANGERS: Final = ("otto", "tove")
"""An admin and a learner of another organisation with the same quest files."""

CALLERS: Final = (*ACTIVE, "crm", *STRANGERS)
"""Everyone who is let in; `crm` is an integration. Who is not: see `World.outsiders`."""

SIGHT: Final[dict[Reach, frozenset[str]]] = {
    Reach.OWN: frozenset({*ACTIVE, *STRANGERS}),
    Reach.ORGANISATION: frozenset({*ACTIVE, *STRANGERS}),
    Reach.LEARNER: frozenset({"kari", "adam"}),
    Reach.TEAM: frozenset({"kari", "nora", "adam"}),
    Reach.LED_TEAM: frozenset({"nora", "adam"}),
    Reach.RECORDING: frozenset({"kari", "nora", "crm"}),
    Reach.VOIDING: frozenset({"kari", "nora", "adam"}),
    Reach.COLLEAGUE: frozenset(ACTIVE) - {"kari"},
    Reach.EXCHANGE: frozenset({"kari", "nora"}),
    Reach.GOAL: frozenset({"kari", "nora", "adam"}),
    Reach.ADMINISTRATION: frozenset({"adam", "otto"}),
    Reach.ACT: frozenset({"adam"}),
}
"""Whom each reach lets at kari and what is hers. What is everyone's, strangers find in their own organisation."""

_ROLES: Final = {caller: {Role.LEARNER} for caller in (*ACTIVE, *STRANGERS)} | {
    "crm": {Role.INTEGRATION},
    "adam": {Role.LEARNER, Role.ADMIN},
    "otto": {Role.LEARNER, Role.ADMIN},
}

ABSENT: Final = {
    "auditentry": audit_node(uuid4()),
    "person": "nobody-here",
    "colleague": "nobody-here",
    "team": "nowhere",
    "team to lead": "nowhere",
    "board": "no-board",
    "learner": learner_node(uuid4()),
    "recognition": recognition_node(uuid4(), 1),
    "feedback": "RmVlZGJhY2s6MDAwMDAwMDAwMDAwNDAwMDgwMDAwMDAwMDAwMDAwMDA6MDAwMDAwMDAwMDAwNDAwMDgwMDAwMDAwMDAwMDAwMDA",
    "goal": goal_node(GoalKey(uuid4(), uuid4())),
    "challenge": challenge_node(uuid4()),
    "challenge's board": f"challenge:{challenge_node(uuid4())}",
    "draft": challenge_node(uuid4()),
    "draft's board": f"challenge:{challenge_node(uuid4())}",
    "quest": quest_node("no-quest"),
    "quest to take": "no-quest",
    "event": "no-event",
    "device": "https://push.example.com/to/nobody",
}
"""For each kind of thing, one that there is not."""


def admitted(rule: str) -> frozenset[str]:
    """The callers whom the rule of a root field admits at all."""
    return frozenset(caller for caller in CALLERS if PERMISSIONS[rule].roles & _ROLES[caller])


@dataclass
class World:
    """The callers, signed in, and the things by kind."""

    organisation: Organisation
    clients: dict[str, Client]
    outsiders: dict[str, Client]
    """Who is not let in: nobody, one with an old token, one who left, one who never was, one of no organisation."""
    tokens: dict[str, str]
    things: dict[str, str]


async def build_world(
    organisation: Organisation, factory: Factory, app: FastAPI, issuer: DevelopmentIssuer, stack: AsyncExitStack
) -> World:
    """People, what they did, and clients for all of them, which end with the stack."""
    await _people(organisation)
    other = await _strangers(factory)
    tokens = {person: issuer.token(organisation.key, person=person) for person in ACTIVE}
    tokens |= {person: issuer.token(other.key, person=person) for person in STRANGERS}
    tokens["crm"] = issuer.token(organisation.key, integration="crm")
    outside = {
        "unsigned": None,
        "expired": issuer.token(organisation.key, person="kari", lifetime=timedelta(hours=-1)),
        "forged": tokens["kari"][:-4] + "AAAA",
        "inactive": issuer.token(organisation.key, person="ina"),
        "unknown person": issuer.token(organisation.key, person="nobody-here"),
        "unknown integration": issuer.token(organisation.key, integration="nothing"),
        "unknown organisation": issuer.token("no-such-organisation", person="kari"),
    }

    async def client(token: str | None) -> Client:
        return await stack.enter_async_context(Client(app, token=token, language="en"))

    clients = {caller: await client(tokens[caller]) for caller in CALLERS}
    outsiders = {name: await client(token) for name, token in outside.items()}
    named = {name: token or "" for name, token in outside.items()}
    things = await _things(organisation, clients)
    return World(organisation, clients, outsiders, {**tokens, **named}, things)


async def _people(organisation: Organisation) -> None:
    await organisation.publish(WITH_CHALLENGES)
    await organisation.hire("kari", "ina", team="north")
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    await organisation.hire("ola", team="south")
    await organisation.hire("mats", team="south", role=Role.MANAGER)
    await organisation.hire("alva", role=Role.AUTHOR)
    await organisation.hire("adam", role=Role.ADMIN)
    await organisation.integration("crm")
    for person in ACTIVE:
        last = datetime.now(UTC) - timedelta(hours=1)
        days = [new_event(f"e{n}", at=days_ago(n, of=last), minutes=5) for n in range(4)]
        await organisation.record(person, *days)
        for board in ("learning-streaks", "longest-streaks"):
            await organisation.factory.boards().join(await organisation.actor(person), board)
    await organisation.judge()
    await organisation.dismiss("ina")


async def _strangers(factory: Factory) -> Organisation:
    key = f"org-{uuid4().hex[:12]}"
    other = Organisation(factory, await factory.organisations().create(key, "Other"), key)
    await other.publish(WITH_CHALLENGES)
    await other.hire("otto", role=Role.ADMIN)
    await other.hire("tove", team="east")
    for person in STRANGERS:
        await other.record(person, new_event("e0", minutes=5))
    await other.judge()
    return other


async def _things(organisation: Organisation, clients: dict[str, Client]) -> dict[str, str]:
    kari, nora = clients["kari"], clients["nora"]
    begin = operation("create_challenge")
    running = await nora.ask(begin, id="c1", teams=["north"], template="practice-sprint")
    draft: Any = await nora.ask(
        """mutation ($input: CreateChallengeInput!) { createChallenge(input: $input) {
             ... on CreateChallenge { challenge { id } } ... on Refusal { code } } }""",
        input={"id": "c2", "teams": ["north"], "template": "practice-sprint", "draft": True},
    )
    at = datetime.now(UTC).isoformat()
    asked = {"id": "a1", "person": "nora", "question": "Was I clear?", "event": {"id": "e0"}, "occurredAt": at}
    feedback = await kari.ask(operation("ask_for_feedback"), input=asked)
    until = str((datetime.now(UTC) + timedelta(days=20)).date())
    terms = {"earn": {"count": {"event": "call.practised", "at_least": 9}}, "until": until}
    goal = await kari.ask(operation("set_goal"), input={"id": "g1", **terms, "shared": True, "occurredAt": at})
    device = Browser(f"https://push.example.com/to/{uuid4()}").subscription
    registered = await kari.ask(operation("register_device"), input=device)
    assert registered == {"registerDevice": {"language": "en"}}
    me = (await kari.ask("{ me { id } }"))["me"]["id"]
    # Progress that a manager can acknowledge is of other kinds than single events.
    steps = await kari.ask("{ me { recognitions(first: 50) { edges { node { id kind } } } } }")
    nodes = [edge["node"] for edge in steps["me"]["recognitions"]["edges"]]
    log = await clients["adam"].ask("{ auditLog(first: 1) { edges { node { id } } } }")
    return {
        "auditentry": log["auditLog"]["edges"][0]["node"]["id"],
        "person": "kari",
        "colleague": "kari",
        "team": "north",
        "team to lead": "north",
        "board": "learning-streaks",
        "learner": me,
        "recognition": next(node["id"] for node in nodes if node["kind"] in {"BADGE", "MILESTONE"}),
        "feedback": feedback["askForFeedback"]["feedback"]["id"],
        "goal": goal["setGoal"]["goal"]["id"],
        "challenge": running["createChallenge"]["challenge"]["id"],
        "challenge's board": f"challenge:{running['createChallenge']['challenge']['id']}",
        "draft": draft["createChallenge"]["challenge"]["id"],
        "draft's board": f"challenge:{draft['createChallenge']['challenge']['id']}",
        "quest": quest_node("better-questions"),
        "quest to take": "deep-dive",
        "event": "e1",
        "device": device["endpoint"],
    }
