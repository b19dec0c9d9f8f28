"""The linter and the code generators of app developers take the SDL and the delivered operations as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type

from tests.clients.node import Node
from tests.docs.markdown import read
from tests.repository.tree import ROOT

SCHEMA = ROOT / "schema"
OPERATIONS = sorted((SCHEMA / "operations").glob("*.graphql"))


async def test_graphql_eslint_finds_nothing(node: Node) -> None:
    """Its recommended and its Relay rules for the schema, and its recommended ones for the operations."""
    linted = await node.run("lint.mjs", str(SCHEMA))
    assert {each["file"] for each in linted} == {"schema.graphql", *(f"operations/{path.name}" for path in OPERATIONS)}
    assert [each for each in linted if each["found"]] == []


@pytest.mark.check
def test_what_connections_hold_can_be_asked_for_again() -> None:
    """By its id; checked here too, for machines without Node.js."""
    types = build_schema((SCHEMA / "schema.graphql").read_text(encoding="utf-8")).type_map.values()
    edges = [each for each in types if isinstance(each, GraphQLObjectType) and each.name.endswith("Edge")]
    held = [get_named_type(edge.fields["node"].type) for edge in edges]
    assert len(held) > 5
    without = {each.name for each in held if "Node" not in {base.name for base in getattr(each, "interfaces", ())}}
    assert without == set()


async def test_the_linter_notices_what_is_wrong(node: Node, tmp_path: Path) -> None:
    (tmp_path / "operations").mkdir()
    (tmp_path / "schema.graphql").write_text("type Query { thingConnection: Things }  type Things { id: ID! }")
    (tmp_path / "operations" / "wrong.graphql").write_text("query { thingConnection { nothing } }")
    linted = await node.run("lint.mjs", str(tmp_path))
    assert all(each["found"] for each in linted)


async def test_relay_compiler_takes_every_operation(node: Node) -> None:
    [compiled] = await node.run("relay.mjs", str(SCHEMA))
    assert len(compiled["written"]) == len(OPERATIONS)
    assert "HomeQuery.graphql.ts" in compiled["written"]


async def test_apollo_and_urql_get_types_that_compile_strictly_and_are_those_of_the_guide(node: Node) -> None:
    [generated] = await node.run("typescript.mjs", str(SCHEMA))
    assert "any;" not in generated
    assert_shown("ts", generated)


async def test_kotlin_and_swift_get_types_that_are_those_of_the_guide(node: Node) -> None:
    for made in await node.run("native.mjs", str(SCHEMA), "streak_calendar.graphql", "StreakCalendar"):
        assert_shown(made["language"], made["text"])


def assert_shown(language: str, generated: str) -> None:
    """What the guide for app developers shows in that language is what was generated, piece by piece."""
    snippets = read(ROOT / "docs" / "mobile.md").of(language)
    assert snippets
    pieces = [" ".join(piece.split()) for snippet in snippets for piece in snippet.text.split("\n\n")]
    missing = [piece for piece in pieces if piece not in " ".join(generated.split())]
    assert missing == [], f"what is generated now:\n{generated}"


@pytest.mark.check
def test_the_guide_shows_generated_types_for_every_platform() -> None:
    guide = read(ROOT / "docs" / "mobile.md")
    for language in ("ts", "kotlin", "swift"):
        assert "DayState" in "".join(snippet.text for snippet in guide.of(language))
