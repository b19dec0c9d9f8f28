"""`vekst migrate`: brings the database to the schema of this version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vekst.cli.options import DEFAULT_DATA, Data, new_app

if TYPE_CHECKING:
    from vekst.settings import Settings

__all__ = ["app", "migrate_database"]

app = new_app()


@app.command(
    short_help="The database's schema up to date.", epilog="Example: VEKST_DATABASE_URL=postgresql://… vekst migrate"
)
def migrate(data: Data = DEFAULT_DATA) -> None:
    """Bring the database to the schema of this version; safe to run twice, and by several at once."""
    from vekst.cli.connecting import connected

    with connected(data) as settings:
        migrate_database(settings)
    print("The database is up to date.")


def migrate_database(settings: Settings) -> None:
    """Run the migrations on the database of these settings."""
    import asyncio

    from vekst.storage.migrations import upgrade

    asyncio.run(upgrade(settings.database_url.get_secret_value()))
