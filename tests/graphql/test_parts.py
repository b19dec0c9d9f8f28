"""The small parts of the edge by themselves: languages, media types, opaque texts, instants, batches."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vekst.domain.errors import InvalidInput
from vekst.graphql.batching import BatchLoader, Tasks
from vekst.graphql.languages import Languages, accepted_languages
from vekst.graphql.media import answer_type, is_json
from vekst.graphql.opaque import learner_node, read_cursor, read_node, recognition_node, write_cursor
from vekst.graphql.scalars import SCALARS, DateTime, read_instant


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", ()),
        ("nb", ("nb",)),
        ("en-GB, en;q=0.9, nb;q=0.95", ("en-gb", "nb", "en")),
        ("nb;q=0, en", ("en",)),
        ("*", ()),
        (";;,,q=1,en;q=x", ()),
        ("en ; q = 0.5", ("en",)),
    ],
)
def test_accept_language_is_read_by_its_qualities(header: str, wanted: tuple[str, ...]) -> None:
    assert accepted_languages(header) == wanted


@given(st.text(max_size=300))
def test_any_header_can_be_read(header: str) -> None:
    Languages(accepted_languages(header)).choose(("en", "nb"))
    answer_type(header)
    is_json(header)


@pytest.mark.parametrize(
    ("wanted", "offered", "chosen"),
    [
        (("nn-no",), ("en", "nb"), "nb"),
        (("no",), ("en", "nb"), "nb"),
        (("nb",), ("en", "no"), "no"),
        (("de", "en"), ("nb", "en"), "en"),
        (("pt-br",), ("pt", "pt-BR"), "pt-BR"),
        (("de",), ("nb", "en"), None),
    ],
)
def test_the_first_wanted_language_that_is_offered(
    wanted: tuple[str, ...], offered: tuple[str, ...], chosen: str | None
) -> None:
    assert Languages(wanted).choose(offered) == chosen


def test_without_a_wish_the_first_locale_is_read() -> None:
    assert Languages(()).pick({"nb": "Hei", "en": "Hello"}) == "Hei"
    assert Languages(()).pick({}) == ""


def test_ids_and_cursors_come_back_as_they_went_out() -> None:
    learner = uuid4()
    assert read_node(learner_node(learner)) == ("Learner", (learner.hex,))
    assert read_node(recognition_node(learner, 12)) == ("Recognition", (learner.hex, "12"))
    assert read_cursor("feed", write_cursor("feed", 12)) == "12"
    assert read_cursor("feed", None) is None
    with pytest.raises(InvalidInput):
        read_cursor("feed", write_cursor("other", 12))


@given(st.text(max_size=60))
def test_any_text_can_be_tried_as_an_id(text: str) -> None:
    read_node(text)


@given(st.datetimes(timezones=st.timezones()))
def test_any_instant_comes_back_as_it_went_out(at: datetime) -> None:
    scalar = SCALARS[DateTime]
    assert scalar.serialize is not None
    assert scalar.parse_value is not None
    try:
        instant = at.astimezone(UTC)
    except OverflowError:
        return
    assert read_instant(scalar.parse_value(scalar.serialize(instant)), "at") == instant


async def test_siblings_are_fetched_together_and_once() -> None:
    fetched: list[list[int]] = []

    async def fetch(keys: Sequence[int]) -> Mapping[int, str]:
        fetched.append(list(keys))
        return {key: str(key) for key in keys if key < 10}

    tasks = Tasks()
    loader: BatchLoader[int, str] = BatchLoader(fetch, tasks)
    found = await asyncio.gather(*(loader.load(key) for key in (1, 2, 1, 99)))
    assert found == ["1", "2", "1", None]
    assert await loader.load_many([2, 3]) == ["2", "3"]
    assert fetched == [[1, 2, 99], [3]]
    await tasks.close()


async def test_a_failed_fetch_is_told_to_everyone_who_waits() -> None:
    async def fetch(keys: Sequence[int]) -> Mapping[int, str]:
        raise ConnectionError(str(keys))

    tasks = Tasks()
    loader: BatchLoader[int, str] = BatchLoader(fetch, tasks)
    told = await asyncio.gather(loader.load(1), loader.load(2), return_exceptions=True)
    assert [type(error) for error in told] == [ConnectionError, ConnectionError]
    await tasks.close()


async def test_a_fetch_ends_with_its_request() -> None:
    ended = asyncio.Event()

    async def fetch(_: Sequence[int]) -> Mapping[int, str]:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return {}

    tasks = Tasks()
    loader: BatchLoader[int, str] = BatchLoader(fetch, tasks)
    waiting = asyncio.create_task(loader.load(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    await tasks.close()
    assert ended.is_set()
