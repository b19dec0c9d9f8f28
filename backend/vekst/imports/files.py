"""Opening a file of rows: plain or gzip by its first bytes, with bounds on what a hostile one can cost."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from vekst.imports.errors import ImportStopped

__all__ = ["LONGEST_LINE", "Readable", "bounded_lines", "open_rows"]

LONGEST_LINE: Final = 1 << 20
"""Bytes of one line; a longer one is refused, not read into memory."""

_GZIP_MAGIC: Final = b"\x1f\x8b"
_FREE: Final = 128 << 20
_RATIO: Final = 300


class Readable(Protocol):
    """What the readers of the formats need of a file."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...

    def readline(self, size: int, /) -> bytes:
        """One line with its end, or its first `size` bytes."""
        ...


class _Inflated(io.RawIOBase):
    """What a gzip file holds, for as long as it does not swell beyond all measure."""

    def __init__(self, packed: BinaryIO, size: int) -> None:
        self._file = gzip.GzipFile(fileobj=packed)
        self._limit = max(_FREE, size * _RATIO)
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview, /) -> int:  # type: ignore[override]
        chunk = self._file.read(len(into))
        self._seen += len(chunk)
        if self._seen > self._limit:
            raise ImportStopped(f"the gzip file swells to more than {_RATIO} times its size; unpack it and look at it")
        into[: len(chunk)] = chunk
        return len(chunk)


@contextmanager
def open_rows(path: Path) -> Iterator[tuple[Readable, BinaryIO]]:
    """The unpacked bytes of the file, and the file itself (whose position tells the progress)."""
    # A device or a pipe may never end, and no import can begin in it again.
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ImportStopped(f"{path} is no file; save the rows to one, and import that")
    with path.open("rb") as file:
        magic = file.read(len(_GZIP_MAGIC))
        file.seek(0)
        packed = magic == _GZIP_MAGIC
        rows = io.BufferedReader(_Inflated(file, path.stat().st_size), 1 << 18) if packed else file
        try:
            yield rows, file
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ImportStopped(f"{path} is damaged ({error}); get it anew and run the import again") from None


def bounded_lines(rows: Readable) -> Iterator[bytes | None]:
    """Line by line; None in the place of one that is too long, which is read past and never kept."""
    while line := rows.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield line
            continue
        while (rest := rows.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
        yield None
