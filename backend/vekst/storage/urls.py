"""Database URLs as people write them, made into those that SQLAlchemy's asyncpg dialect takes."""

from __future__ import annotations

from sqlalchemy import URL, make_url

__all__ = ["async_url"]


def async_url(text: str) -> URL:
    """The URL for asyncpg; `postgres://`, `postgresql://` and libpq's `sslmode` are understood."""
    scheme, found, rest = text.partition("://")
    url = make_url(f"postgresql://{rest}" if found and scheme == "postgres" else text).set(
        drivername="postgresql+asyncpg"
    )
    mode = url.query.get("sslmode")
    if mode is None:
        return url
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": str(mode)})
