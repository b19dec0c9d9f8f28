"""The tables of the floors: nothing but what storing once, recognising once and telling once take."""

from __future__ import annotations

from typing import Final

import asyncpg

__all__ = ["SCHEMA", "clear", "create", "open_pool"]

SCHEMA: Final = "floor"

_TABLES: Final = f"""
CREATE SCHEMA {SCHEMA};
CREATE TABLE {SCHEMA}.events (
    ref bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org uuid NOT NULL,
    learner uuid NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    data jsonb NOT NULL,
    UNIQUE (org, id)
);
CREATE TABLE {SCHEMA}.ledger (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org uuid NOT NULL,
    learner uuid NOT NULL,
    rule text NOT NULL,
    occurrence text NOT NULL,
    points integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (org, learner, rule, occurrence)
);
CREATE TABLE {SCHEMA}.runs (
    org uuid NOT NULL,
    learner uuid NOT NULL,
    current integer NOT NULL,
    longest integer NOT NULL,
    last_day date NOT NULL,
    PRIMARY KEY (org, learner)
) WITH (fillfactor = 80);
CREATE TABLE {SCHEMA}.messages (
    topic text NOT NULL,
    message bigint GENERATED ALWAYS AS IDENTITY,
    org uuid NOT NULL,
    refs bigint[],
    learner uuid,
    PRIMARY KEY (topic, message)
);
"""


async def create(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Make the tables."""
    await connection.execute(_TABLES)


async def clear(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Empty the tables."""
    names = ", ".join(f"{SCHEMA}.{name}" for name in ("events", "ledger", "runs", "messages"))
    await connection.execute(f"TRUNCATE {names}")


async def open_pool(database: str, connections: int) -> asyncpg.Pool[asyncpg.Record]:
    """Connections to the floors' tables, set as fast as such statements run, and durable."""
    settings = {
        "search_path": SCHEMA,
        "jit": "off",
        "synchronous_commit": "on",
        "plan_cache_mode": "force_generic_plan",
        # Plans are made while the tables are empty, and must still be right when they are not.
        "enable_seqscan": "off",
    }
    return await asyncpg.create_pool(database, min_size=connections, max_size=connections, server_settings=settings)
