"""An app that looks again is shown what there is now, though lists are kept from one look to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

import orjson
import pytest

from tests.graphql.client import Client
from tests.graphql.conftest import TestClock
from tests.graphql.operations import operation
from tests.graphql.packs import BILINGUAL
from tests.support.organisations import Organisation, new_event
from vekst.graphql.answers import encoded
from vekst.graphql.lasting import Kept, Lasting
from vekst.graphql.types import standings

SignIn = Callable[..., Client]
WITHIN_HOURS = "earn: {count: {event: call.practised, at_least: 2, within: 6h}}"
KEPT = (standings.QUESTS_SHOWN, standings.BADGES_SHOWN, standings.STREAKS_SHOWN)


async def home(person: Client, language: str = "en") -> bytes:
    """The home screen as a compiled operation makes it."""
    text = operation("home")
    named = {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}
    asked = {"query": text, "variables": {"board": "learning-streaks"}, "extensions": named}
    headers = {"accept-language": language}
    await person.http.post("/graphql", json=asked, headers=headers)
    del asked["query"]
    answer = await person.http.post("/graphql", json=asked, headers=headers)
    assert "errors" not in answer.json()
    return answer.content


async def looked(person: Client, language: str = "en") -> dict[str, Any]:
    """The home screen, which is to be the same where nothing was kept."""
    again = await home(person, language)
    for each in KEPT:
        each.clear()
    assert await home(person, language) == again
    me: dict[str, Any] = orjson.loads(again)["data"]["me"]
    return me


async def test_events_midnight_and_languages_are_seen_at_once(
    organisation: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    await organisation.publish(BILINGUAL)
    await organisation.hire("kari")
    clock.now = datetime(2026, 3, 4, 12, tzinfo=UTC)
    kari = sign_in("kari")
    before = await looked(kari)
    await organisation.record("kari", new_event("e1", at=clock.now - timedelta(hours=1), minutes=5, score=7))
    await organisation.judge()
    practised = await looked(kari)
    assert practised["streaks"] != before["streaks"]
    assert practised["streaks"][0]["state"] == "DONE"
    assert [each["badge"]["title"] for each in practised["badges"]] == ["Brave caller", "Closer"]
    assert [each["badge"]["title"] for each in (await looked(kari, "nb"))["badges"]] == ["Modig ringer", "Closer"]
    clock.now = datetime(2026, 3, 4, 22, 59, 59, tzinfo=UTC)
    assert (await looked(sign_in("kari")))["streaks"] == practised["streaks"]
    clock.now += timedelta(seconds=1)
    assert (await looked(sign_in("kari")))["streaks"][0]["state"] != "DONE"


async def test_what_a_rolling_length_lets_go_of_is_seen_at_once(
    organisation: Organisation, sign_in: SignIn, clock: TestClock
) -> None:
    rules = BILINGUAL["rules.yaml"].replace("earn: {count: {event: deal.closed, at_least: 2}}", WITHIN_HOURS)
    await organisation.publish({**BILINGUAL, "rules.yaml": rules})
    await organisation.hire("kari")
    clock.now = datetime(2026, 3, 4, 8, tzinfo=UTC)
    await organisation.record("kari", new_event("e1", at=clock.now, minutes=5, score=7))
    await organisation.judge()

    async def closer() -> float:
        badges = (await looked(sign_in("kari")))["badges"]
        return float(next(each["next"]["have"] for each in badges if each["badge"]["key"] == "closer"))

    clock.now = datetime(2026, 3, 4, 13, 59, 59, tzinfo=UTC)
    assert await closer() == 1
    clock.now += timedelta(seconds=1)
    assert await closer() == 0


def test_a_list_is_written_once_by_each_who_writes() -> None:
    asked: list[str] = []

    def first(items: list[int]) -> list[datetime]:
        asked.append("first")
        return [datetime(2026, 3, each, tzinfo=UTC) for each in items]

    def second(items: list[int]) -> list[int]:
        asked.append("second")
        return [each + 1 for each in items]

    numbers = Lasting([1, 2])
    for _ in range(2):
        assert orjson.dumps(numbers.written(first)) == b'["2026-03-01T00:00:00Z","2026-03-02T00:00:00Z"]'
        assert orjson.dumps(numbers.written(second)) == b"[2,3]"
    assert asked == ["first", "second"]
    assert numbers == [1, 2]


def test_only_a_few_writings_of_a_list_are_kept() -> None:
    asked: list[int] = []

    def write(number: int, _: list[int]) -> int:
        asked.append(number)
        return number

    screens = [partial(write, number) for number in range(9)]
    numbers = Lasting([1])
    for _ in range(2):
        for number, screen in enumerate(screens):
            assert orjson.dumps(numbers.written(screen)) == b"%d" % number
    # The earlier ones were forgotten, and are asked again.
    assert asked.count(0) == 2


def test_what_can_not_be_written_is_not_kept() -> None:
    def fail(_: list[int]) -> object:
        raise ValueError("unusual")

    for _ in range(2):
        with pytest.raises(ValueError, match="unusual"):
            Lasting([1]).written(fail)


def test_a_written_list_stands_beside_half_a_surrogate_pair() -> None:
    body = {"name": "\ud800", "list": Lasting([1.0, 2.5]).written(list)}
    assert orjson.loads(encoded(body).replace(b"\\ud800", b"?")) == {"name": "?", "list": [1.0, 2.5]}


def test_only_so_many_items_are_kept() -> None:
    kept = Kept[int](4)
    first = kept.get("first", lambda: [1])
    second = kept.get("second", list)
    assert kept.get("first", list) is first
    kept.get("third", lambda: [1])
    assert kept.get("first", list) is first
    assert kept.get("second", list) is not second
    assert kept.get("large", lambda: range(9)) == list(range(9))
    assert kept.get("large", lambda: [1]) == [1]
