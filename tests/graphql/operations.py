"""The operations of a real app, as they are delivered to app developers."""

from __future__ import annotations

from pathlib import Path

__all__ = ["OPERATIONS", "operation"]

OPERATIONS = Path(__file__).parents[2] / "schema" / "operations"


def operation(name: str) -> str:
    """The text of one operation."""
    return (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")
