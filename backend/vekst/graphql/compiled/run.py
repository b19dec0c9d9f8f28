"""One execution of a compiled operation: what has to be awaited, and the ways out to graphql-core's executor."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from types import CoroutineType
from typing import Any

from graphql import Executor, FieldNode, GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLResolveInfo
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path, gather_with_cancel

__all__ = ["Place", "Run", "Selected", "Waiting"]

Place = tuple[Any, str | int, str | None] | None
"""Where in the answer: the place above, the key or index, and the type that has the field. None is the root."""

Waiting = Coroutine[Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Selected:
    """A field as it is selected, perhaps several times over, on an object type."""

    key: str
    parent: GraphQLObjectType
    definition: GraphQLField
    details: FieldDetailsList

    @property
    def nodes(self) -> list[FieldNode]:
        """Everywhere that it stands in the document."""
        return [detail.node for detail in self.details]


class Run:
    """The state of one execution.

    A function of a compiled operation answers with the finished value, or with a coroutine that gives it; it then sets
    `late`, so that objects and lists that are made from there to the next `await` look for what they have to wait for.
    """

    __slots__ = ("executor", "late", "variables")

    def __init__(self, executor: Executor[Any]) -> None:
        self.executor = executor
        self.variables: dict[str, Any] = executor.variable_values.coerced
        self.late = False

    def info(self, selected: Selected, place: Place) -> GraphQLResolveInfo[Any]:
        """What a resolver may want to know; of a value within a list, it is told the place of the list."""
        while place is not None and isinstance(place[1], int):
            place = place[0]
        path = _path(place)
        return self.executor.build_resolve_info(selected.definition, selected.nodes, selected.parent, path)

    def executed(self, selected: Selected, source: object, place: Place) -> object:
        """The field of that object, as the executor gets it."""
        executor = self.executor
        here = Path(_path(place) if place else None, selected.key, selected.parent.name)
        return self._noted(executor.execute_field(selected.parent, source, selected.details, here, None))

    def completed(self, kind: GraphQLOutputType, selected: Selected, value: object, place: Place) -> object:
        """The value of that type, as the executor completes it."""
        info = self.info(selected, place)
        return self._noted(self.executor.complete_value(kind, selected.details, info, _path(place), value, None))

    def completed_item(self, kind: GraphQLOutputType, selected: Selected, value: object, place: Place) -> object:
        """The value in a list, as the executor completes it, awaited first if it is to be."""
        if not self.executor.is_awaitable(value):
            return self.completed(kind, selected, value, place)
        info = self.info(selected, place)
        self.late = True
        return self.executor.complete_awaitable_list_item_value(value, kind, selected.details, info, _path(place), None)

    def failed(self, error: Exception, kind: GraphQLOutputType, selected: Selected, place: Place) -> None:
        """Take note of the error; where null can't stand in that place, it is raised again for the place above."""
        self.executor.handle_field_error(error, kind, selected.details, _path(place))

    async def guarded(self, waiting: Waiting, kind: GraphQLOutputType, selected: Selected, place: Place) -> object:
        """The awaited value, or null for an error."""
        try:
            return await waiting
        except Exception as error:  # noqa: BLE001 (any error has its place in the answer)
            self.failed(error, kind, selected, place)
            return None

    def settled(self, data: dict[str, Any]) -> dict[str, Any] | Waiting:
        """The object, or where something in it is still to come, a coroutine that gives it whole."""
        late = [key for key, value in data.items() if value.__class__ is CoroutineType]
        return _settled_object(data, late) if late else data

    def settled_list(self, data: list[Any]) -> list[Any] | Waiting:
        """The list, or where something in it is still to come, a coroutine that gives it whole."""
        late = [index for index, value in enumerate(data) if value.__class__ is CoroutineType]
        return _settled_list(data, late) if late else data

    def abandoned(self, values: Iterable[object]) -> None:
        """Let what was begun for a place that becomes null come to its end."""
        waiting: list[Any] = [value for value in values if self.executor.is_awaitable(value)]
        if waiting:
            self.executor.settle_in_background(waiting)

    def _noted(self, value: object) -> object:
        if self.executor.is_awaitable(value):
            self.late = True
        return value


def _path(place: Place) -> Path:
    if place is None:
        raise ValueError("the root has no path")
    above, key, parent = place
    return Path(None if above is None else _path(above), key, parent)


async def _settled_object(data: dict[str, Any], late: list[str]) -> dict[str, Any]:
    if len(late) == 1:
        data[late[0]] = await data[late[0]]
        return data
    found = await gather_with_cancel(*(data[key] for key in late))
    data.update(zip(late, found, strict=True))
    return data


async def _settled_list(data: list[Any], late: list[int]) -> list[Any]:
    if len(late) == 1:
        data[late[0]] = await data[late[0]]
        return data
    found = await gather_with_cancel(*(data[index] for index in late))
    for index, value in zip(late, found, strict=True):
        data[index] = value
    return data
