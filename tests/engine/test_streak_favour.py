"""S5: of several runs alive, the learner is shown and kept the one that serves best."""

from __future__ import annotations

from tests.support.judging import Learner


def test_a_later_run_that_holds_more_freezes_goes_on_when_a_longer_one_ends() -> None:
    """The run from the 3rd earns on the 4th and bridges two days; that from the 1st has spent one on the 2nd."""
    learner = Learner("""
    streaks:
      s:
        title: S
        every: day
        counts: {count: {event: call.practised, at_least: 1}}
        freezes: {start_with: 1, earn_one_per: 2}
    """)
    learner.practises("2026-03-01", "2026-03-03", "2026-03-04")
    assert learner.streak("s", "2026-03-06T12:00").current == 3
    read = learner.streak("s", "2026-03-07T12:00")
    assert (read.current, read.freezes) == (2, 0)


def test_s8_a_date_lived_again_before_the_run_began_costs_it_nothing() -> None:
    """From 5 March in Kiritimati back to 3 March in Pago Pago: only the 6th can end the run."""
    learner = Learner(
        "streaks: {s: {title: S, every: day, counts: {count: {event: call.practised, at_least: 1}}}}",
        zone="Pacific/Kiritimati",
    )
    learner.does("call.practised", "2026-03-05T00:10")
    learner.moves_to("Pacific/Pago_Pago", "2026-03-05T00:20")
    read = learner.streak("s", "2026-03-05T00:30")
    assert read.current == 1
    assert read.keep_until == read.ends_at == learner.at("2026-03-07T11:00+00:00")
