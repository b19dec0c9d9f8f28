from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.judging import Learner
from vekst.domain.events import FieldValue

CALL = "call.practised"
ALWAYS = """
badges:
  b:
    title: B
    repeat: always
    points: 10
    earn: {improvement: {event: call.practised, field: score, by: 10%%, recent: %d, baseline: %d, memory: %s}}
"""
ONCE = ALWAYS.replace("repeat: always", "repeat: never")


def tries(learner: Learner, *values: FieldValue, hours: int = 1, begin: str = "2026-03-02T00:00Z") -> Learner:
    """Try once every so many hours."""
    for index, value in enumerate(values):
        learner.does(CALL, learner.at(begin) + timedelta(hours=hours * index), score=value)
    return learner


def improved(
    *values: FieldValue, recent: int = 2, baseline: int = 3, memory: str = "180d", hours: int = 1
) -> list[int]:
    """At which tries, counted from 1, an improvement was recognised."""
    learner = tries(Learner(ALWAYS % (recent, baseline, memory)), *values, hours=hours)
    assert learner.occurrences("BADGE", "b") == [f"#{number}" for number in range(1, len(learner.earned) + 1)]
    return [each.evidence[-1] for each in learner.recognitions]


class TestBar:
    def test_i1_i2_the_recent_median_rises_over_the_baseline_by_so_much(self) -> None:
        assert improved(10, 10, 10, 11, 11) == [5]
        assert improved(10, 10, 10, 11, 10.9) == []
        assert improved(10, 10, 10, 10.999999999, 11) == []

    def test_i1_medians_of_an_even_number_lie_between_the_two_in_the_middle(self) -> None:
        assert improved(10, 10, 10, 8, 14) == [5]
        assert improved(10, 10, 10, 8, 13.9) == []
        assert improved(8, 10, 12, 20, 12, recent=1, baseline=4) == []
        assert improved(8, 10, 12, 20, 12.1, recent=1, baseline=4) == [5]

    def test_i1_the_median_is_not_the_mean(self) -> None:
        assert improved(10, 10, 10, 1, 11, 11, recent=3) == [6]
        assert improved(10, 10, 10, 10, 10, 99, recent=3) == []

    def test_i2_n_must_be_baseline_and_recent(self) -> None:
        """I3: newcomers warm up first."""
        assert improved(1, 1, 100, 100) == []
        assert improved(1, 1, 1, 100, 100) == [5]
        assert improved(*[1] * 10, *[9] * 4, recent=5, baseline=10) == []
        assert improved(*[1] * 10, *[9] * 5, recent=5, baseline=10) == [15]

    def test_i2_from_nothing_something_is_above_the_bar_but_nothing_is_not(self) -> None:
        assert improved(0, 0, 0, 0, 0) == []
        assert improved(0, 0, 0, 0.1, 0.1) == [5]

    def test_i1_the_bar_is_the_highest_baseline_not_the_last(self) -> None:
        assert improved(20, 20, 20, 10, 10, 10, 15, 15) == []
        assert improved(20, 20, 20, 10, 10, 10, 22, 22) == [8]

    def test_i1_a_baseline_lies_wholly_before_the_recent_values(self) -> None:
        assert improved(10, 10, 50, 50, 50) == [5]
        assert improved(10, 50, 50, 54, 54) == []
        assert improved(10, 50, 50, 55, 55) == [5]

    def test_i1_a_bar_older_than_memory_is_forgotten(self) -> None:
        values = (20, 20, 20, 10, 10, 10, 11, 11)
        assert improved(*values, memory="4h") == []
        assert improved(*values, memory="3h") == [8]

    def test_i1_its_age_is_that_of_the_last_value_to_the_instant(self) -> None:
        rules = ALWAYS % (1, 1, "24h")
        for later, held in ((24, []), (25, ["#1"])):
            learner = tries(Learner(rules), 20, 10)
            learner.does(CALL, learner.at("2026-03-02T00:00Z") + timedelta(hours=later), score=15)
            assert learner.occurrences("BADGE", "b") == held

    def test_i2_there_must_be_a_bar(self) -> None:
        assert improved(10, 10, 10, 20, 20, hours=24, memory="47h") == []
        assert improved(10, 10, 10, 20, 20, hours=24, memory="48h") == [5]

    def test_exact_decimals(self) -> None:
        assert improved(0.1, 0.1, 0.1, 0.11, 0.11) == [5]
        assert improved(0.3, 0.3, 0.3, 0.33, 0.33) == [5]
        assert improved(0.7, 0.7, 0.7, 0.7699999, 0.77) == []

    def test_tries_are_matching_events_that_have_the_field(self) -> None:
        assert improved(10, None, 10, "99", 10, True, 11, 11) == [8]


