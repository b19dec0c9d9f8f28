"""How Alembic reaches the database: over the caller's connection, or over VEKST_DATABASE_URL on the command line."""

from __future__ import annotations

import asyncio
import os

from alembic import context
from sqlalchemy import Connection

from vekst.storage.migrations import connect_and_run, guarded
from vekst.storage.tables import metadata


def run(connection: Connection) -> None:
    """Run the migrations in one transaction, alone in this database and never waiting long for a lock."""
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
    with guarded(connection), context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Choose the connection."""
    given = context.config.attributes.get("connection")
    if given is None:
        asyncio.run(connect_and_run(os.environ["VEKST_DATABASE_URL"], run))
    else:
        run(given)


main()
