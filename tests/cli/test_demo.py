"""The demonstration from nothing, as a newcomer runs it, and once more."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import free_port, vekst
from vekst.cli.failures import Failure
from vekst.cli.season_plan import SeasonPlan
from vekst.cli.season_summary import FIRST_QUERY


def tell(data: Path, *more: str) -> str:
    ended = vekst("demo", "--data", data, "--port", str(free_port()), "--once", *more)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_the_demonstration_is_told_judged_and_told_again(tmp_path: Path) -> None:
    first = tell(tmp_path)
    assert "all judged" in first
    assert FIRST_QUERY.split("{")[1].strip() in first
    for person in ("kari", "nora"):
        assert f"  {person} " in first
    for person, state in (("kari", "reached"), ("amina", "open"), ("emma", "reached"), ("sofie", "learned")):
        assert f"  {person:<8}{state} " in first
    told = answer_in(first)
    assert told["me"]["name"] == "Kari"
    assert told["me"]["points"]["total"] > 1_000
    assert told["leaderboard"]["me"]["value"] > 20
    assert len(told["leaderboard"]["aroundMe"]) > 3
    # The same day again: every event is there already, and no points come twice.
    assert answer_in(tell(tmp_path))["me"]["points"]["effort"] >= told["me"]["points"]["effort"]


def test_a_season_goes_forward_only(tmp_path: Path) -> None:
    SeasonPlan.make(tmp_path, None).keep()
    earlier = (datetime.now(UTC) - timedelta(days=40)).date()
    with pytest.raises(Failure, match="give --data another folder"):
        SeasonPlan.make(tmp_path, earlier)


def answer_in(said: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(said[said.index('{\n  "data"') :])["data"]
    return data
