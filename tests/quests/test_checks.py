"""The meaning of a pack: what the error pages show by one example each, at its edges."""

from fractions import Fraction

import pytest

from tests.quests.packs import codes, load, told
from vekst.domain.recognitions import Nature
from vekst.quests import outcome_share, reachable_points


def badge(earn: str, **more: str) -> list[str]:
    extra = "".join(f", {key.rstrip('_')}: {value}" for key, value in more.items())
    found = codes(f"badges: {{x: {{title: X, purpose: P, earn: {earn}{extra}}}}}")
    return [code for code in found if code != "RULE_WITHOUT_EXAMPLE"]


def count(**parts: str) -> str:
    inner = ", ".join(
        f"{key}: {value}" for key, value in ({"event": "call.practised", "at_least": "2"} | parts).items()
    )
    return f"{{count: {{{inner}}}}}"


def days(at_least: int, within: str) -> str:
    return f"{{days: {{event: call.practised, at_least: {at_least}, within: {within}}}}}"


@pytest.mark.parametrize(
    ("where", "finding"),
    [
        ("{score: 10}", []),
        ("{score: 11}", ["CONDITION_NEVER_HOLDS"]),
        ("{score: true}", ["CONDITION_NEVER_HOLDS"]),
        ('{score: "5"}', ["CONDITION_NEVER_HOLDS"]),
        ("{score: [1, 2, 30]}", ["CONDITION_NEVER_HOLDS"]),
        ("{score: {min: 10}}", []),
        ("{score: {min: 10.5}}", ["CONDITION_NEVER_HOLDS"]),
        ("{minutes: {max: -1}}", ["CONDITION_NEVER_HOLDS"]),
        ("{minutes: {max: 0}}", []),
        ("{kind: {not: hot}}", ["CONDITION_NEVER_HOLDS"]),
        ("{kind: {not: cold}}", []),
        ("{note: {min: 1}}", ["CONDITION_NEVER_HOLDS"]),
        ("{note: 5}", ["CONDITION_NEVER_HOLDS"]),
        ("{minutes: {present: false}}", ["CONDITION_NEVER_HOLDS"]),
        ("{minutes: {present: true}}", []),
        ("{score: {present: false}}", []),
        ("{score: {min: 5, max: 5}}", []),
        ("{score: {min: 6, max: 5}}", ["EMPTY_RANGE"]),
    ],
)
def test_a_condition_must_be_possible(where: str, finding: list[str]) -> None:
    assert badge(count(where=where)) == finding


@pytest.mark.parametrize(
    ("at_least", "within", "reachable"),
    [
        (1, "day", True), (2, "day", False), (7, "week", True), (8, "week", False), (31, "month", True),
        (32, "month", False), (92, "quarter", True), (93, "quarter", False), (366, "year", True), (367, "year", False),
        (2, "1h", True), (9, "7d", True), (10, "7d", False),
    ],
)  # fmt: skip
def test_no_window_has_more_days_than_it_can_touch(at_least: int, within: str, *, reachable: bool) -> None:
    assert badge(days(at_least, within)) == ([] if reachable else ["OUT_OF_REACH"])


@pytest.mark.parametrize(
    ("parts", "reachable"),
    [
        ({"at_most": "{times: 2, per: day}", "within": "day", "at_least": "2"}, True),
        ({"at_most": "{times: 2, per: day}", "within": "day", "at_least": "3"}, False),
        ({"at_most": "{times: 2, per: day}", "within": "week", "at_least": "14"}, True),
        ({"at_most": "{times: 1, per: week}", "within": "month", "at_least": "6"}, True),
        ({"at_most": "{times: 1, per: week}", "within": "month", "at_least": "8"}, False),
        ({"at_most": "{times: 1, per: year}", "at_least": "50"}, True),
    ],
)
def test_a_cap_limits_what_a_window_can_hold(parts: dict[str, str], *, reachable: bool) -> None:
    assert badge(count(**parts)) == ([] if reachable else ["OUT_OF_REACH"])


def test_a_repeated_rule_has_no_more_than_its_window() -> None:
    """Q4."""
    assert badge("{days: {event: call.practised, at_least: 31}}", repeat="month") == []
    assert badge("{days: {event: call.practised, at_least: 32}}", repeat="month") == ["OUT_OF_REACH"]


@pytest.mark.parametrize(("at_least", "finding"), [(3, []), (4, ["OUT_OF_REACH"])])
def test_no_more_days_are_asked_for_than_lie_between_from_and_until(at_least: int, finding: list[str]) -> None:
    earn = f"{{days: {{event: call.practised, at_least: {at_least}}}}}"
    assert badge(earn, from_="2026-02-27", until="2026-03-01") == finding
    steps = f"[{{key: s, title: S, earn: {earn}}}]"
    quest = f"quests: {{q: {{title: Q, from: 2026-02-27, until: 2026-03-01, steps: {steps}}}}}"
    assert [code for code in codes(quest) if code == "OUT_OF_REACH"] == finding


