"""What every check works with: the document, its places, the names it has, and where findings go."""

from collections.abc import Iterable

from vekst.quests.diagnostics import Argument, Diagnostic, Term, nearest
from vekst.quests.documents import PackDocument
from vekst.quests.natures import Natures, natures
from vekst.quests.places import Location, Places

__all__ = ["Report"]

_KIND_FOLDERS = {
    "event": "events",
    "skill": "skills",
    "quest": "quests",
    "badge": "badges",
    "streak": "streaks",
    "calendar": "calendars",
    "challenge": "challenges",
    "leaderboard": "leaderboards",
}
_ENTRY_DEPTH = 2
"""The length of an entry's path: kind and key."""


class Report:
    """Collects findings about one pack."""

    def __init__(self, document: PackDocument, places: Places) -> None:
        self.document = document
        self.natures: Natures = natures(document)
        self.findings: list[Diagnostic] = []
        self._places = places
        written = [path for path in places.keys if len(path) == _ENTRY_DEPTH]
        self._names = {
            kind: frozenset(getattr(document, folder)) | {str(key) for where, key in written if where == folder}
            for kind, folder in _KIND_FOLDERS.items()
        }

    def at(self, location: Location, code: str, **arguments: Argument) -> None:
        """Something about a value."""
        self.findings.append(self._places.value(location).diagnostic(code, arguments))

    def at_key(self, location: Location, code: str, **arguments: Argument) -> None:
        """Something about a whole entry, told where its key stands."""
        self.findings.append(self._places.key(location).diagnostic(code, arguments))

    def names(self, kind: str) -> frozenset[str]:
        """The keys of a kind, also of entries whose form was wrong and that are told of elsewhere."""
        return self._names[kind]

    def has(self, kind: str, key: str, location: Location) -> bool:
        """Whether the pack has what is named here; if not, that is told."""
        names = self.names(kind)
        if key in names:
            return True
        self.unknown(kind, key, location, names)
        return False

    def unknown(self, kind: str, key: str, location: Location, names: Iterable[str]) -> None:
        """Tell that nothing of this name exists."""
        suggestion = nearest(key, names)
        arguments = {"suggestion": suggestion} if suggestion is not None else {}
        self.at(location, "UNKNOWN_REFERENCE", kind=Term(kind), key=key, **arguments)
