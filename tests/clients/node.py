"""Runs scripts under Node, with packages installed once per lock file, outside the repository."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

__all__ = ["TOOLS", "WEB", "Node", "installed"]

WEB = Path(__file__).parent / "web"
"""The libraries that apps speak GraphQL with."""
TOOLS = Path(__file__).parent / "tools"
"""The linter and the code generators that app developers run over `schema/`."""
PATIENCE = 120.0
OLDEST = 20


@dataclass(frozen=True, slots=True)
class Node:
    """Node and a folder with the packages."""

    node: str
    folder: Path

    async def run(self, script: str, *arguments: str) -> list[Any]:
        """What the script says, a JSON value per line; a failing script fails the test with what it complained of."""
        process = await asyncio.create_subprocess_exec(
            self.node,
            str(self.folder / script),
            *arguments,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                said, complained = await process.communicate()
        except TimeoutError:
            process.kill()
            said, complained = await process.communicate()
            complained = b"it took too long. " + complained
        assert process.returncode == 0, f"{complained.decode()}\n{said.decode()}"
        return [json.loads(line) for line in said.decode().splitlines()]


def installed(source: Path) -> Node:
    """Node, with the packages of the folder's lock file; skips, and says so, where Node is absent or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("real clients need Node.js 20 or newer, and npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST:
        pytest.skip(f"real clients need Node.js 20 or newer; this is {version}")
    content = b"".join(path.read_bytes() for path in sorted(source.iterdir()))
    folder = (
        Path(tempfile.gettempdir()) / f"vekst-{source.name}-{os.getuid()}-{hashlib.sha256(content).hexdigest()[:16]}"
    )
    if not folder.exists():
        _install(npm, source, folder)
    return Node(node, folder)


def _install(npm: str, source: Path, folder: Path) -> None:
    """Install beside, and put in place whole: of two at once the first wins for both."""
    draft = Path(tempfile.mkdtemp(prefix="vekst-clients-"))
    shutil.copytree(source, draft, dirs_exist_ok=True)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=draft, check=True, timeout=600)
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft)
