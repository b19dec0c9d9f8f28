"""What the documents show is done, command by command and query by query, on servers that the documents start."""

from __future__ import annotations

from pathlib import Path

from tests.docs.markdown import read
from tests.docs.sandbox import Sandbox, matches
from tests.docs.walkthrough import walk_through
from tests.repository.tree import ROOT


def test_the_readme_and_the_guide_for_apps_show_what_happens(tmp_path: Path) -> None:
    with Sandbox.open(tmp_path) as sandbox:
        assert walk_through(read(ROOT / "README.md"), sandbox) >= 2
        assert walk_through(read(ROOT / "docs" / "mobile.md"), sandbox) >= 10
        assert "all judged" in sandbox.server_log()


def test_the_guide_for_operators_shows_what_happens(tmp_path: Path) -> None:
    with Sandbox.open(tmp_path) as sandbox:
        assert walk_through(read(ROOT / "docs" / "operations.md"), sandbox) >= 8


def test_an_ellipsis_stands_for_anything_and_nothing_else_does() -> None:
    assert matches("a … c\n", "a b\nb c")
    assert not matches("a … c", "a b")
    assert not matches("a.c", "abc")
