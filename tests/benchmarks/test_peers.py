"""What is prepared for peers holds what our own screen holds; the peers themselves are only there where Node is."""

from __future__ import annotations

from typing import Any

import asyncpg
import orjson
import pytest

from benchmarks.peers.memory_app import MemoryApp
from benchmarks.peers.relations import SCHEMA, load_relations
from benchmarks.peers.shapes import shape_of
from benchmarks.profiles import SHORT
from benchmarks.stage import Stage, owning
from benchmarks.workloads.peers import beside_peers
from vekst.settings import Settings

ANSWERS: dict[str, dict[str, Any]] = {
    "kari": {"me": {"name": "Kari", "pendingEvents": 2, "next": None, "parts": [{"have": 1, "of": {"key": "a"}}]}},
    "nora": {
        "me": {
            "name": "Nora",
            "pendingEvents": 0,
            "next": {"at": "2026-03-02"},
            "parts": [{"have": 1.5, "of": {"key": "b"}}, {"have": None, "of": {"key": "c"}}],
        }
    },
}


async def test_our_executor_answers_from_memory_what_lies_there() -> None:
    shape = shape_of("Answer", list(ANSWERS.values()))
    query = f"query ($person: String!) {{ answer(person: $person) {shape.selection()} }}"
    app = MemoryApp(ANSWERS)
    for person, answer in ANSWERS.items():
        told = orjson.loads(await app.answer({"query": query, "variables": {"person": person}}))
        assert told == {"data": {"answer": answer}}


def test_the_schema_for_others_says_the_same() -> None:
    schema = shape_of("Answer", list(ANSWERS.values())).schema()
    assert "type AnswerMeParts { have: Float of: AnswerMePartsOf }" in schema
    assert "type Answer { me: AnswerMe }" in schema


async def test_tables_for_a_peer_hold_everything_and_know_what_belongs_to_what(settings: Settings) -> None:
    async with owning(Stage(SHORT, settings, lambda _line: None)) as owner:
        query = await load_relations(owner, ANSWERS)
        try:
            found = await owner.fetch(
                f"SELECT me_name, me_pending_events, me_next_at, have, of_key FROM {SCHEMA}.answer AS a "
                f"JOIN {SCHEMA}.answer_me_parts AS p ON p.person = a.person AND p.parent = a.place "
                "ORDER BY p.person, p.place"
            )
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await owner.execute(f"DELETE FROM {SCHEMA}.answer WHERE person = 'kari'")
        finally:
            await owner.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    assert [tuple(row) for row in found] == [
        ("Kari", 2, None, 1, "a"),
        ("Nora", 0, "2026-03-02", 1.5, "b"),
        ("Nora", 0, "2026-03-02", None, "c"),
    ]
    assert "answerByPerson(person: $person) { meName mePendingEvents meNextAt mePartsList { have ofKey } }" in query


async def test_without_node_the_peers_are_skipped_and_it_is_said(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setenv("PATH", "")
    assert await beside_peers(Stage(SHORT, settings, said.append)) == []
    assert said == ["peers: skipped, there is no Node"]