def test_some_asks_for_no_more_than_it_has() -> None:
    assert badge(f"{{some: {{at_least: 3, of: [{count()}, {count()}]}}}}") == ["OUT_OF_REACH"]


def test_there_are_no_more_different_values_than_choices() -> None:
    assert badge("{distinct: {event: call.practised, field: kind, at_least: 2}}") == []
    assert badge("{distinct: {event: call.practised, field: kind, at_least: 3}}") == ["OUT_OF_REACH"]
    assert badge("{distinct: {event: call.practised, field: note, at_least: 300}}") == []


@pytest.mark.parametrize(
    ("field", "where", "most"),
    [
        ("kind", "{kind: cold}", 1),
        ("kind", "{kind: {not: cold}}", 1),
        ("kind", "{kind: [cold, warm]}", 2),
        ("kind", "{kind: {present: true}, score: {min: 6}}", 2),
        ("note", "{note: [a, b, c]}", 3),
        ("minutes", "{minutes: 5}", 1),
    ],
)
def test_different_values_are_those_that_the_where_leaves(field: str, where: str, most: int) -> None:
    for at_least, finding in ((most, []), (most + 1, ["OUT_OF_REACH"])):
        node = f"{{distinct: {{event: call.practised, where: {where}, field: {field}, at_least: {at_least}}}}}"
        assert badge(node) == finding


def test_a_level_must_exist() -> None:
    assert badge("{skill: {key: discovery, level: 2}}") == []
    assert badge("{skill: {key: discovery, level: 3}}") == ["OUT_OF_REACH"]


def test_a_field_must_exist_in_every_event_that_is_named() -> None:
    assert badge("{count: {event: [call.practised, note.written], where: {score: 5}, at_least: 2}}") == [
        "UNKNOWN_FIELD"
    ]


@pytest.mark.parametrize(
    ("node", "field", "finding"),
    [
        ("improvement", "score, by: 10%, memory: 180d", []),
        ("improvement", "change, by: 10%, memory: 180d", ["FIELD_NEEDS_MIN"]),
        ("improvement", "kind, by: 10%, memory: 180d", ["WRONG_FIELD_KIND"]),
        ("personal_best", "change", []),
        ("personal_best", "note", ["WRONG_FIELD_KIND"]),
        ("sum", "change, at_least: 5", ["FIELD_NEEDS_MIN"]),
        ("distinct", "note, at_least: 5", []),
    ],
)
def test_a_measure_needs_the_right_field(node: str, field: str, finding: list[str]) -> None:
    assert badge(f"{{{node}: {{event: call.practised, field: {field}}}}}") == finding


def test_a_tier_may_build_on_a_lower_tier_of_its_own_badge() -> None:
    text = """
badges:
  x:
    title: X
    purpose: P
    tiers:
      - {tier: low, earn: {count: {event: call.practised, at_least: 5}}}
      - {tier: high, earn: {all: [{badge: {key: x, tier: low}}, {count: {event: call.practised, at_least: 9}}]}}
"""
    assert codes(text) == ["RULE_WITHOUT_EXAMPLE"]
    assert "CYCLE" in codes(text.replace("tier: low}}, {count", "tier: high}}, {count"))
    assert "CYCLE" in codes(text.replace("{badge: {key: x, tier: low}}", "{badge: {key: x}}"))


def test_a_cycle_is_told_once_with_its_whole_way() -> None:
    text = """
badges: {a: {title: A, earn: {quest: b}}}
quests: {b: {title: B, requires: {badge: {key: a}}, steps: [{key: s, title: S, earn: {badge: {key: a}}}]}}
"""
    cycles = [each for each in told(text) if each.code == "CYCLE"]
    assert [each.arguments["path"] for each in cycles] == ["badge a → quest b → badge a"]


def test_a_requirement_on_the_skill_that_a_quest_feeds_is_no_cycle() -> None:
    text = """
quests:
  q:
    title: Q
    purpose: P
    skill: discovery
    points: 5
    requires: {skill: {key: discovery, level: 1}}
    steps: [{key: s, title: S, earn: {count: {event: call.practised, at_least: 2}}}]
"""
    assert codes(text) == ["RULE_WITHOUT_EXAMPLE"]


def test_requires_of_a_repeated_quest_may_read_the_whole_state() -> None:
    """Q4: `requires` is judged once, over all events."""
    quest = """
quests:
  q:
    title: Q
    purpose: P
    repeat: month
    requires: {skill: {key: discovery, level: 1}}
    steps: [{key: s, title: S, earn: %s}]
"""
    assert codes(quest % count()) == ["RULE_WITHOUT_EXAMPLE"]
    assert "STATE_IN_REPEAT" in codes(quest % "{skill: {key: discovery, level: 1}}")
    assert "ALWAYS_NEEDS_IMPROVEMENT" in codes(quest.replace("month", "always") % count())


