"""PostgreSQL's own tools, as operators use them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import asyncpg

from vekst.embedded.binaries import find_postgres
from vekst.embedded.errors import EmbeddedError
from vekst.storage.urls import async_url

__all__ = ["plain_url", "tool", "tools_of"]

_PATIENCE = 120.0


def plain_url(url: str) -> str:
    """The address as PostgreSQL's own tools and asyncpg understand it."""
    return async_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


async def tools_of(url: str) -> Path:
    """The folder of tools that fit the server: of its release where there are some, else of any."""
    connection = await asyncpg.connect(plain_url(url))
    try:
        release = int(await connection.fetchval("SHOW server_version_num")) // 10_000
    finally:
        await connection.close()
    try:
        return find_postgres({release: Path()}).folder
    except EmbeddedError:
        return find_postgres({}).folder


async def tool(folder: Path, name: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """Run one to its end; what it said."""
    process = await asyncio.create_subprocess_exec(
        str(folder / name),
        *arguments,
        env={"PATH": os.defpath, "LC_ALL": "C", **(environment or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), _PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, said.decode()
    return said.decode()
