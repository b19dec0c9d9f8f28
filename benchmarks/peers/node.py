"""Node and the peers' packages, in a folder that is gone afterwards; the versions are pinned in package.json."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from benchmarks.processes import free_port, running, wait_until_ready

__all__ = ["NoPeersError", "Peers", "peers_installed"]

_HERE: Final = Path(__file__).parent
_PATIENCE: Final = 300.0
_INSTALL: Final = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error")


class NoPeersError(RuntimeError):
    """There is no Node here, or the packages can't be got."""


class Peers:
    """What is installed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        packages: dict[str, str] = orjson.loads((folder / "package.json").read_bytes())["dependencies"]
        self.versions = packages

    @asynccontextmanager
    async def server(self, name: str, environment: Mapping[str, str]) -> AsyncIterator[int]:
        """The peer of that name, ready to answer; its port."""
        port = free_port()
        # The packages bring the Node along that they need.
        node = str(self._folder / "node_modules" / ".bin" / "node")
        told = {"NODE_ENV": "production", "PEER_PORT": str(port), **environment}
        async with running([f"{name}.mjs"], told, program=node, folder=self._folder) as process:
            await wait_until_ready(process, port)
            yield port


@asynccontextmanager
async def peers_installed() -> AsyncIterator[Peers]:
    """The peers for a block; `NoPeersError` says why there are none."""
    npm = shutil.which("npm")
    if npm is None:
        raise NoPeersError("there is no Node")
    with TemporaryDirectory(prefix="vekst-peers-") as temporary:
        folder = Path(temporary)
        for file in (*_HERE.glob("*.mjs"), _HERE / "package.json"):
            shutil.copy(file, folder)
        await _install(npm, folder)
        yield Peers(folder)


async def _install(npm: str, folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        npm,
        *_INSTALL,
        cwd=folder,
        env=dict(os.environ),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            _, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise NoPeersError("npm took too long") from None
    if process.returncode:
        raise NoPeersError(f"npm could not install them: {errors.decode(errors='replace').strip()[-300:]}")
