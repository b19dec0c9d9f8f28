"""XES event logs (IEEE 1849) as records: an event's attributes, and its trace's as `case:…`; read as a stream.

The XML parser is told to refuse every document type and entity, and to hold no tag larger than a bound, so that a
hostile file can cost no more than its own length.
"""

from __future__ import annotations

from collections import deque
from typing import Final
from xml.parsers import expat

from vekst.imports.errors import ImportStopped
from vekst.imports.files import Readable
from vekst.imports.records import Columns, Record, Records, Unreadable

__all__ = ["xes_records"]

_CHUNK: Final = 1 << 16
_LARGEST_TAG: Final = 1 << 20
_DEEPEST: Final = 64
_MOST_ATTRIBUTES: Final = 1_000
_VALUES: Final = frozenset({"string", "date", "int", "float", "boolean", "id"})
_CASE: Final = "case:"


class _Log:
    """The state of the walk through a log: where we are, and the attributes met on the way."""

    def __init__(self) -> None:
        self.done: deque[Record | Unreadable] = deque()
        self._path: list[str] = []
        self._trace: Columns = {}
        self._event: Columns = {}
        self._crowded = False
        self._row = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if len(self._path) >= _DEEPEST:
            raise ImportStopped(f"the XML is nested more than {_DEEPEST} deep; this is no event log")
        if not self._path and name != "log":
            raise ImportStopped(f"the XML begins with <{name}>, an XES file with <log>; check `format` in the mapping")
        match self._path:
            case ["log"] if name == "trace":
                self._trace = {}
            case ["log", "trace"] | ["log"] if name == "event":
                self._event, self._crowded = {}, False
            case ["log", "trace"] if name in _VALUES:
                self._keep(self._trace, _CASE + attributes.get("key", ""), attributes)
            case [*_, "event"] if name in _VALUES:
                self._keep(self._event, attributes.get("key", ""), attributes)
            case _:  # Extensions, globals, classifiers and nested attributes are no columns.
                pass
        self._path.append(name)

    def end(self, _tag: str) -> None:
        match self._path:
            case ["log", "trace", "event"]:
                self._finish({**self._trace, **self._event})
            case ["log", "event"]:
                self._finish(self._event)
            case _:
                pass
        self._path.pop()

    def _keep(self, columns: Columns, key: str, attributes: dict[str, str]) -> None:
        if len(columns) < _MOST_ATTRIBUTES:
            columns[key] = attributes.get("value", "")
        else:
            self._crowded = True

    def _finish(self, columns: Columns) -> None:
        self._row += 1
        if self._crowded:
            self.done.append(Unreadable(self._row, "TOO_LONG", f"has more than {_MOST_ATTRIBUTES} attributes"))
        else:
            self.done.append(Record(self._row, columns))


def xes_records(rows: Readable) -> Records:
    """A record per event, in the order of the file; raises `ImportStopped` where the XML breaks off."""
    log, parser = _Log(), expat.ParserCreate()
    parser.StartElementHandler = log.start
    parser.EndElementHandler = log.end
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    fed = 0
    while True:
        chunk = rows.read(_CHUNK)
        fed += len(chunk)
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            # What was read whole before the break is still handed out.
            yield from log.done
            raise ImportStopped(f"the XML breaks at line {error.lineno}: {expat.ErrorString(error.code)}") from None
        if fed - parser.CurrentByteIndex > _LARGEST_TAG + _CHUNK:
            raise ImportStopped(f"line {parser.CurrentLineNumber} has a tag of more than {_LARGEST_TAG} bytes")
        yield from log.done
        log.done.clear()
        if not chunk:
            return


def _refuse(*_: object) -> None:
    raise ImportStopped("the XML declares a document type or an entity, which an event log never needs; remove it")
