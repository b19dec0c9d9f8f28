"""Counts SQL statements, so that a test can promise that their number does not grow with the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["Statements"]


class Statements:
    """Records what an engine runs."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.sync_engine

    @contextmanager
    def recorded(self) -> Iterator[list[str]]:
        """The statements run inside the block, in order; BEGIN and COMMIT are not among them."""
        run: list[str] = []

        def record(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            run.append(statement)

        event.listen(self._engine, "before_cursor_execute", record)
        try:
            yield run
        finally:
            event.remove(self._engine, "before_cursor_execute", record)
