"""The states of many rules, of which one event concerns few: each is read from its bytes when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar

import msgspec

__all__ = ["States"]

State = TypeVar("State", bound=msgspec.Struct)

_NOTHING: Final = b"\x80"
"""An empty map."""
_PARTS: Final = msgspec.msgpack.Decoder(dict[int, msgspec.Raw])
_ENCODER: Final = msgspec.msgpack.Encoder()
_RULES_AT_MOST: Final = 16_384


class States(Generic[State]):
    """The states of a pack's rules of one kind, by the rule's place in the pack.

    A rule that nothing has touched yet has no bytes, and the state that it begins with. So what an event costs, and
    what a standing weighs, follow the rules that concern the learner and not those that the pack has.
    """

    __slots__ = ("_begin", "_live", "_read", "_rules", "_stored", "_written")

    def __init__(self, written: bytes = _NOTHING) -> None:
        """The states of those bytes; they are known once `bind` has told of which rules."""
        self._written = written
        self._stored: dict[int, msgspec.Raw] | None = None
        self._live: dict[int, State] = {}
        self._rules: Sequence[Any] = ()
        self._begin: Callable[[Any], State]
        self._read: Callable[[msgspec.Raw], State]

    def bind(self, rules: Sequence[Any], begin: Callable[[Any], State], read: Callable[[msgspec.Raw], State]) -> None:
        """Tell which rules these are the states of, what each begins with, and how bytes are read."""
        self._rules, self._begin, self._read = rules, begin, read

    def __getitem__(self, index: int) -> State:
        """The state of the rule at that place; what is changed in it stays. `msgspec.DecodeError` for other bytes."""
        state = self._live.get(index)
        if state is None:
            if self._stored is None:
                self._stored = _PARTS.decode(self._written)
            raw = self._stored.get(index)
            state = self._live[index] = self._begin(self._rules[index]) if raw is None else self._read(raw)
        return state

    def __setitem__(self, index: int, state: State) -> None:
        self._live[index] = state

    def __iter__(self) -> Iterator[State]:
        """The states of all rules, in the pack's order."""
        return (self[index] for index in range(len(self._rules)))

    def shown(self) -> Iterator[State]:
        """The same, to be looked at only: rules that nothing has touched share what they begin with."""
        if self._stored is None:
            self._stored = _PARTS.decode(self._written)
        known = self._stored.keys() | self._live.keys()
        return (
            self[index] if index in known else _beginning(self._begin, rule) for index, rule in enumerate(self._rules)
        )

    def __len__(self) -> int:
        return len(self._rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, States) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def has_moved(self, index: int) -> bool:
        """Whether the state of the rule at that place is another one than that of the bytes."""
        state = self._live.get(index)
        if state is None:
            return False
        raw = self._stored.get(index) if self._stored else None
        if raw is None:
            return bool(state != _beginning(self._begin, self._rules[index]))
        return _ENCODER.encode(state) != bytes(raw)

    def write(self) -> bytes:
        """The bytes of all states that are not those of a beginning."""
        if not self._live:
            return self._written
        states: dict[int, msgspec.Raw | State] = dict(self._stored or _PARTS.decode(self._written))
        known = len(states)
        for index, state in self._live.items():
            if state != _beginning(self._begin, self._rules[index]):
                states[index] = state
            else:
                states.pop(index, None)
        # The same states always give the same bytes, whichever came first.
        return _ENCODER.encode(states if len(states) <= known else dict(sorted(states.items())))


@lru_cache(_RULES_AT_MOST)
def _beginning(begin: Callable[[Any], State], rule: Any) -> State:  # noqa: ANN401 - rules of any kind
    """What a rule begins with, to compare with and to show; nobody may change it."""
    return begin(rule)
