"""Runs a command's work on the services of one process, which end with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from vekst.cli.failures import Failure

if TYPE_CHECKING:
    from vekst.domain.audit import Author
    from vekst.factory import Factory
    from vekst.settings import Settings

__all__ = ["CURES", "organisation", "use_services", "warn_only"]

T = TypeVar("T")

CURES: Final = {
    "database": "PostgreSQL cannot be used; check VEKST_DATABASE_URL, and run: vekst migrate",
    "migration": "the database has not the schema of this version; run: vekst migrate",
    "valkey": "Valkey does not answer; check VEKST_REDIS_URL",
}
"""What to do about each part that `/readyz` may name as missing."""


def warn_only() -> None:
    """Keep what processes log about their work out of a command's answer; warnings go to standard error."""
    from vekst.logs import configure_logging

    configure_logging("warning", json=False)


def use_services(settings: Settings, work: Callable[[Factory], Awaitable[T]]) -> T:
    """What `work` answers, given the services."""
    from vekst.factory import Factory, Process
    from vekst.signals.causes import new_request_id, within_request

    warn_only()

    async def run() -> T:
        async with Process.running(settings, author=_operator(settings)) as process:
            missing = await process.missing()
            if missing:
                raise Failure(CURES[missing[0]])
            with within_request(new_request_id()):
                return await work(Factory(process))

    return asyncio.run(run())


def _operator(settings: Settings) -> Author:
    """Who runs the command: as the settings name them, or else the user of the system, where that one has a name."""
    import getpass

    from vekst.domain.audit import Author, AuthorKind

    try:
        name = settings.operator or getpass.getuser()
    except (OSError, KeyError):
        name = None
    return Author(AuthorKind.OPERATOR, name)


async def organisation(services: Factory, key: str) -> UUID:
    """The id of the organisation with that key; raises `Failure` where there is none."""
    found = await services.organisations().find(key)
    if found is None:
        raise Failure(f"there is no organisation {key!r}; create it with: vekst org create {key}")
    return found