class TestSandbagging:
    """I3, hard case 21: playing low to rise later earns nothing."""

    def test_playing_low_and_back_to_normal_earns_nothing(self) -> None:
        normal, low = [20] * 6, [5] * 12
        assert improved(*normal, *low, *normal) == []

    def test_playing_low_again_and_again_earns_nothing(self) -> None:
        assert improved(*([20] * 6 + [5] * 6) * 5) == []

    def test_a_steady_climber_earns_each_real_step_once(self) -> None:
        steps = [step for level in (10, 11, 12.1, 13.31) for step in [level] * 5]
        assert improved(*steps) == [7, 12, 17]

    def test_a_plateau_earns_nothing_more(self) -> None:
        assert improved(*[10] * 5, *[11] * 30) == [7]


class TestRecognisedR:
    def test_i1_what_was_recognised_is_a_bar_from_then_on(self) -> None:
        assert improved(10, 10, 10, 20, 20, 1, 1, 21, 21) == [5]
        assert improved(10, 10, 10, 20, 20, 1, 1, 22, 22) == [5, 9]

    def test_i1_within_memory(self) -> None:
        values = (*[10] * 5, 20, 20, 1, 1, 1, 15, 15)
        assert improved(*values, baseline=5, memory="5h") == [7]
        assert improved(*values, baseline=5, memory="4h") == [7, 12]

    def test_i2_none_of_the_recent_values_was_part_of_an_earlier_recognised_one(self) -> None:
        assert improved(10, 10, 10, 20, 20, 40) == [5]
        assert improved(10, 10, 10, 20, 20, 40, 40) == [5, 7]

    def test_i4_each_is_an_occurrence_with_its_own_evidence(self) -> None:
        learner = tries(Learner(ALWAYS % (2, 3, "180d")), 10, 10, 10, 20, 20, 40, 40)
        assert learner.earned == ["BADGE b #1", "BADGE b #2"]
        assert [each.evidence for each in learner.recognitions] == [(4, 5), (6, 7)]
        assert [each.points for each in learner.recognitions] == [10, 10]
        assert learner.recognitions[1].reached_at == learner.at("2026-03-02T06:00Z")

    def test_i4_otherwise_the_first_one_counts(self) -> None:
        learner = tries(Learner(ONCE % (2, 3, "180d")), 10, 10, 10, 20, 20, 40, 40)
        assert learner.earned == ["BADGE b once"]
        assert learner.recognitions[0].evidence == (4, 5)


def test_the_defaults_are_five_recent_and_ten_before() -> None:
    rules = "badges: {b: {title: B, earn: {improvement: {event: call.practised, field: score, by: 10%, memory: 180d}}}}"
    assert tries(Learner(rules), *[10] * 10, *[11] * 4).earned == []
    assert tries(Learner(rules), *[10] * 10, *[11] * 5).earned == ["BADGE b once"]


def test_have_and_need_count_the_warming_up_and_the_improvement() -> None:
    def read(*values: int) -> tuple[float, float] | None:
        following = tries(Learner(ONCE % (2, 3, "180d")), *values).badge("b", "2026-03-03T09:00").next
        return (following.have, following.need) if following else None

    assert read() == (0, 6)
    assert read(10, 10) == (2, 6)
    assert read(*[10] * 9) == (5, 6)
    assert read(10, 10, 10, 20, 20) is None


def test_a_late_event_may_take_an_improvement_from_the_fold() -> None:
    """M1, M3: the ledger keeps what was rightly given before it came."""
    learner = tries(Learner(ALWAYS % (2, 3, "180d")), 10, 10, 10, 20, 20)
    assert learner.earned == ["BADGE b #1"]
    learner.does(CALL, "2026-03-01T00:00Z", score=50)
    learner.does(CALL, "2026-03-01T01:00Z", score=50)
    learner.does(CALL, "2026-03-01T02:00Z", score=50)
    assert learner.earned == []


VALUES = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 30)), max_size=25)


@given(values=VALUES, recent=st.integers(1, 3), baseline=st.integers(1, 4))
@settings(max_examples=150)
def test_i1_i2_as_they_are_defined(values: list[tuple[int, int]], recent: int, baseline: int) -> None:
    """Against the words of the rules, said again over all values for each try."""
    learner = Learner(ALWAYS % (recent, baseline, "100h"))
    at, instants = learner.at("2026-03-02T00:00Z"), []
    for value, hours in values:
        at += timedelta(hours=hours)
        instants.append(at)
        learner.does(CALL, at, score=value)
    expected: list[int] = []
    recognised: list[tuple[int, Fraction]] = []
    scores = [Fraction(value) for value, _ in values]
    for n in range(baseline + recent, len(scores) + 1):
        horizon = instants[n - 1] - timedelta(hours=100)
        ends = [end for end in range(baseline, n - recent + 1) if instants[end - 1] >= horizon]
        bars = [median(scores[end - baseline : end]) for end in ends]
        bars += [level for k, level in recognised if instants[k - 1] >= horizon]
        level = median(scores[n - recent : n])
        free = all(k <= n - recent for k, _ in recognised)
        if bars and free and level > max(bars) and level >= max(bars) * Fraction(11, 10):
            recognised.append((n, level))
            expected.append(n)
    assert [each.evidence[-1] for each in learner.recognitions] == expected
