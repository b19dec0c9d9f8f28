"""A pack tests itself: examples are judged by the engine that judges learners."""

import pytest

from tests.quests.packs import codes, told

BADGE = "badges: {writer: {title: W, points: 5, earn: {count: {event: note.written, at_least: 2}}}}\n"
QUEST = """
quests:
  start:
    title: Start
    starts: when_accepted
    points: 10
    steps: [{key: one, title: One, points: 5, earn: {count: {event: call.practised, at_least: 2}}}]
"""
STREAK = """
streaks:
  steady:
    title: Steady
    every: day
    counts: {count: {event: note.written, at_least: 1}}
    milestones: {3: 10}
"""
NOTES = "{at: 2026-03-02T09:00+01:00, event: note.written, times: %d}"
CALLS = "{at: 2026-03-02T09:00+01:00, event: call.practised, data: {minutes: 5}, times: %d, every: 1h}"


def example(rules: str, given: str, expect: str, **more: str) -> list[str]:
    extra = "".join(f", {key}: {value}" for key, value in more.items())
    text = f"{rules}\nexamples:\n  - {{name: e, given: [{given}], expect: [{expect}]{extra}}}\n"
    return [code for code in codes(text) if code.startswith("EXAMPLE")]


@pytest.mark.parametrize(
    ("rules", "given", "expect"),
    [
        (BADGE, NOTES % 2, "{badge: writer}"),
        (BADGE, NOTES % 2, "{badge: writer, occurrence: once}"),
        (BADGE, NOTES % 1, "{not: {badge: writer}}"),
        (BADGE, NOTES % 2, "{points: {effort: 5, outcomes: 0}}"),
        (STREAK, NOTES % 3, "{streak: steady, longest: 3, current: 3}"),
        (STREAK, NOTES % 3, "{milestone: steady, length: 3}"),
        (STREAK, NOTES % 2, "{not: {milestone: steady, length: 3}}"),
        ("", CALLS % 10, "{points: {effort: 15}}"),
        ("", CALLS % 2, "{skill: discovery, level: 0}"),
        ("", CALLS % 2, "{not: {skill: discovery, level: 1}}"),
        (QUEST, CALLS % 2, "{not: {quest: start}}, {not: {step: start/one}}"),
        (
            QUEST,
            "{at: 2026-03-01T09:00+01:00, event: vekst.quest-accepted, data: {quest: start}}, " + CALLS % 2,
            "{quest: start}, {step: start/one}, {points: {effort: 25}}",
        ),
    ],
)
def test_what_holds_is_not_told(rules: str, given: str, expect: str) -> None:
    assert example(rules, given, expect) == []


@pytest.mark.parametrize(
    ("rules", "given", "expect"),
    [
        (BADGE, NOTES % 1, "{badge: writer}"),
        (BADGE, NOTES % 2, "{badge: writer, occurrence: 2026-03}"),
        (BADGE, NOTES % 2, "{not: {badge: writer}}"),
        (BADGE, NOTES % 2, "{points: {effort: 4}}"),
        (STREAK, NOTES % 3, "{streak: steady, longest: 2}"),
        (STREAK, NOTES % 2, "{milestone: steady, length: 3}"),
        ("", CALLS % 2, "{skill: discovery, level: 1}"),
        (QUEST, CALLS % 2, "{quest: start}"),
        (QUEST, CALLS % 2, "{step: start/one}"),
    ],
)
def test_what_does_not_hold_is_told(rules: str, given: str, expect: str) -> None:
    assert example(rules, given, expect) == ["EXAMPLE_FAILED"]


@pytest.mark.parametrize(
    "given",
    [
        "{at: 2026-03-02T09:00+01:00, event: call.practised}",
        "{at: 2026-03-02T09:00+01:00, event: call.practised, data: {minutes: -1}}",
        "{at: 2026-03-02T09:00+01:00, event: call.practised, data: {minutes: 1, hours: 1}}",
        "{at: 2026-03-02T09:00+01:00, event: call.practised, data: {minutes: true}}",
        "{at: 2026-03-02T09:00+01:00, event: deal.closed}",
        "{at: 2026-03-02T09:00+01:00, event: vekst.time-off, data: {from: 2026-03-02}}",
        "{at: 2026-03-02T09:00+01:00, event: vekst.quest-accepted, data: {quest: nothing}}",
        "{at: 2026-03-02T09:00+01:00, event: vekst.zone-changed, data: {zone: Europe/Bergen}}",
        "{at: 2026-03-02T09:00+01:00, event: vekst.applause}",
    ],
)
def test_an_event_that_ingestion_would_refuse_is_told(given: str) -> None:
    assert example("", given, "{streak: daily, longest: 0}") == ["EXAMPLE_EVENT_UNFIT"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("{at: 9999-12-31T23:59+00:00, event: note.written}", "BAD_INSTANT"),
        ("{at: 0001-01-01T00:00+01:00, event: note.written}", "BAD_INSTANT"),
        ("{at: 2026-03-02T09:00+01:00, event: note.written, times: 1000, every: 36000d}", "NUMBER_OUT_OF_RANGE"),
    ],
)
def test_what_lies_at_the_ends_of_time_is_told(given: str, code: str) -> None:
    text = f"{BADGE}examples:\n  - {{name: e, given: [{given}], expect: [{{not: {{badge: writer}}}}]}}\n"
    assert [each for each in codes(text) if not each.startswith("RULE")] == [code]


def test_time_off_and_zone_changes_may_stand_in_an_example() -> None:
    """S7: dates of time off are rest, also when it is declared afterwards."""
    given = ", ".join((
        CALLS % 1,
        "{at: 2026-03-05T09:00+01:00, event: call.practised, data: {minutes: 5}}",
        "{at: 2026-03-05T10:00+01:00, event: vekst.time-off, data: {from: 2026-03-03, until: 2026-03-04}}",
        "{at: 2026-03-05T11:00+01:00, event: vekst.zone-changed, data: {zone: Asia/Tokyo}}",
    ))  # fmt: skip
    assert example("", given, "{streak: daily, longest: 2, current: 2}") == []


def test_a_streak_is_read_at_as_of() -> None:
    assert example(STREAK, NOTES % 3, "{streak: steady, current: 0}", as_of="2026-03-20T09:00+01:00") == []


def test_the_zone_of_an_example_decides_its_days() -> None:
    """S1."""
    given = (
        "{at: 2026-03-02T23:30+01:00, event: note.written}, {at: 2026-03-03T00:30+01:00, event: note.written}"
    )  # fmt: skip
    assert example(STREAK, given, "{streak: steady, longest: 2}") == []
    assert example(STREAK, given, "{streak: steady, longest: 1}", zone="Asia/Tokyo") == []


def test_a_failure_says_what_is_there_in_both_languages() -> None:
    text = f"{QUEST}\nexamples:\n  - {{name: e, given: [{CALLS % 1}], expect: [{{quest: start}}]}}\n"
    [found] = [each for each in told(text) if each.code == "EXAMPLE_FAILED"]
    assert found.message() == "expected quest start, but have a quest that is available, with one 0/2"
    assert "et oppdrag som er" in found.message("nb")
