"""Plays requests on a fresh organisation, one after the other or at once: what was answered, and what is there then.

Two organisations that were played alike have the same traces: ids and times, which differ, are left out of them.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import FastAPI

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation, days_ago, new_event
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.factory import Factory
from vekst.graphql.schema import build_schema
from vekst.tokens import DevelopmentIssuer

__all__ = ["Play", "Sent", "Stage", "Traces"]

CORE = build_schema().core

Traces = dict[str, Counter[str]]
"""The rows of every table of the organisation, without what differs between any two."""

_UUID: Final = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_KEY: Final = re.compile(r"org-[0-9a-f]{12}")
_OPAQUE: Final = re.compile(r'"(id|cursor)":"[A-Za-z0-9_-]{20,}"')
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T[0-9:.]+Z?")
_COLUMNS: Final = """
    SELECT table_name, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position)
      FROM information_schema.columns c
     WHERE table_schema = current_schema() AND c.is_identity = 'NO' AND c.column_name <> 'request_id' AND EXISTS (
           SELECT 1 FROM information_schema.columns o
            WHERE o.table_schema = c.table_schema AND o.table_name = c.table_name AND o.column_name = 'org_id')
     GROUP BY 1
"""
_ONLY: Final = {"board_counts": " WHERE members <> 0", "outbox": " WHERE false"}
"""Leaves out rows that say nothing: of messages those stay that Valkey was too slow to take, to be told by a sweep."""


@dataclass(frozen=True)
class Sent:
    """A mutation with its input, in which `$feedback` and the like stand for things of the organisation."""

    mutation: str
    input: dict[str, Any]
    by: str = "kari"


Stage = Sequence[Sent]
"""What is sent at once."""


class Play:
    """One organisation, with people and things to act on."""

    def __init__(self, organisation: Organisation, clients: dict[str, Client]) -> None:
        self.organisation = organisation
        self._clients = clients
        self._things: dict[str, str] = {"$now": datetime.now(UTC).isoformat()}

    @classmethod
    async def begin(cls, factory: Factory, app: FastAPI, issuer: DevelopmentIssuer, stack: AsyncExitStack) -> Play:
        """People of a team, two of whom lead it; kari has done something and was told of it."""
        key = f"org-{uuid4().hex[:12]}"
        organisation = Organisation(factory, await factory.organisations().create(key, "Effects"), key)
        await organisation.publish(WITH_CHALLENGES)
        await organisation.hire("kari", "ola", team="north")
        await organisation.hire("nora", "mona", team="north", role=Role.MANAGER)
        last = datetime.now(UTC) - timedelta(hours=1)
        days = [new_event(f"e{n}", at=days_ago(n, of=last), minutes=5) for n in range(4)]
        await organisation.record("kari", *days)
        await organisation.judge()
        people = ("kari", "ola", "nora", "mona")
        tokens = {person: issuer.token(key, person=person) for person in people}
        clients = {person: await stack.enter_async_context(Client(app, token=tokens[person])) for person in people}
        play = cls(organisation, clients)
        await play._prepare()
        return play

    async def _prepare(self) -> None:
        kari, nora = self._clients["kari"], self._clients["nora"]
        now, soon = self._things["$now"], (datetime.now(UTC) + timedelta(days=1)).isoformat()
        asked = {"id": "asked", "person": "nora", "question": "Was I clear?", "occurredAt": now}
        given = {"id": "given", "person": "kari", "worked": "w", "tryNext": "t", "occurredAt": now}
        for client, name, word, wish in ((kari, "ask", "$asked", asked), (nora, "give", "$given", given)):
            [answer] = (
                await client.ask(operation(f"{name}_for_feedback" if name == "ask" else "give_feedback"), input=wish)
            ).values()
            self._things[word] = answer["feedback"]["id"]
        today = datetime.now(UTC).date()
        self._things["$later"] = str(today + timedelta(days=20))
        goal = {"count": {"event": "call.practised", "at_least": 8}}
        own: dict[str, Any] = {"id": "g0", "earn": goal, "until": str(today + timedelta(days=9)), "occurredAt": now}
        text = "mutation ($input: SetGoalInput!) { setGoal(input: $input) { ... on SetGoal { goal { id } } } }"
        self._things["$goal"] = (await kari.ask(text, input=own))["setGoal"]["goal"]["id"]
        begin = operation("create_challenge")
        made = await nora.ask(begin, id="c0", teams=["north"], template="practice-sprint", startsAt=soon)
        self._things["$challenge"] = made["createChallenge"]["challenge"]["id"]
        self._things["$board"] = f"challenge:{self._things['$challenge']}"
        found = await kari.ask("{ me { recognitions(first: 50) { edges { node { id kind } } } } }")
        nodes = [edge["node"] for edge in found["me"]["recognitions"]["edges"]]
        self._things["$recognition"] = next(node["id"] for node in nodes if node["kind"] in {"BADGE", "MILESTONE"})

    async def send(self, *stages: Stage) -> list[str]:
        """The answers, in the order of the requests; what is sent at once may be answered in any."""
        told: list[str] = []
        for stage in stages:
            told += await asyncio.gather(*map(self._one, stage))
        return told

    async def _one(self, sent: Sent) -> str:
        given = json.dumps(sent.input)
        for word, value in self._things.items():
            given = given.replace(json.dumps(word), json.dumps(value))
        variables = {"input": json.loads(given)} if sent.input else {}
        answer = await self._clients[sent.by].send(_text(sent.mutation), **variables)
        assert answer.status_code == 200, (sent, answer.text)
        assert "errors" not in answer.json(), (sent, answer.text)
        return _plain(answer.text)

    async def traces(self) -> Traces:
        """What is there once everything is judged."""
        await self.organisation.judge()
        tables = await self.organisation.rows(_COLUMNS)
        assert tables
        return {
            str(table): Counter(
                str(tuple(map(_trace, row)))
                for row in await self.organisation.rows(f"SELECT {columns} FROM {table}{_ONLY.get(str(table), '')}")
            )
            for table, columns in tables
        }


def _text(name: str) -> str:
    """The mutation, with its receipt and with what it shows that is no more than what was done."""
    assert CORE.mutation_type is not None
    field = CORE.mutation_type.fields[name]
    argument = field.args.get("input")
    head, call = (f"mutation ($input: {argument.type})", f"{name}(input: $input)") if argument else ("mutation", name)
    parts = ["__typename", "... on Refusal { code field }"]
    succeeded = CORE.type_map[f"{name[0].upper()}{name[1:]}"]
    known = {
        "receipt": "receipt { id status }",
        "receipts": "receipts { id status problem { code } }",
        "deleted": "deleted",
        "erased": "erased",
        "removed": "removed",
        "language": "language",
    }
    parts += [
        f"... on {succeeded.name} {{ {text} }}"
        for part, text in known.items()
        if part in getattr(succeeded, "fields", {})
    ]
    return f"{head} {{ {call} {{ {' '.join(parts)} }} }}"


def _plain(text: str) -> str:
    return _KEY.sub("org", _TIME.sub("time", _UUID.sub("uuid", _OPAQUE.sub(r'"\1":"…"', text))))


def _trace(value: object) -> object:
    match value:
        case UUID():
            return "uuid"
        case datetime():
            return "time"
        case bytes() | memoryview():
            return "bytes"
        case [int(), *_]:
            return f"{len(value)} numbers"  # of events, which count over all organisations
        case _:
            return _plain(str(value))
