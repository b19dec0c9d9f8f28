"""The comparison itself: whatever could be lost, doubled or made up is found."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.faults.book import Book, EventKey, Sent
from tests.faults.clients import Whom
from tests.faults.comparison import _judged, _stored, _told
from tests.faults.watchers import Seen, Watcher

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
KARI = Whom("north", "kari", UUID(int=1))
KEY = EventKey("north", "kari", "app", "1")


def event(**other: Any) -> dict[str, Any]:
    data = json.dumps({"minutes": 5})
    row = {"org": "north", "person": "kari", "source": "app", "id": "1", "type": "call.practised", "occurred_at": AT}
    return {**row, "data": data, "recorded_by": "self", **other}


def entry(seq: int, **other: Any) -> dict[str, Any]:
    row = {"org": "north", "person": "kari", "seq": seq, "kind": "EVENT", "key": "call.practised", "tier": None}
    return {**row, "occurrence": "2026-03-02#1", "points": 5, "nature": "effort", "reverses_seq": None, **other}


def book(*acknowledged: EventKey) -> Book:
    return Book({KEY: Sent("call.practised", {"minutes": 5}, AT)}, set(acknowledged))


def test_what_is_as_it_should_be_is_not_named() -> None:
    assert [*_stored(book(KEY), [event()])] == []
    assert [*_judged([event()], [entry(1)], [], [KARI])] == []


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "acknowledged, and not stored"),
        ([event(), event()], "stored twice"),
        ([event(), event(id="2")], "never sent"),
        ([event(data="{}")], "was sent as"),
        ([event(occurred_at=AT.replace(hour=10))], "was sent as"),
        ([event(type="deal.closed")], "was sent as"),
    ],
)
def test_what_became_of_events_otherwise_is_named(rows: list[Any], says: str) -> None:
    assert says in " ".join(_stored(book(KEY), rows))


@pytest.mark.parametrize(
    "ledger",
    [
        [],
        [entry(1, points=6)],
        [entry(1), entry(2, kind="BADGE", key="closer")],
        [entry(1), entry(2)],
        [entry(1), entry(2, reverses_seq=1)],
    ],
)
def test_a_ledger_that_is_not_the_models_is_named(ledger: list[Any]) -> None:
    assert "the model gives" in " ".join(_judged([event()], ledger, [], [KARI]))


@pytest.mark.parametrize("seqs", [[], [1], [2, 1], [1, 2, 2], [1, 2, 3]])
def test_a_stream_that_missed_or_repeated_something_is_named(seqs: list[int]) -> None:
    ledger: Any = [entry(seq, occurrence=f"2026-03-02#{seq}") for seq in (1, 2)]
    watcher = Watcher(KARI, "", "", "")
    watcher.seen += [Seen(str(seq), "EVENT", "call.practised", None, f"2026-03-02#{seq}") for seq in seqs]
    assert "was told" in " ".join(_told(ledger, [watcher]))
    watcher.seen[:] = [Seen(str(seq), "EVENT", "call.practised", None, f"2026-03-02#{seq}") for seq in (1, 2)]
    assert [*_told(ledger, [watcher])] == []
