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

from tests.repository.tree import ROOT

__all__ = ["Node", "installed", "made_page"]

SCRIPTS = Path(__file__).parent / "npm"
"""Our scripts, and the lock file of the packages that they use."""
PAGE = ROOT / "graphiql"
"""What GraphiQL's page is made of."""
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


def installed(folder: Path) -> Node:
    """Node, with the scripts in that folder and their packages; skips, and says so, without Node or with an old one."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("real clients need Node.js 20 or newer, and npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < OLDEST:
        pytest.skip(f"real clients need Node.js 20 or newer; this is {version}")
    shutil.copytree(SCRIPTS, folder, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(_packages(npm))
    return Node(node, folder)


def made_page(folder: Path) -> None:
    """Make GraphiQL's files in that folder, as `make graphiql` does."""
    npm = shutil.which("npm")
    assert npm is not None, "Node was found without npm"
    sources = folder / "sources"
    shutil.copytree(PAGE, sources, ignore=shutil.ignore_patterns("node_modules"))
    (sources / "node_modules").symlink_to(_packages(npm, PAGE))
    subprocess.run(["node", str(sources / "build.mjs"), str(folder)], check=True, timeout=PATIENCE)


def _packages(npm: str, source: Path = SCRIPTS) -> Path:
    """Where the packages of the lock file are, put in place whole: of two processes the first wins for both."""
    names = ("package.json", "package-lock.json")
    content = b"".join((source / name).read_bytes() for name in names)
    folder = Path(tempfile.gettempdir()) / f"vekst-npm-{os.getuid()}-{hashlib.sha256(content).hexdigest()[:16]}"
    if not folder.exists():
        draft = Path(tempfile.mkdtemp(prefix="vekst-npm-"))
        for name in names:
            shutil.copy(source / name, draft)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=draft, check=True, timeout=600)
        try:
            draft.rename(folder)
        except OSError:
            shutil.rmtree(draft)
    return folder / "node_modules"
