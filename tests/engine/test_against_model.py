"""The engine agrees with the model on random packs and lives, however the events arrive."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pprint import pformat
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.adapter import (
    Judgement,
    checked,
    compiled,
    engine_readings,
    engine_recognitions,
    model_readings,
    model_recognitions,
    progress_events,
)
from tests.model import judge
from tests.model.generate import Case, cases, smallest
from vekst.engine.pack import Pack
from vekst.engine.standing import encode
from vekst.quests import Severity

_LOOKS_AT_ORDER = ("improvement", "personal_best")
_CHANGES_OTHERS = ("vekst.voided", "vekst.zone-changed")
_HOURS_LATER = [0, 1, 13, 30, 3 * 24, 10 * 24, 40 * 24]

Difference = tuple[Any, Any] | None
"""What one side says and the other does not; None where they agree."""


@given(cases())
def test_engine_and_model_agree(case: Case) -> None:
    """Every rule letter at once: recognitions with their moments, points, skills, and streaks at several instants."""
    _expect_none(case, _against_model)


@given(cases(most=150))
@settings(max_examples=settings().max_examples // 20)
def test_engine_and_model_agree_on_long_lives(case: Case) -> None:
    """The same where what the engine remembers has grown: months of runs, baselines that memory lets go."""
    _expect_none(case, _against_model)


@given(cases(), st.integers(0, 2**32))
def test_any_order_and_any_batches_give_the_same(case: Case, seed: int) -> None:
    """M1: what arrives in batches, folded on top where it follows and anew where not, ends as if it came at once."""
    _expect_none(case, lambda tried: _against_all_at_once(tried, Random(seed)))


@given(cases())
@settings(max_examples=100)
def test_random_packs_pass_the_checks_of_the_loader(case: Case) -> None:
    """The cases are such as authors could publish, but for their balance and a rule now and then out of reach."""
    errors = {one.code for one in checked(case.pack) if one.severity is Severity.ERROR}
    assert errors <= {"OUTCOME_SHARE", "OUT_OF_REACH"}


def _against_model(case: Case) -> Difference:
    pack = compiled(case.pack)
    judgement = _all_at_once(pack, case)
    judged = judge(case.pack, case.events, zone=case.zone)
    instants = _instants(case)
    return _difference(
        {"recognitions": model_recognitions(judged), **model_readings(judged, instants)},
        {
            "recognitions": engine_recognitions(judgement.recognitions),
            **engine_readings(pack, judgement.standing, instants),
        },
    )


def _against_all_at_once(case: Case, chance: Random) -> Difference:
    """Compare where both end, and what was given on the way.

    On the way, nodes that look at order may give more (M3), and voids and moves change what other events mean.
    """
    pack = compiled(case.pack)
    at_once, by_batches = _all_at_once(pack, case), _by_batches(pack, case, chance)
    whole = {one[:6] for one in engine_recognitions(at_once.recognitions)}
    ever = {one[:6] for one in engine_recognitions(by_batches.ever_given)}
    excused = any(node in json.dumps(case.pack) for node in _LOOKS_AT_ORDER)
    excused = excused or any(event["type"] in _CHANGES_OTHERS for event in case.events)
    return _difference(
        {
            "recognitions": engine_recognitions(at_once.recognitions),
            "standing": encode(at_once.standing),
            "given on the way": whole,
        },
        {
            "recognitions": engine_recognitions(by_batches.recognitions),
            "standing": encode(by_batches.standing),
            "given on the way": ever & whole if excused else ever,
        },
    )


def _all_at_once(pack: Pack, case: Case) -> Judgement:
    judgement = Judgement.begin(pack, case.zone)
    judgement.take(progress_events(case.events))
    return judgement


def _by_batches(pack: Pack, case: Case, chance: Random) -> Judgement:
    """Let the events arrive in some order and in batches of any size; now and then nearly in order, as in real life."""
    judgement = Judgement.begin(pack, case.zone)
    waiting = progress_events(case.events)
    if chance.random() < 0.5:
        waiting.sort(key=lambda event: event.occurred_at + timedelta(hours=chance.choice([0, 0, 0, 40])))
    else:
        chance.shuffle(waiting)
    while waiting:
        size = chance.choice([1, 1, 2, 3, 8])
        judgement.take(waiting[:size])
        waiting = waiting[size:]
    return judgement


def _instants(case: Case) -> list[datetime]:
    last = max(event["at"] for event in case.events)
    return [last + timedelta(hours=hours) for hours in _HOURS_LATER]


def _difference(left: dict[str, Any], right: dict[str, Any]) -> Difference:
    for key, expected in left.items():
        if expected != right[key]:
            return _only_in(expected, right[key]), _only_in(right[key], expected)
    return None


def _only_in(one: Any, other: Any) -> Any:
    if isinstance(one, dict):
        return {name: value for name, value in one.items() if other.get(name) != value}
    return [each for each in one if each not in other] if isinstance(one, (list, set)) else one


def _expect_none(case: Case, differ: Callable[[Case], Difference]) -> None:
    if differ(case) is None:
        return
    small = smallest(case, lambda tried: _still_differs(tried, differ))
    left, right = differ(small) or ((), ())
    rules = {kind: entries for kind, entries in small.pack.items() if entries}
    events = sorted(small.events, key=lambda event: (event["at"], event["source"], event["id"]))
    pytest.fail("\n".join([small.zone, pformat(rules), pformat(events), f"expected {left!r}", f"but got {right!r}"]))


def _still_differs(case: Case, differ: Callable[[Case], Difference]) -> bool:
    """Tell whether the smaller case, if it is one that the loader accepts and that has events, differs too."""
    try:
        return bool(case.events) and differ(case) is not None
    except (AssertionError, KeyError, ValueError):
        return False
