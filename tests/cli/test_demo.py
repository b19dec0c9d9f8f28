"""The demonstration from nothing, as a newcomer runs it, and once more."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import free_port, vekst
from vekst.cli.season_summary import FIRST_QUERY


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


def tell(data: Path, *more: str) -> str:
    ended = vekst("demo", "--data", data, "--port", str(free_port()), "--once", *more)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_the_demonstration_is_told_judged_and_told_again(data: Path) -> None:
    first = tell(data)
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
    assert answer_in(tell(data))["me"]["points"]["effort"] >= told["me"]["points"]["effort"]


def test_a_season_goes_forward_only(data: Path) -> None:
    earlier = f"{datetime.now(UTC) - timedelta(days=40):%Y-%m-%d}"
    ended = vekst("demo", "--data", data, "--port", str(free_port()), "--once", "--as-of", earlier)
    assert ended.returncode == 1
    assert "give --data another folder" in ended.stderr


def answer_in(said: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(said[said.index('{\n  "data"') :])["data"]
    return data
