"""Every row of every table, so that a test can promise that nothing was written."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from vekst.settings import Settings
from vekst.storage.urls import async_url

__all__ = ["every_row"]

_TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY 1
"""


async def every_row(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """All tables with all rows of all organisations, as the owner sees them; also where each row lies on disk."""
    engine = create_async_engine(async_url(settings.database_url.get_secret_value()), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            tables = list((await connection.execute(text(_TABLES))).scalars())
            return {
                table: [
                    tuple(row)
                    for row in await connection.execute(text(f'SELECT ctid, xmin, t.* FROM "{table}" t ORDER BY ctid'))
                ]
                for table in tables
            }
    finally:
        await engine.dispose()
