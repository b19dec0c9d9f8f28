"""The clients: people and an integration who do things all the time, and send each until it is acknowledged."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from tests.faults.book import Book, EventKey, Sent
from tests.faults.caller import Caller, Unanswered
from tests.faults.tally import Tally

__all__ = ["Integration", "Person", "Whom"]

_RECORD: Final = """mutation ($events: [ProgressEventInput!]!) { recordProgress(input: {events: $events}) {
  __typename ... on RecordProgress { receipts { id status problem { code } } } ... on Refusal { code } } }"""
_VOID: Final = """mutation ($input: VoidEventInput!) { voidEvent(input: $input) {
  __typename ... on VoidEvent { receipt { status } } ... on Refusal { code } } }"""
_ACCEPT: Final = """mutation ($input: AcceptQuestInput!) { acceptQuest(input: $input) {
  __typename ... on AcceptQuest { receipt { status } } ... on Refusal { code } } }"""
_REST: Final = """mutation ($input: TakeTimeOffInput!) { takeTimeOff(input: $input) {
  __typename ... on TakeTimeOff { receipt { status } } ... on Refusal { code } } }"""

_DAYS: Final = 120
_KINDS: Final = ("call.practised", "lesson.completed", "deal.closed")


@dataclass(frozen=True, slots=True)
class Whom:
    """A learner as everybody knows them."""

    org: str
    person: str
    learner_id: UUID


@dataclass(slots=True)
class _Client:
    """What people and integrations have in common."""

    caller: Caller
    book: Book
    tally: Tally
    chance: Random
    pause: float
    """Seconds between two things that it does, on average."""
    _count: int = 0
    _mine: list[EventKey] = field(default_factory=list)

    async def live(self) -> None:
        """Do things until the caller is told to stop."""
        try:
            while not self.caller.stops_when_answered:
                await self.act()
                await asyncio.sleep(self.chance.expovariate(1 / self.pause))
        except Unanswered:
            pass

    async def act(self) -> None:
        """Do one thing, and send it until it is acknowledged."""
        raise NotImplementedError

    def _id(self) -> str:
        self._count += 1
        return f"{self._count:05}"

    def _event(self, whom: Whom, source: str) -> tuple[EventKey, Sent]:
        kind = self.chance.choices(_KINDS, (8, 3, 1))[0]
        # Whole seconds, so that both sides write the instant alike.
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=self.chance.randrange(_DAYS * 86_400))
        data: dict[str, object] = {}
        match kind:
            case "call.practised":
                data = {"score": self.chance.randrange(11), "minutes": self.chance.randrange(60)}
            case "lesson.completed":
                data = {"lesson": self.chance.choice(("open-questions", "listening"))}
            case _:
                data = {"amount": self.chance.randrange(1_000)}
        return EventKey(whom.org, whom.person, source, self._id()), Sent(kind, data, at)

    async def _send(self, batch: dict[EventKey, Sent], *, known: str | None = None, named: bool = False) -> None:
        """Send events until they are answered; `known` is the answer that must come to what was sent before."""
        events = [_input(key, sent, named=named) for key, sent in batch.items()]
        if known != "CONFLICT":
            self.book.sent.update(batch)
        answer, first = await self.caller.call(_RECORD, {"events": events}, "recordProgress")
        wanted = {known} if known else {"STORED"} if first else {"STORED", "DUPLICATE"}
        receipts = answer.get("receipts") or [{"status": answer.get("code", "?"), "id": key.id} for key in batch]
        for key, receipt in zip(batch, receipts, strict=True):
            if receipt["status"] not in wanted:
                self.tally.wrong(f"{key}: answered {receipt}, where only {sorted(wanted)} is right")
        if known is None:
            self.book.acknowledged.update(batch)
            self._mine += batch
        self.tally.acknowledge(len(batch))

    async def _send_again(self, *, named: bool = False) -> None:
        """Send what is stored once more, as it was or with other content; neither may change anything."""
        if not self._mine:
            return
        keys = self.chance.sample(self._mine, min(len(self._mine), self.chance.randint(1, 4)))
        batch = {key: self.book.sent[key] for key in keys}
        if self.chance.random() < 0.3:
            other = {key: Sent("deal.closed", {"amount": 1_000_001}, sent.at) for key, sent in batch.items()}
            await self._send(other, known="CONFLICT", named=named)
        else:
            await self._send(batch, known="DUPLICATE", named=named)


@dataclass(slots=True)
class Person(_Client):
    """Somebody with a phone."""

    whom: Whom = field(kw_only=True)
    rests: bool = field(kw_only=True)
    at_most: int = field(kw_only=True)
    """Events after which only old things are sent again, so that a slow model can follow."""
    _voided: set[EventKey] = field(default_factory=set)

    async def act(self) -> None:
        """Practise mostly; now and then void, accept, rest, or send again."""
        what = self.chance.random()
        if what < 0.12 or len(self._mine) >= self.at_most:
            await self._send_again()
        elif what < 0.20:
            await self._void()
        elif what < 0.24:
            await self._accept()
        elif what < 0.28 and self.rests:
            await self._rest()
        else:
            count = self.chance.choice((1, 1, 2, 3, 8))
            await self._send(dict(self._event(self.whom, "app") for _ in range(count)))

    async def _void(self) -> None:
        standing = [key for key in self._mine if key not in self._voided]
        if not standing:
            return
        target = self.chance.choice(standing)
        self._voided.add(target)
        client_id = self._id()
        key = self._key(f"vekst.voided:{self.whom.learner_id.hex}:{client_id}")
        data = {"source": target.source, "id": target.id, "reason": "a mistake"}
        sent = {"id": client_id, "event": {"id": target.id}, "reason": "a mistake"}
        await self._choose(_VOID, "voidEvent", sent, key, Sent("vekst.voided", data, None))

    async def _accept(self) -> None:
        client_id, at = self._id(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=_DAYS)
        sent = {"id": client_id, "quest": "deep-dive", "occurredAt": at.isoformat()}
        key = self._key(f"vekst.quest-accepted:{client_id}")
        await self._choose(_ACCEPT, "acceptQuest", sent, key, Sent("vekst.quest-accepted", {"quest": "deep-dive"}, at))

    async def _rest(self) -> None:
        client_id, at = self._id(), datetime.now(UTC).replace(microsecond=0)
        first = at.date() - timedelta(days=self.chance.randrange(_DAYS))
        data = {"from": first.isoformat(), "until": (first + timedelta(days=self.chance.randrange(4))).isoformat()}
        sent = {"id": client_id, **data, "occurredAt": at.isoformat()}
        key = self._key(f"vekst.time-off:{client_id}")
        await self._choose(_REST, "takeTimeOff", sent, key, Sent("vekst.time-off", data, at))

    def _key(self, id: str) -> EventKey:
        return EventKey(self.whom.org, self.whom.person, "app", id)

    async def _choose(self, document: str, name: str, sent: dict[str, Any], key: EventKey, event: Sent) -> None:
        self.book.sent[key] = event
        answer, first = await self.caller.call(document, {"input": sent}, name)
        status = answer.get("receipt", {}).get("status", answer.get("code"))
        if status not in ({"STORED"} if first else {"STORED", "DUPLICATE"}):
            self.tally.wrong(f"{key}: answered {answer}")
        self.book.acknowledged.add(key)
        self.tally.acknowledge(1)


@dataclass(slots=True)
class Integration(_Client):
    """A system that records for everybody of an organisation."""

    name: str = field(kw_only=True)
    people: list[Whom] = field(kw_only=True)

    async def act(self) -> None:
        """Record for several people at once; now and then again."""
        if self.chance.random() < 0.2:
            await self._send_again(named=True)
        else:
            count = self.chance.randint(1, 12)
            batch = dict(self._event(self.chance.choice(self.people), self.name) for _ in range(count))
            await self._send(batch, named=True)


def _input(key: EventKey, sent: Sent, *, named: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "id": key.id,
        "type": sent.type,
        "occurredAt": sent.at.isoformat() if sent.at else None,
        "data": sent.data,
    }
    return {**told, "person": key.person} if named else told
