"""Asks PostgreSQL about itself: its release, clock, role and replication, as far as the app's role may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["ServerFacts", "facts", "replayed", "set_aside"]


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server says of itself; `bound` tells whether row-level security binds the role at hand."""

    release: int
    version: str
    now: datetime
    role: str
    bound: bool
    is_standby: bool
    standbys_wanted: str
    standbys: int
    durable: bool


_FACTS: Final = text(
    """
    SELECT CAST(current_setting('server_version_num') AS integer) / 10000 AS release,
           current_setting('server_version') AS version, clock_timestamp() AS now, current_user AS role,
           NOT (r.rolsuper OR r.rolbypassrls) AND NOT EXISTS (
               SELECT FROM pg_class c WHERE c.relname = 'progress_events' AND c.relowner = r.oid) AS bound,
           pg_is_in_recovery() AS is_standby, current_setting('synchronous_standby_names') AS standbys_wanted,
           (SELECT count(*) FROM pg_stat_replication) AS standbys,
           current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'
               AND current_setting('synchronous_commit') <> 'off' AS durable
      FROM pg_roles r WHERE r.rolname = current_user
    """
)
_REPLAYED: Final = text(
    """
    SELECT pg_last_wal_replay_lsn() - '0/0' AS position,
           coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0) AS seconds
    """
)
_SET_ASIDE: Final = text(
    """
    SELECT o.key, p.person, s.failures, s.error
      FROM standings s JOIN people p ON p.org_id = s.org_id AND p.learner_id = s.learner_id
      JOIN organisations o ON o.org_id = s.org_id
     WHERE s.failures > 0 ORDER BY s.failures DESC, p.person LIMIT :most
    """
)


async def facts(connection: AsyncConnection) -> ServerFacts:
    """What the server says now."""
    return ServerFacts(**(await connection.execute(_FACTS)).mappings().one())


async def replayed(connection: AsyncConnection) -> tuple[int | None, float]:
    """Up to where a standby shows what was written (None: it is none), and seconds since the last of that was."""
    row = (await connection.execute(_REPLAYED)).one()
    return None if row.position is None else int(row.position), float(row.seconds)


async def set_aside(connection: AsyncConnection, most: int) -> list[tuple[str, str, int, str]]:
    """Learners of the organisation at hand whose judging failed: its key, the person, how often, and the last error."""
    rows = await connection.execute(_SET_ASIDE, {"most": most})
    return [(row.key, row.person, row.failures, row.error or "") for row in rows]
