"""Examines an installation: what was found of each part, and the cure where something is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from vekst.engine.version import ENGINE_VERSION
from vekst.jobs.valkey import Valkey
from vekst.services.clock import Clock
from vekst.services.replica import Replica
from vekst.storage import organisations_store, replay_store, server_store
from vekst.storage.database import Database
from vekst.storage.migrations import is_current
from vekst.storage.server_store import ServerFacts

__all__ = ["ExaminationService", "Finding"]

_OLDEST: Final = 15
"""The first release of PostgreSQL that will do."""
_SKEW: Final = timedelta(seconds=2)
_WAITS_TOO_LONG: Final = timedelta(seconds=60)
_UNVERIFIED_TOO_LONG: Final = timedelta(days=2)
_TOO_FAR_BEHIND: Final = 30.0
_NAMED: Final = 3
_AWAY: Final = (DBAPIError, OSError, RedisError)


class Finding(NamedTuple):
    """What was looked at, what was found, and the cure where it is not well."""

    name: str
    found: str
    cure: str = ""


Look = Callable[[], Awaitable[Finding]]


class ExaminationService:
    """Looks at the servers and at what lies in them; it changes nothing."""

    def __init__(
        self, database: Database, replica: Replica | None, valkey: Valkey, clock: Clock, *, development: bool
    ) -> None:
        self._database = database
        self._replica = replica
        self._valkey = valkey
        self._clock = clock
        self._development = development

    async def examine(self) -> list[Finding]:
        """Every part; one that can't be looked at does not hide the others."""
        findings = [await _looked("postgresql", self._postgresql)]
        if not findings[0].cure:
            findings += [
                await _looked("role", self._role),
                await _looked("clock", self._time),
                await _looked("replication", self._replication),
                await _looked("schema", self._schema),
            ]
        readable = len(findings) > 1 and not findings[-1].cure
        if self._replica is not None:
            findings.append(await _looked("replica", partial(self._reads_from, self._replica)))
        findings.append(await _looked("valkey", self._ask_valkey))
        if readable:
            findings += [
                await _looked("queue", self._queue),
                await _looked("learners", self._learners),
                await _looked("boards", self._boards),
                await _looked("ledger", self._ledger),
            ]
        return findings

    async def _facts(self) -> ServerFacts:
        async with self._database.crossing() as connection:
            return await server_store.facts(connection)

    async def _postgresql(self) -> Finding:
        found = await self._facts()
        if found.release < _OLDEST:
            return Finding("postgresql", found.version, f"use PostgreSQL {_OLDEST} or newer")
        if not found.durable:
            told = f"{found.version}; it may lose what was acknowledged"
            cure = "turn fsync, full_page_writes and synchronous_commit on"
            return Finding("postgresql", told, "" if self._development else cure)
        return Finding("postgresql", found.version)

    async def _role(self) -> Finding:
        found = await self._facts()
        if found.bound:
            return Finding("role", f"{found.role}, bound by row-level security")
        return Finding("role", f"{found.role} sees every organisation", "take SUPERUSER and BYPASSRLS from that role")

    async def _time(self) -> Finding:
        before = self._clock()
        found = await self._facts()
        after = self._clock()
        skew = max(before - found.now, found.now - after, timedelta())
        told = f"{skew.total_seconds():.3f} s apart from the database's"
        return Finding("clock", told, "let both machines keep time by NTP" if skew > _SKEW else "")

    async def _replication(self) -> Finding:
        found = await self._facts()
        if found.is_standby:
            return Finding("replication", "this is a standby", "name the primary in VEKST_DATABASE_URL")
        wanted = found.standbys_wanted
        if wanted and not found.standbys:
            cure = "start it, or empty synchronous_standby_names: until then no commit ends"
            return Finding("replication", f"waits for {wanted}, and no standby is connected", cure)
        told = f"{found.standbys} standby connected" if found.standbys else "none"
        return Finding("replication", f"{told}, synchronous: {wanted}" if wanted else told)

    async def _reads_from(self, replica: Replica) -> Finding:
        if not await replica.is_standby():
            cure = "name a standby in VEKST_REPLICA_URL; until then all is read from the primary"
            return Finding("replica", "this is no standby", cure)
        lag = await replica.lag()
        if lag is None:
            return Finding("replica", "can't be compared with the primary", "look at both")
        told = f"{lag.size:,} bytes and {lag.seconds:.1f} s behind"
        cure = "see why it does not follow: its log tells; until then all is read from the primary"
        return Finding("replica", told, cure if lag.seconds > _TOO_FAR_BEHIND else "")

    async def _schema(self) -> Finding:
        async with self._database.crossing() as connection:
            current = await is_current(connection)
        return Finding("schema", "is current") if current else Finding("schema", "is another", "run: vekst migrate")

    async def _ask_valkey(self) -> Finding:
        server, memory = await self._valkey.told("server"), await self._valkey.told("memory")
        version = server.get("valkey_version") or server.get("redis_version")
        policy = memory.get("maxmemory_policy", "noeviction")
        if memory.get("maxmemory") and policy != "noeviction":
            return Finding("valkey", f"{version}, throws away by {policy}", "set maxmemory-policy noeviction")
        return Finding("valkey", f"answers, {version}")

    async def _queue(self) -> Finding:
        working, hints = await self._valkey.at_work()
        async with self._database.crossing() as connection:
            pending = await organisations_store.pending(connection, ENGINE_VERSION)
            totals = await organisations_store.totals(connection)
        waits = self._clock() - min((since for _, since in pending), default=self._clock())
        told = f"{totals.waiting} events wait, {hints} hints; {'a worker runs' if working else 'no worker runs'}"
        if waits <= _WAITS_TOO_LONG:
            return Finding("queue", told)
        cure = "look at the worker's log, or start more" if working else "start one: vekst worker"
        return Finding("queue", f"{told}; the oldest for {int(waits.total_seconds())} s", cure)

    async def _learners(self) -> Finding:
        async with self._database.crossing() as connection:
            totals = await organisations_store.totals(connection)
        if not totals.set_aside:
            return Finding("learners", "none is set aside")
        rows: list[tuple[str, str, int, str]] = []
        for org_id in await self._organisations():
            async with self._database.reading(org_id) as connection:
                rows += await server_store.set_aside(connection, _NAMED)
        # Whoever failed most often tells most about the cause.
        worst = sorted(rows, key=lambda row: -row[2])[:_NAMED]
        told = "; ".join(f"{person} of {key} ({times} times: {_line(error)})" for key, person, times, error in worst)
        counts = f"{totals.set_aside} set aside with {totals.held} events, {totals.stuck} of them for good"
        cure = "report the error; they are tried again by themselves"
        if totals.stuck:
            cure = "report the error; once its cause is mended, run: vekst retry --org KEY"
        return Finding("learners", f"{counts}: {told}", cure)

    async def _boards(self) -> Finding:
        wrong = 0
        for org_id in await self._organisations():
            async with self._database.snapshot(org_id) as connection:
                wrong += len(await replay_store.miscounts(connection, org_id))
        if wrong:
            return Finding("boards", f"{wrong} counts are not what is on the boards", "run: vekst replay --org KEY")
        return Finding("boards", "counts are what is on the boards")

    async def _ledger(self) -> Finding:
        async with self._database.crossing() as connection:
            found = await replay_store.verifications(connection)
        if found.differences:
            told = f"{found.differences} differences from the events"
            return Finding("ledger", told, "run: vekst replay --org KEY --verify, and report what it names")
        if found.oldest is None:
            return Finding("ledger", "not verified yet; workers do so each night")
        told = f"was what the events give at {found.oldest:%Y-%m-%d %H:%M} UTC"
        late = self._clock() - found.oldest > _UNVERIFIED_TOO_LONG
        return Finding(
            "ledger", told, "see why no worker verified since: verification_failed in its log" if late else ""
        )

    async def _organisations(self) -> list[UUID]:
        async with self._database.crossing() as connection:
            return await replay_store.with_pack(connection)


async def _looked(name: str, look: Look) -> Finding:
    """What the look found; an absence is a finding, too."""
    try:
        return await look()
    except _AWAY as error:
        cure = f"check VEKST_{'REDIS' if isinstance(error, RedisError) else 'DATABASE'}_URL"
        return Finding(name, f"does not answer ({_line(str(getattr(error, 'orig', None) or error))})", cure)


def _line(text: str) -> str:
    return (text.splitlines() or [""])[0][:200]
