"""A migration in a process of its own, as machines run it."""

from __future__ import annotations

from typing import Final

__all__ = ["UPGRADE"]

UPGRADE: Final = """
import asyncio, sys
from vekst.storage.migrations import upgrade
asyncio.run(upgrade(sys.argv[1]))
"""
