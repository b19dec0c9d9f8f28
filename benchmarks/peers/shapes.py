"""The shape of answers as GraphQL types: as a schema's text for others, as Strawberry's for our own executor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, make_dataclass
from typing import Any, Final

import strawberry

__all__ = ["Shape", "Types", "shape_of"]

_NAMES: Final[dict[type, str]] = {bool: "Boolean", int: "Int", float: "Float", str: "String"}


@dataclass(slots=True)
class Shape:
    """An object type: its leaves by their types, and the shapes of its objects and of its lists' objects."""

    name: str
    leaves: dict[str, type] = field(default_factory=dict)
    objects: dict[str, Shape] = field(default_factory=dict)
    lists: dict[str, Shape] = field(default_factory=dict)
    order: dict[str, None] = field(default_factory=dict)

    def take(self, value: Mapping[str, Any]) -> None:
        """Widen the shape so that the object fits."""
        for key, each in value.items():
            self.order.setdefault(key)
            if isinstance(each, Mapping):
                self._below(self.objects, key).take(each)
            elif isinstance(each, list):
                for one in each:
                    self._below(self.lists, key).take(one)
            elif each is not None:
                self.leaves[key] = float if self.leaves.get(key) is float else type(each)

    def _below(self, shapes: dict[str, Shape], key: str) -> Shape:
        return shapes.setdefault(key, Shape(f"{self.name}{key[0].upper()}{key[1:]}"))

    def names(self) -> list[str]:
        """What is told, in order; a key that never held anything but null or empty lists can't be told."""
        return [key for key in self.order if key in self.leaves or key in self.objects or key in self.lists]

    def schema(self) -> str:
        """The types in GraphQL's language, those below first."""
        below = "".join(shape.schema() for shape in (*self.objects.values(), *self.lists.values()))
        return f"{below}type {self.name} {{ {' '.join(f'{key}: {self._type(key)}' for key in self.names())} }}\n"

    def _type(self, key: str) -> str:
        if key in self.leaves:
            return _NAMES[self.leaves[key]]
        return self.objects[key].name if key in self.objects else f"[{self.lists[key].name}!]!"

    def selection(self) -> str:
        """Everything, as an operation selects it."""
        parts = (
            f"{key} {(self.objects.get(key) or self.lists[key]).selection()}" if key not in self.leaves else key
            for key in self.names()
        )
        return f"{{ {' '.join(parts)} }}"

    def told(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The object without what can't be told."""
        return {key: self._told(key, value[key]) for key in self.names()}

    def _told(self, key: str, value: Any) -> object:  # noqa: ANN401 - JSON is anything
        if value is None or key in self.leaves:
            return value
        if key in self.objects:
            return self.objects[key].told(value)
        return [self.lists[key].told(each) for each in value]


def shape_of(name: str, values: list[Mapping[str, Any]]) -> Shape:
    """The shape that fits all of the objects."""
    shape = Shape(name)
    for value in values:
        shape.take(value)
    return shape


@dataclass(frozen=True, slots=True)
class Types:
    """Strawberry's types of a shape; instances are made of objects."""

    shape: Shape
    kind: type
    objects: Mapping[str, Types]
    lists: Mapping[str, Types]

    @classmethod
    def of(cls, shape: Shape) -> Types:
        """The types, those below first."""
        objects = {key: cls.of(each) for key, each in shape.objects.items()}
        lists = {key: cls.of(each) for key, each in shape.lists.items()}
        kinds: dict[str, Any] = {key: kind | None for key, kind in shape.leaves.items()}
        kinds |= {key: types.kind | None for key, types in objects.items()}
        kinds |= {key: list[types.kind] for key, types in lists.items()}  # type: ignore[name-defined]
        made = make_dataclass(shape.name, [(key, kinds[key]) for key in shape.names()])
        return cls(shape, strawberry.type(made), objects, lists)

    def instance(self, value: Mapping[str, Any]) -> object:
        """The object as an instance of the type."""
        return self.kind(**{key: self._part(key, value[key]) for key in self.shape.names()})

    def _part(self, key: str, value: Any) -> object:  # noqa: ANN401 - JSON is anything
        if value is None or key in self.shape.leaves:
            return value
        if key in self.objects:
            return self.objects[key].instance(value)
        return [self.lists[key].instance(each) for each in value]
