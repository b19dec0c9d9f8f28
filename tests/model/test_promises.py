"""Promises of the contract that must hold of any reading of it, and so of this one, on random packs and lives."""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import assume, given

from tests.model import Judged, judge
from tests.model.generate import Case, cases

_ORDERLY = ("improvement", "personal_best")


def _identities(judged: Judged) -> set[tuple[str, str, str | None, str]]:
    return {(one.kind, one.key, one.tier, one.occurrence) for one in judged.recognitions}


@given(cases())
def test_one_more_event_never_takes_a_recognition_away_nor_shortens_a_streak(case: Case) -> None:
    """Monotone by construction: but for voids and moves, which change other events, and nodes that look at order."""
    assume(not any(node in json.dumps(case.pack) for node in _ORDERLY))
    events = [one for one in case.events if one["type"] not in {"vekst.voided", "vekst.zone-changed"}]
    assume(events)
    now = max(one["at"] for one in events) + timedelta(hours=30)
    whole = judge(case.pack, events, zone=case.zone)
    for left_out in events[:2]:
        others = [one for one in events if (one["source"], one["id"]) != (left_out["source"], left_out["id"])]
        part = judge(case.pack, others, zone=case.zone)
        assert _identities(part) <= _identities(whole)
        for key, (current, longest, _) in part.streaks(now).items():
            assert whole.streaks(now)[key][0] >= current
            assert whole.streaks(now)[key][1] >= longest


@given(cases())
def test_moments_are_events_and_points_are_never_negative(case: Case) -> None:
    judged = judge(case.pack, case.events, zone=case.zone)
    assert {one.reached_at for one in judged.recognitions} <= {event["at"] for event in case.events}
    assert all(one.points >= 0 for one in judged.recognitions)
    assert judged.points.recognised_outcome <= judged.points.outcome
