from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from msgspec.structs import replace

from tests.support.judging import Learner, judged
from vekst.domain.calendars import CALENDAR_DATA
from vekst.domain.events import ProgressEvent, RecordedBy
from vekst.engine.fold import fold, follows
from vekst.engine.standing import Standing, decode, encode, fresh_standing
from vekst.engine.version import ENGINE_VERSION, is_newer

RULES = """
skills: {craft: {title: Craft, levels: [5]}}
events:
  call.paid: {title: Call, nature: practice, skill: craft, points: 5, at_most: {times: 2, per: day}}
badges:
  b: {title: B, earn: {sum: {event: call.practised, field: minutes, at_least: 300000000000000}}}
  r: {title: R, earn: {sum: {event: call.practised, field: minutes, at_least: 300000000000000, within: 7d}}}
  i:
    title: I
    repeat: always
    earn: {improvement: {event: call.practised, field: minutes, by: 10%, recent: 1, baseline: 1, memory: 7d}}
  p: {title: P, earn: {personal_best: {event: call.practised, field: minutes}}}
quests:
  q:
    title: Q
    requires: {count: {event: lesson.completed, at_least: 2}}
    steps: [{key: s, title: S, earn: {count: {event: call.practised, recorded_by: manager, at_least: 1}}}]
streaks:
  s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 2}}, milestones: {2: 1}}
"""


def again(learner: Learner, standing: Standing | None = None) -> Standing:
    """The learner's standing, or another of theirs, over the bytes."""
    return decode(learner.pack, encode(standing or learner.standing))


def test_a_fresh_standing_is_empty_and_knows_its_pack_and_engine() -> None:
    learner = Learner(RULES)
    standing = fresh_standing(learner.pack, "Asia/Tokyo")
    assert (standing.pack_version, standing.pack_digest, standing.engine_version) == (1, "x", ENGINE_VERSION)
    assert (standing.zone, standing.last, standing.effort, standing.outcomes) == ("Asia/Tokyo", None, 0, 0)
    assert again(learner, standing) == standing


def test_fresh_standings_share_nothing() -> None:
    learner = Learner(RULES)
    learner.practises("2026-03-02", "2026-03-02", minutes=1)
    learner.moves_to("Asia/Tokyo", "2026-03-02T10:00")
    learner.rests("2026-03-03", "2026-03-03", "2026-03-02T11:00")
    untouched = encode(fresh_standing(learner.pack, "Europe/Oslo"))
    assert learner.standing.zone == "Asia/Tokyo"
    assert encode(fresh_standing(learner.pack, "Europe/Oslo")) == untouched


def test_what_was_judged_survives_the_bytes() -> None:
    learner = Learner(RULES)
    for minutes in (1, 2.5, None, 10**14, 0):
        learner.practises("2026-03-02", "2026-03-03", minutes=minutes)
    learner.does("call.paid", "2026-03-03T12:00")
    learner.does("lesson.completed", "2026-03-03T13:00", lesson="åpne spørsmål", minutes=5)
    learner.moves_to("Asia/Tokyo", "2026-03-03T14:00")
    learner.rests("2026-03-05", "2026-03-06", "2026-03-03T15:00")
    assert again(learner) == learner.standing
    assert again(learner).last == learner.events[-1].position


def test_sums_beyond_64_bits_survive_the_bytes() -> None:
    learner = Learner(RULES)
    learner.practises("2026-03-02", "2026-03-03", minutes=10**14)
    standing = again(learner)
    third = ProgressEvent(3, "crm", "3", "call.practised", learner.at("2026-03-04T09:00"), {"minutes": 10**14})
    given = fold(learner.pack, standing, [third])
    assert [each.identity.key for each in given] == ["b", "r"]
    assert again(learner, standing) == standing


def test_q2_events_of_one_instant_are_remembered_whole_until_the_next() -> None:
    """A quest that opens later at that instant counts them, also over the bytes."""
    learner = Learner(RULES)
    learner.does("lesson.completed", "2026-03-02T08:00")
    learner.does("call.practised", "2026-03-02T09:00", by=RecordedBy.SELF)
    learner.does("call.practised", "2026-03-02T09:00", by=RecordedBy.MANAGER, minutes=2.5, brave=True, customer="x")
    standing = again(learner)
    assert [each.event(learner.at("2026-03-02T09:00")) for each in standing.same_instant] == learner.events[1:]
    lesson = ProgressEvent(4, "crm", "4", "lesson.completed", learner.at("2026-03-02T09:00"), {})
    given = fold(learner.pack, standing, [lesson])
    assert [each.identity.key for each in given] == ["q/s", "q"]
    assert given[0].evidence[-1] == 3
    later = replace(lesson, ref=5, id="5", occurred_at=learner.at("2026-03-02T09:00:00.000001"))
    fold(learner.pack, standing, [later])
    assert [each.ref for each in standing.same_instant] == [5]


def test_positions_are_exact_to_the_microsecond() -> None:
    at = datetime(2026, 3, 2, 9, 0, 0, 1, tzinfo=UTC)
    learner = Learner(RULES)
    learner.does("call.practised", at, source="Ærlig", name="1/2")
    assert again(learner).last == (at, "Ærlig", "1/2")


