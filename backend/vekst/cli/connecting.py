"""Where PostgreSQL and Valkey are: set ones, those of a running `vekst up`, or private ones for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vekst.cli.failures import Failure
from vekst.embedded import Endpoints, Servers

if TYPE_CHECKING:
    from vekst.settings import Settings

__all__ = [
    "as_one_machine",
    "connected",
    "migrate_database",
    "needs_private_servers",
    "read_settings",
    "with_endpoints",
]


def read_settings(data: Path, *, port: int | None = None) -> Settings:
    """The settings of this process, with what the command line says."""
    from vekst.settings import Settings

    folder = data.expanduser().resolve()
    return Settings(data_dir=folder) if port is None else Settings(data_dir=folder, port=port)


def as_one_machine(settings: Settings) -> Settings:
    """As `vekst up` has them: a machine of one's own signs its own tokens, unless the mode or a real issuer is set."""
    from vekst.settings import Mode

    said = "mode" in settings.model_fields_set or settings.issuer is not None
    return settings if said else settings.model_copy(update={"mode": Mode.DEVELOPMENT})


def needs_private_servers(settings: Settings) -> bool:
    """Whether one of the two addresses is not set. One that is set is used, and fails loudly."""
    return not (settings.database_url.get_secret_value() and settings.redis_url.get_secret_value())


def with_endpoints(settings: Settings, endpoints: Endpoints) -> Settings:
    """The settings with the private servers in the place of what is not set."""
    from pydantic import SecretStr

    return settings.model_copy(
        update={
            "database_url": SecretStr(settings.database_url.get_secret_value() or endpoints.database_url),
            "redis_url": SecretStr(settings.redis_url.get_secret_value() or endpoints.redis_url),
        }
    )


def migrate_database(settings: Settings) -> None:
    """Bring the database of these settings to the schema of this version."""
    import asyncio

    from vekst.storage.migrations import upgrade

    try:
        asyncio.run(upgrade(settings.database_url.get_secret_value()))
    except OSError as error:
        if error.errno is None:
            raise
        raise Failure(f"PostgreSQL does not answer ({error.strerror}); check VEKST_DATABASE_URL") from None


@contextmanager
def connected(data: Path, *, port: int | None = None) -> Iterator[Settings]:
    """Settings that lead to servers which run: set ones, a running `up`'s, or private ones until the command ends."""
    settings = read_settings(data, port=port)
    if not needs_private_servers(settings):
        yield settings
        return
    servers = Servers(settings.data_dir)
    with servers as endpoints:
        found = with_endpoints(settings, endpoints)
        # A database that was named is its owner's, who says when it is migrated.
        if not servers.attached and not settings.database_url.get_secret_value():
            migrate_database(found)
        yield found
