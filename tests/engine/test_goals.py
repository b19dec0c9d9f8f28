from __future__ import annotations

import pytest

from tests.support.judging import Learner
from vekst.engine.readings import NextTier

LESSONS = "{count: {event: lesson.completed, at_least: %d}}"
CALLS = "{count: {event: call.practised, at_least: %d}}"


def progress(earn: str) -> NextTier | None:
    """Read a badge after two lessons and five calls."""
    learner = Learner(f"badges: {{b: {{title: B, earn: {earn}}}}}")
    for hour in (8, 9):
        learner.does("lesson.completed", f"2026-03-02T{hour:02}:00")
    learner.practises(*[f"2026-03-{day:02}" for day in range(3, 8)])
    return learner.badge("b", "2026-03-08T09:00").next


@pytest.mark.parametrize(
    ("lessons", "calls", "have", "need"), [(3, 50, 2, 3), (40, 6, 5, 6), (4, 20, 2, 4), (20, 6, 5, 6), (3, 6, 5, 6)]
)
def test_any_shows_the_node_of_which_the_greatest_part_is_there(lessons: int, calls: int, have: int, need: int) -> None:
    for nodes in ([LESSONS % lessons, CALLS % calls], [CALLS % calls, LESSONS % lessons]):
        assert progress(f"{{any: [{', '.join(nodes)}]}}") == NextTier(None, have, need)


def test_all_and_some_show_how_many_of_their_nodes_hold() -> None:
    nodes = f"[{LESSONS % 2}, {CALLS % 6}, {CALLS % 7}]"
    assert progress(f"{{all: {nodes}}}") == NextTier(None, 1, 3)
    assert progress(f"{{some: {{at_least: 2, of: {nodes}}}}}") == NextTier(None, 1, 2)