def test_only_a_standing_of_the_same_pack_and_engine_is_folded_on() -> None:
    learner = Learner(RULES)
    learner.practises("2026-03-02")
    following = [ProgressEvent(2, "crm", "2", "call.practised", learner.at("2026-03-03T09:00"), {})]
    assert follows(learner.pack, learner.standing, following)
    for name, value in (("pack_version", 2), ("pack_digest", "y"), ("engine_version", "0")):
        standing = again(learner)
        setattr(standing, name, value)
        assert not follows(learner.pack, standing, following)


def test_bytes_that_are_no_standing_are_refused() -> None:
    learner = Learner(RULES)
    fields = msgspec.msgpack.decode(encode(learner.standing))
    of_rules = [index for index, field in enumerate(fields) if isinstance(field, bytes)]
    assert len(of_rules) == 4
    not_bytes = [[*fields[:index], {}, *fields[index + 1 :]] for index in of_rules]
    for state in (b"", b"nonsense", *map(msgspec.msgpack.encode, ([1, 2, 3], *not_bytes))):
        with pytest.raises(msgspec.DecodeError):
            decode(learner.pack, state)
    fields[of_rules[0]] = msgspec.msgpack.encode({0: "nonsense"})
    with pytest.raises(msgspec.DecodeError):
        decode(learner.pack, msgspec.msgpack.encode(fields)).completed(0)


def test_a_rule_that_was_never_touched_weighs_nothing() -> None:
    """A standing follows the rules that concern the learner, however many the pack has."""
    few, many = (Learner(RULES + _idle(rules)) for rules in (1, 500))
    for learner in (few, many):
        learner.practises("2026-03-02", "2026-03-03", minutes=1)
    assert len(encode(few.standing)) == len(encode(many.standing))
    assert [state.active for state in again(many).streaks] == [state.active for state in many.standing.streaks]
    assert again(many) == many.standing


def _idle(rules: int) -> str:
    """Streaks that nobody works on, after the last of the rules, which is a streak."""
    streak = "{title: I, every: day, counts: {count: {event: lesson.completed, at_least: 2}}}"
    return "".join(f"  idle-{number}: {streak}\n" for number in range(rules))


def test_a_standing_does_not_grow_with_its_history() -> None:
    """Every day three calls, for one year and for two."""
    learner = Learner(RULES)
    sizes = []
    for year in (2025, 2026):
        for month in range(1, 13):
            for day in range(1, 29):
                learner.practises(*[f"{year}-{month:02}-{day:02}"] * 3, minutes=1)
                learner.does("call.paid", f"{year}-{month:02}-{day:02}T12:00")
        standing, _ = judged(learner.pack, learner.zone, learner.events)
        sizes.append(len(encode(standing)))
    assert sizes[1] <= sizes[0] + 100


class TestVersion:
    def test_the_engines_version_names_the_data_that_days_depend_on(self) -> None:
        assert ENGINE_VERSION.partition("+")[2] == CALENDAR_DATA
        assert ENGINE_VERSION.partition("+")[0].isdigit()

    @pytest.mark.parametrize(
        ("older", "newer"),
        [
            ("1+tz2026.1+holidays0.109", "2+tz2026.1+holidays0.109"),
            ("9+tz2026.1+holidays0.109", "10+tz2026.1+holidays0.109"),
            ("1+tz2026.1+holidays0.109", "1+tz2026.2+holidays0.109"),
            ("1+tz2026.9+holidays0.109", "1+tz2026.10+holidays0.109"),
            ("1+tz2026.1+holidays0.99", "1+tz2026.1+holidays0.109"),
            ("1+tz2026.1+holidays0.109", "1+tz2026.1+holidays0.109.1"),
        ],
    )
    def test_versions_are_compared_number_by_number(self, older: str, newer: str) -> None:
        assert is_newer(newer, older)
        assert not is_newer(older, newer)
        assert not is_newer(newer, newer)


def test_what_has_moved_is_told_from_what_was_only_looked_at() -> None:
    """Boards are written only where what they rest on is another than in the bytes."""
    learner = Learner(RULES)
    learner.does("call.practised", "2026-03-02T08:00:00Z", minutes=1)
    standing = again(learner)
    assert standing.streaks[0].active == b""
    assert not standing.streaks.has_moved(0)
    standing.streaks[0].longest = 7
    assert standing.streaks.has_moved(0)
    untouched = fresh_standing(learner.pack, "Asia/Tokyo")
    assert untouched.quests[0].runs == []
    assert not untouched.quests.has_moved(0)
    assert not untouched.streaks.has_moved(0)
    untouched.quests[0].met = True
    assert untouched.quests.has_moved(0)


def test_states_that_are_only_shown_stay_as_they_begin() -> None:
    learner = Learner(RULES)
    untouched = fresh_standing(learner.pack, "Asia/Tokyo")
    shown = list(untouched.quests.shown())
    assert shown == list(fresh_standing(learner.pack, "Asia/Tokyo").quests)
    assert not any(untouched.quests.has_moved(index) for index in range(len(shown)))
    untouched.quests[0].met = not shown[0].met
    assert next(untouched.quests.shown()).met is not shown[0].met
    assert fresh_standing(learner.pack, "Asia/Tokyo").quests[0].met is shown[0].met
