"""Planning, publishing and replaying from the command line, on an organisation with a little history."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

import pytest
from typing_extensions import override

from tests.cli.running import urls, vekst
from tests.support.packs import CRAFT, CRAFT_CHANGED, changed
from tests.support.servers import run_sql
from vekst.settings import Settings

EVENTS = "id,who,when\n" + "".join(
    f"{who}{day},{who},2026-03-0{day + 1}T09:00:00Z\n"
    for who, days in (("kari", 2), ("ola", 4))
    for day in range(1, days + 1)
)
MAPPING = """
format: csv
source: phone
person: {column: who, create: true, name: "Agent {who}"}
id: id
at: {column: when}
type: call.practised
"""


def folder(path: Path, files: Mapping[str, str]) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def env(settings: Settings) -> dict[str, str]:
    return urls(settings)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packs")
    folder(path / "craft", CRAFT)
    folder(path / "easier", CRAFT_CHANGED)
    folder(path / "retyped", changed("events.yaml", "customer: {type: text}", "customer: {type: flag}"))
    (path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def org(env: dict[str, str], here: Path) -> str:
    """Kari has practised twice and Ola four times; nobody has been judged yet."""
    key = f"cli-{uuid4().hex[:8]}"
    for arguments in (
        ("org", "create", key),
        ("quests", "publish", here / "craft", "--org", key),
        ("events", "import", here / "events.csv", "--org", key, "--mapping", here / "mapping.yaml"),
    ):
        ended = vekst(*arguments, env=env)
        assert ended.returncode == 0, ended.stderr
    return key


def test_from_a_plan_over_its_publication_to_a_verified_replay(
    env: dict[str, str], org: str, here: Path, tmp_path: Path
) -> None:
    """V2, V1: the plan tells what the publication then gives, and what is stored follows from the events."""
    page = tmp_path / "plan.html"
    plan = vekst("quests", "plan", here / "easier", "--org", org, "--people", "--html", page, env=env)
    assert (plan.returncode, plan.stderr) == (0, ""), plan.stderr
    assert "1 learner would gain 1 recognition and 25 points for the past" in plan.stdout
    assert "Brave caller (brave-caller), gained by 1: Agent kari (25)" in plan.stdout
    assert "Points per active learner and week: 30.0 before, 45.0 after." in plan.stdout
    assert_stands_alone(page.read_text(encoding="utf-8"))

    document = json.loads(vekst("quests", "plan", here / "easier", "--org", org, "--json", env=env).stdout)
    assert document["gains"] == {"learners": 1, "recognitions": 1, "points": 25}
    [badge] = [rule for rule in document["rules"] if rule["key"] == "brave-caller"]
    assert (badge["change"], badge["effects"]["gains"]["points"]) == ("changed", 25)
    assert "people" not in badge
    assert document["before"]["outcomeShare"] == document["after"]["outcomeShare"] == 0
    assert document["after"]["pointsPerLearnerAndWeek"] == 45.0

    published = vekst("quests", "publish", here / "easier", "--org", org, env=env)
    assert (published.returncode, published.stderr) == (0, "")
    assert published.stdout.splitlines()[0] == "Published as version 2."
    verified = vekst("replay", "--org", org, "--verify", env=env)
    assert (verified.returncode, verified.stdout) == (0, f"{org}: 2 learners verified, 0 differences.\n")
    again = json.loads(vekst("replay", "--org", org, "--json", env=env).stdout)
    assert again == {"organisation": org, "learners": 2, "judged": 2, "setAside": 0}
    as_json = json.loads(vekst("replay", "--org", org, "--verify", "--json", env=env).stdout)
    assert as_json == {"organisation": org, "learners": 2, "behind": 0, "differences": []}


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.plots: list[str | None] = []
        self.links: list[str | None] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        told = dict(attrs)
        self.links += [told[name] for name in ("src", "href") if name in told]
        if tag == "svg":
            assert told["role"] == "img"
            self.plots.append(told["aria-label"])

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_stands_alone(html: str) -> None:
    page = Page()
    page.feed(html)
    assert page.open == []
    assert page.links == []
    assert len(page.plots) == 5
    assert all(page.plots)
    assert "<script" not in html
    assert "url(" not in html
    assert "prefers-color-scheme: dark" in html
    assert "Brave caller" in html
    assert re.search(r"<td>1 learner, 25 points</td>", html)


def test_a_publication_can_be_left_to_the_workers(env: dict[str, str], org: str, here: Path, tmp_path: Path) -> None:
    reworded = folder(tmp_path / "reworded", changed("rules.yaml", "title: Closer", "title: One who closes"))
    ended = vekst("quests", "publish", reworded, "--org", org, "--no-wait", "--json", env=env)
    assert ended.returncode == 0
    assert json.loads(ended.stdout).keys() == {"version", "changed"}


@pytest.mark.parametrize("command", ["plan", "publish"])
def test_a_field_of_another_type_is_refused_with_its_place(
    env: dict[str, str], org: str, here: Path, command: str
) -> None:
    ended = vekst("quests", command, here / "retyped", "--org", org, env=env)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"{here}/retyped/events.yaml:15:24 FIELD_TYPE_CHANGED field `customer` of `call.practised`" in ended.stderr


def test_a_difference_is_named_and_ends_with_1(env: dict[str, str], org: str, settings: Settings, here: Path) -> None:
    vekst("replay", "--org", org, env=env)
    lose_an_entry(settings, org)
    ended = vekst("replay", "--org", org, "--verify", env=env)
    assert ended.returncode == 1
    assert "MISSING ola: BADGE brave-caller bronze once: expected 20 points, effort, found nothing" in ended.stdout
    told = json.loads(vekst("replay", "--org", org, "--verify", "--json", env=env).stdout)
    [missing] = [each for each in told["differences"] if each["fault"] == "MISSING"]
    assert (missing["person"], missing["key"], missing["occurrence"]) == ("ola", "brave-caller", "once")


def lose_an_entry(settings: Settings, org: str) -> None:
    run_sql(
        settings.database_url.get_secret_value(),
        f"""
        DELETE FROM ledger_entries WHERE kind = 'BADGE' AND (org_id, learner_id) IN (
            SELECT p.org_id, p.learner_id FROM people p JOIN organisations o USING (org_id)
             WHERE o.key = '{org}' AND p.person = 'ola')
        """,
    )


def test_an_organisation_that_is_not_there_is_told_with_the_cure(env: dict[str, str], here: Path) -> None:
    for arguments in (("quests", "plan", here / "craft", "--org", "nobody"), ("replay", "--org", "nobody", "--verify")):
        ended = vekst(*arguments, env=env)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.endswith("create it with: vekst org create nobody\n")
