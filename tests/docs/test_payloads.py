"""The guide for apps says how large answers are; what it says is measured on the demonstration."""

from __future__ import annotations

from itertools import dropwhile
from pathlib import Path

import pytest

from tests.docs.markdown import Document, read
from tests.docs.payloads import Size, measured
from tests.docs.sandbox import Sandbox
from tests.graphql.operations import OPERATIONS
from tests.repository.tree import ROOT
from vekst.push import SenderKey

GUIDE = ROOT / "docs" / "mobile.md"
HEAD = "| operation | as it is | gzip | zstd |\n|---|---|---|---|\n"
PUSHES = {"VEKST_PUSH_PRIVATE_KEY": SenderKey.new().private, "VEKST_PUSH_CONTACT": "mailto:us@example.com"}
CURE = "measure it in tests/docs/payloads.py, then run tests/docs/test_payloads.py with --update-golden"


def _shown(guide: Document) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in guide.rows if len(row) == 4 and row[1].endswith(" B")}


def _operation(row: str) -> str:
    return row.split("`")[1]


@pytest.mark.check
def test_the_table_has_every_operation_of_the_schema_folder() -> None:
    shown = {_operation(row) for row in _shown(read(GUIDE))}
    delivered = {file.stem for file in OPERATIONS.glob("*.graphql")}
    assert len(delivered) >= 20
    assert shown == delivered, CURE


def test_answers_are_as_large_as_the_guide_says(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with Sandbox.open(tmp_path) as sandbox:
        # The demonstration sends no pushes by itself.
        sandbox.start(f"env {' '.join(f'{name}={value}' for name, value in PUSHES.items())} vekst demo")
        tokens = {
            person: sandbox.run(f"vekst token --org demo --as {person}").stdout.strip()
            for person in ("kari", "lars", "nora")
        }
        sizes = measured(f"http://127.0.0.1:{sandbox.port}", tokens)
    if request.config.getoption("--update-golden"):
        _write(sizes)
    shown = _shown(read(GUIDE))
    assert list(shown) == list(sizes), CURE
    assert {row: size.cells for row, size in sizes.items() if not size.is_about(shown[row])} == {}


def _write(sizes: dict[str, Size]) -> None:
    before, head, after = GUIDE.read_text(encoding="utf-8").partition(HEAD)
    assert head
    below = list(dropwhile(lambda line: line.startswith("|"), after.splitlines()))
    rows = [f"| {' | '.join([row, *size.cells])} |" for row, size in sizes.items()]
    GUIDE.write_text(before + head + "\n".join([*rows, *below, ""]), encoding="utf-8")
