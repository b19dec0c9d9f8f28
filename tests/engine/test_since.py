"""V1, the pure part: a rule that says `since: publication` judges no earlier evidence."""

from __future__ import annotations

from datetime import datetime, timedelta
from textwrap import dedent

from tests.support.judging import EVENTS, HEADER, Learner, earned, judged
from vekst.engine.pack import Pack
from vekst.quests.compiler import compile_pack
from vekst.quests.loader import load_pack_files

RULES = dedent("""
events:
  call.paid: {title: Call, since: publication, nature: practice, points: 5, at_most: {times: 2, per: day}}
badges:
  b: {title: B, since: publication, earn: {count: {event: call.practised, at_least: 2}}}
quests:
  q: {title: Q, since: publication, steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 2}}}]}
  r:
    title: R
    since: publication
    requires: {count: {event: lesson.completed, at_least: 1}}
    steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 1}}}]
streaks:
  s:
    title: S
    since: publication
    every: day
    counts: {count: {event: call.practised, at_least: 1}}
    milestones: {2: 1}
""")


def published(at: datetime | None) -> Pack:
    document = load_pack_files({"pack.yaml": HEADER % "25%", "events.yaml": EVENTS, "rules.yaml": RULES}).document
    assert document is not None
    rules = [("events", "call.paid"), ("badges", "b"), ("quests", "q"), ("quests", "r"), ("streaks", "s")]
    return compile_pack(document, version=1, digest="x", since={rule: at for rule in rules if at})


def learner() -> Learner:
    one = Learner("")
    one.does("lesson.completed", "2026-03-01T09:00")
    for day in ("2026-03-02", "2026-03-03"):
        one.practises(day)
        one.does("call.paid", f"{day}T09:00")
    return one


def given(since: str | None, microseconds: int = 0) -> list[str]:
    one = learner()
    at = one.at(since) + timedelta(microseconds=microseconds) if since else None
    return sorted(earned(judged(published(at), "Europe/Oslo", one.events)[1]))


ALL = [
    "BADGE b once",
    "EVENT call.paid 2026-03-02#1",
    "EVENT call.paid 2026-03-03#1",
    "MILESTONE s 2",
    "QUEST q once",
    "QUEST r once",
    "STEP q/s once",
    "STEP r/s once",
]


def test_v1_a_rule_judges_all_stored_evidence_unless_it_was_told_when_it_was_published() -> None:
    assert given(None) == ALL
    assert given("2026-03-01T09:00") == ALL


def test_v1_evidence_at_the_instant_of_the_publication_counts_and_earlier_does_not() -> None:
    """Hard case 13."""
    assert given("2026-03-02T09:00") == [name for name in ALL if "r" not in name.split()[1].split("/")]
    assert given("2026-03-02T09:00", microseconds=1) == ["EVENT call.paid 2026-03-03#1"]