@pytest.mark.parametrize(
    ("earn", "token"),
    [
        ("{count: {event: note.written, at_least: 1}}", True),
        ("{count: {event: note.written, at_least: 2}}", False),
        ("{count: {event: call.practised, at_least: 1}}", False),
        ("{count: {event: call.practised, where: {score: {min: 6}}, at_least: 1}}", False),
        ("{any: [{count: {event: note.written, at_least: 1}}, {quest: start}]}", True),
        ("{all: [{count: {event: note.written, at_least: 1}}, {badge: {key: y}}]}", False),
        ("{count: {event: deal.closed, at_least: 1}}", False),
    ],
)
def test_one_bare_click_should_not_pay(earn: str, *, token: bool) -> None:
    """Case 20: a token action keeps the streak."""
    assert ("TOKEN_ACTION" in badge(earn, points="5")) is token
    assert "TOKEN_ACTION" not in badge(earn)
    if "quest" not in earn and "badge" not in earn:
        streak = f"streaks: {{x: {{title: X, every: day, counts: {earn}, milestones: {{5: 10}}}}}}"
        assert ("TOKEN_ACTION" in codes(streak)) is token


@pytest.mark.parametrize(
    ("measure", "allowed"),
    [
        ("{streak: daily, of: current}", True),
        ("{streak: deals, of: longest}", False),
        ("{points: effort, per: week}", True),
        ("{points: outcomes, per: week}", False),
        ("{distinct: {event: [call.practised, deal.closed], field: note}, per: ever}", False),
        ("{days: {event: call.practised}, per: ever}", True),
    ],
)
def test_no_board_rests_on_outcomes(measure: str, *, allowed: bool) -> None:
    """L2, by way of a streak too."""
    text = f"""
streaks: {{deals: {{title: D, every: week, counts: {{count: {{event: deal.closed, at_least: 1}}}}}}}}
leaderboards: {{b: {{title: B, purpose: P, measure: {measure}}}}}
"""
    assert ("BOARD_ON_OUTCOMES" in codes(text)) is not allowed


def test_a_challenge_asks_for_what_its_time_allows() -> None:
    text = """
challenges:
  c: {title: C, purpose: P, measure: {days: {event: call.practised}}, goal: {everyone: %d}, lasts: 7d}
"""
    assert codes(text % 7) == []
    assert codes(text % 12) == ["OUT_OF_REACH"]


def test_the_reachable_share_counts_everything_once_and_a_year_of_what_repeats() -> None:
    """P1: event points and repeats as one year at their caps."""
    document = load("""
badges:
  once: {title: O, points: 7, earn: {count: {event: deal.closed, at_least: 2}}}
  monthly: {title: M, points: 10, repeat: month, earn: {count: {event: deal.closed, at_least: 2}}}
  better:
    title: B
    points: 3
    repeat: always
    earn: {improvement: {event: call.practised, field: score, by: 10%, memory: 60d}}
quests:
  q:
    title: Q
    points: 5
    repeat: quarter
    steps: [{key: a, title: A, points: 2, earn: {count: {event: call.practised, at_least: 2}}}]
streaks:
  s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}, milestones: {5: 10, 10: 20}}
challenges:
  c: {title: C, measure: {count: {event: deal.closed}}, goal: {together: 5}, lasts: 14d, points: 4}
""").document
    assert document is not None
    effort, outcomes = 5 * 3 * 365 + 3 + 7 * 4 + 30, 7 + 10 * 12 + 4
    assert reachable_points(document) == {Nature.EFFORT: effort, Nature.OUTCOME: outcomes}
    assert outcome_share(document) == Fraction(outcomes, effort + outcomes)


def test_a_pack_without_points_has_no_share() -> None:
    document = load({"base.yaml": "calendars: {norway: {}}"}).document
    assert document is not None
    assert outcome_share(document) == 0


def test_names_are_checked_everywhere_with_a_suggestion() -> None:
    text = """
events: {e: {title: E, nature: practice, skill: discovry}}
streaks: {s: {title: S, every: day, calendar: noway, counts: {count: {event: cal.practised, at_least: 1}}}}
leaderboards: {l: {title: L, purpose: P, measure: {streak: dayly, of: current}}}
examples:
  - name: names
    given: [{at: 2026-03-02T09:00+01:00, event: note.writen}]
    expect: [{not: {streak: dialy, longest: 1}}, {milestone: daily, length: 3}, {skill: discover, level: 1}]
"""
    found = [each for each in told(text) if each.code == "UNKNOWN_REFERENCE"]
    assert [each.arguments["key"] for each in found] == [
        "discovry", "noway", "cal.practised", "dayly", "note.writen", "dialy", "3", "discover",
    ]  # fmt: skip
    suggested = [each.arguments.get("suggestion") for each in found]
    assert suggested == ["discovery", "norway", "call.practised", "daily", "note.written", "daily", None, "discovery"]
