"""Gates: the lines between the parts, which can be cut, frozen, slowed or left for dead."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["Gate"]

_PIECE: Final = 65_536


class Gate:
    """Passes bytes between who connects to `entrance` (a socket's path, or a port) and who listens at `exit`."""

    def __init__(self, name: str, entrance: Path | int, exit: Path | int) -> None:
        self.name = name
        self._entrance = entrance
        self._exit = exit
        self._lines: set[asyncio.StreamWriter] = set()
        self._lasting: set[asyncio.Task[None]] = set()
        self._moves = _moving()
        self._all_moves = [self._moves]
        self._delay = 0.0
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Let parts connect."""
        if isinstance(self._entrance, Path):
            self._server = await asyncio.start_unix_server(self._connected, self._entrance)
        else:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._entrance)

    async def close(self) -> None:
        """End every line, and take no more."""
        if self._server is not None:
            self._server.close()
        # Those that are dead, too: each finds that its line has ended.
        for moves in self._all_moves:
            moves.set()
        self.cut()
        await asyncio.gather(*self._lasting, return_exceptions=True)

    def cut(self) -> None:
        """Break every line there is, as a pulled plug does; new ones may be made."""
        for writer in list(self._lines):
            writer.transport.abort()

    def freeze(self) -> None:
        """Let no byte pass, without telling anybody."""
        self._moves.clear()

    def thaw(self) -> None:
        """Let bytes pass again, those that waited first."""
        self._moves.set()

    def leave_for_dead(self) -> None:
        """Let no byte pass on the lines there are, ever again, without telling anybody; new ones work."""
        former, self._moves = self._moves, _moving()
        former.clear()
        self._all_moves.append(self._moves)

    def slow(self, seconds: float) -> None:
        """Hold up every piece by so much; 0 for not at all."""
        self._delay = seconds

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._last(reader, writer))
        self._lasting.add(task)
        task.add_done_callback(self._lasting.discard)
        await asyncio.wait({task})

    async def _last(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One line, from beginning to end."""
        self._lines.add(writer)
        moves = self._moves
        try:
            await moves.wait()
            far_reader, far_writer = await self._reach()
        except OSError:
            writer.transport.abort()
            self._lines.discard(writer)
            return
        self._lines.add(far_writer)
        there = asyncio.create_task(self._pass(reader, far_writer, moves))
        back = asyncio.create_task(self._pass(far_reader, writer, moves))
        # Whichever side ends, the line has ended.
        await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
        for task in (there, back):
            task.cancel()
        await asyncio.gather(there, back, return_exceptions=True)
        for each in (writer, far_writer):
            self._lines.discard(each)
            each.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self._exit, Path):
            return await asyncio.open_unix_connection(self._exit)
        return await asyncio.open_connection("127.0.0.1", self._exit)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, moves: asyncio.Event) -> None:
        with suppress(OSError):
            while piece := await reader.read(_PIECE):
                await moves.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(piece)
                await writer.drain()


def _moving() -> asyncio.Event:
    moves = asyncio.Event()
    moves.set()
    return moves
