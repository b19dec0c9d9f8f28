"""Where each value and key of a pack stands, over all its files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from typing_extensions import override

from vekst.quests.diagnostics import Argument, Diagnostic
from vekst.quests.yaml_tree import Path, YamlValue

__all__ = ["Place", "Places"]

Location: TypeAlias = tuple[str | int, ...]
"""A way through the documents; unlike a `Path` it may pass names that no author wrote, such as the `of` of `all`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, counted from 1."""

    file: str
    line: int
    column: int

    @override
    def __str__(self) -> str:
        """As editors understand it."""
        return f"{self.file}:{self.line}:{self.column}"

    def diagnostic(self, code: str, arguments: Mapping[str, Argument]) -> Diagnostic:
        """Something to say about this place."""
        return Diagnostic(self.file, self.line, self.column, code, arguments)


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a merged pack, by path: `("badges", "brave-caller", "tiers", 0, "earn")`.

    `raw` holds what the author wrote there. The paths of the header begin with `pack`.
    """

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    raw: dict[Path, YamlValue] = field(default_factory=dict)

    def written(self, location: Location) -> Path:
        """The longest written path that a location passes through."""
        reached: dict[Path, int] = {(): -1}
        for index, part in enumerate(location):
            for path in [*reached]:
                longer = (*path, part)
                if longer in self.values:
                    reached[longer] = index
        return max(reached, key=lambda path: (len(path), reached[path]))

    def value(self, location: Location) -> Place:
        """Where the value stands, or the nearest thing around it that was written."""
        return self.values.get(self.written(location), _NOWHERE)

    def key(self, location: Location) -> Place:
        """Where the key of the value stands; a value in a list has its own place."""
        path = self.written(location)
        return self.keys.get(path) or self.values.get(path, _NOWHERE)


_NOWHERE = Place("pack.yaml", 1, 1)
