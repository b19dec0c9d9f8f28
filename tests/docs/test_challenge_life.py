"""The page about the life of a challenge shows the written state machine; `--update-golden` writes it anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repository.tree import ROOT
from vekst.domain.challenges import BEGINNINGS, MADE_BY, MOVES, ChallengeState, Mover

pytestmark = pytest.mark.check

PAGE = ROOT / "docs" / "challenges.md"
BEGIN, END = "<!-- moves -->", "<!-- /moves -->"


def test_the_page_shows_the_machine(golden: Callable[[Path, str], None]) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, behind = rest.partition(END)
    assert behind
    golden(PAGE, "\n".join([f"{before}{BEGIN}", *_diagram(), "", *_table(), f"{END}{behind}"]))


def _diagram() -> list[str]:
    beginnings = [f"    [*] --> {state}" for state in ChallengeState if state in BEGINNINGS]
    arrows = [
        f"    {state} --> {leads_to}: {move}{' (time)' if MADE_BY[move] is Mover.TIME else ''}"
        for (state, move), leads_to in MOVES.items()
    ]
    return ["```mermaid", "stateDiagram-v2", *beginnings, *arrows, "```"]


def _table() -> list[str]:
    rows = [f"| {state} | {move} | {leads_to} | {MADE_BY[move].value} |" for (state, move), leads_to in MOVES.items()]
    return ["| from | move | to | made by |", "|---|---|---|---|", *rows]
