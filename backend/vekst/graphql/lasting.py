"""Lists that are shown again as they are, and kept for that, with the JSON that operations made of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import orjson

__all__ = ["AS_JSON", "Kept", "Lasting"]

AS_JSON: Final = orjson.OPT_UTC_Z
"""How answers are written."""

Item = TypeVar("Item")

_WRITINGS_AT_MOST: Final = 4
"""Apps of so many versions, or so many screens of one, have the same list as they ask for it."""


class Lasting(list[Item]):
    """A list that nobody changes, nor anything in it."""

    __slots__ = ("_written", "until")

    def __init__(self, items: Iterable[Item], until: datetime | None = None) -> None:
        """From the instant `until` on something in it reads otherwise."""
        super().__init__(items)
        self.until = until
        self._written: dict[Callable[[Any], Any], orjson.Fragment] = {}

    def written(self, write: Callable[[Any], Any]) -> orjson.Fragment:
        """What `write` makes of these items, which is asked but once; its errors are raised."""
        found = self._written.get(write)
        if found is None:
            made = orjson.Fragment(orjson.dumps(write(list(self)), option=AS_JSON))
            if len(self._written) >= _WRITINGS_AT_MOST:
                self._written.clear()
            found = self._written[write] = made
        return found


class Kept(Generic[Item]):
    """Lists by what they are made of, with so many items in all of them; the least recently asked for is forgotten."""

    def __init__(self, items_at_most: int) -> None:
        self._most = items_at_most
        self._lists: OrderedDict[Hashable, Lasting[Item]] = OrderedDict()
        self._items = 0

    def get(
        self,
        key: Hashable,
        make: Callable[[], Iterable[Item]],
        now: datetime | None = None,
        until: Callable[[], datetime | None] = lambda: None,
    ) -> Lasting[Item]:
        """The list of that key, made if it is not there, or if something in it reads otherwise by `now`."""
        found = self._lists.get(key)
        if found is not None and (found.until is None or now is None or now < found.until):
            self._lists.move_to_end(key)
            return found
        if found is not None:
            self._items -= _weight(self._lists.pop(key))
        made = self._lists[key] = Lasting(make(), until())
        self._items += _weight(made)
        while self._items > self._most:
            self._items -= _weight(self._lists.popitem(last=False)[1])
        return made

    def clear(self) -> None:
        """Forget all lists."""
        self._lists.clear()
        self._items = 0


def _weight(items: Lasting[Any]) -> int:
    """An empty list takes room, too."""
    return len(items) + 1
