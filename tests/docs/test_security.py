"""The threat model: each row of its tables names tests, and every test that is named there exists."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.docs.markdown import read
from tests.repository.tree import ROOT

pytestmark = pytest.mark.check

PAGE = ROOT / "docs" / "security.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


@cache
def _tests_of(file: str) -> frozenset[str]:
    """The names of the tests in a file."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds) and node.name.startswith("test_"))


def test_every_test_that_is_named_exists() -> None:
    named = TEST.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 40
    missing = [
        f"{file}::{name}" for file, name in named if not _tests_of(file) or (name and name not in _tests_of(file))
    ]
    assert missing == []


def test_every_threat_says_what_holds_and_which_test_shows_it() -> None:
    threats = [row for row in read(PAGE).rows if len(row) == 3 and not set(row[0]) <= set("-: ")]
    threats = [row for row in threats if row != ["what is tried", "what holds", "shown by"]]
    assert len(threats) > 25
    assert [row[0] for row in threats if not TEST.search(row[2]) or not row[1].strip()] == []
