"""`vekst migrate`: brings the database to the schema of this version."""

from __future__ import annotations

from vekst.cli.options import DEFAULT_DATA, Data, new_app

__all__ = ["app"]

app = new_app()


@app.command(
    short_help="The database's schema up to date.", epilog="Example: VEKST_DATABASE_URL=postgresql://… vekst migrate"
)
def migrate(data: Data = DEFAULT_DATA) -> None:
    """Bring the database to the schema of this version; safe to run twice, and by several at once."""
    from vekst.cli.connecting import connected, migrate_database

    with connected(data) as settings:
        migrate_database(settings)
    print("The database is up to date.")
