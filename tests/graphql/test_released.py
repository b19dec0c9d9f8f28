"""Apps live for years: whatever a client of the last release may ask is still answered by the schema of today."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from graphql import build_schema as parse_schema
from graphql.utilities import find_breaking_changes

from tests.repository.tree import ROOT
from vekst.graphql.schema import sdl

pytestmark = pytest.mark.check

RELEASED = ROOT / "schema" / "released"


def version_of(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.stem.split("."))


def last_release() -> Path:
    return max(RELEASED.glob("*.graphql"), key=version_of)


def broken(before: str, after: str) -> list[str]:
    """What a client of the one schema can't do with the other."""
    return [change.description for change in find_breaking_changes(parse_schema(before), parse_schema(after))]


def test_nothing_that_a_client_of_the_last_release_may_use_is_gone() -> None:
    assert broken(last_release().read_text(encoding="utf-8"), sdl()) == []


def test_no_schema_is_kept_of_a_release_that_is_still_to_come() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version_of(last_release()) <= version_of(Path(f"{version}.graphql"))


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("  pendingEvents: Int!\n", "  pending: Int!\n"),
        ("  pendingEvents: Int!\n", "  pendingEvents: Int\n"),
        ("  pendingEvents: Int!\n", "  pendingEvents(of: String!): Int!\n"),
        ("union ChangeZoneResult = ChangeZone | ", "union ChangeZoneResult = "),
        ("  zone: String!\n}\n", "  zone: String!\n  reason: String!\n}\n"),
        ("  RESTING\n", "  AT_REST\n"),
    ],
)
def test_a_break_is_found(line: str, other: str) -> None:
    schema = sdl()
    assert line in schema
    assert broken(schema, schema.replace(line, other, 1))
