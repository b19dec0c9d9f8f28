"""Judging goes on unchanged after history was erased: a checkpoint stands for the events before its horizon."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.adapter import compiled, progress_events
from tests.model.generate import Case, cases
from tests.support.judging import judged, pack_of
from vekst.domain.events import ProgressEvent
from vekst.domain.recognitions import Recognition
from vekst.engine.checkpoint import (
    FORMAT,
    Beginning,
    checkpoint_of,
    decode_checkpoint,
    encode_checkpoint,
    fold_from,
)
from vekst.engine.fold import without_voided
from vekst.engine.pack import Pack
from vekst.engine.standing import Standing

Folded = tuple[Standing, list[Recognition]]


def _erased(
    pack: Pack, zone: str, events: list[ProgressEvent], horizons: list[datetime], kept: list[Recognition]
) -> Folded:
    """The fold where at each horizon in turn the events before it go, and only the checkpoint and the ledger stay."""
    beginning, left = Beginning(zone), events
    ledger: list[Recognition] = list(kept)
    for horizon in sorted(horizons):
        before, left = [e for e in left if e.occurred_at < horizon], [e for e in left if e.occurred_at >= horizon]
        standing, found = fold_from(pack, beginning, before, kept)
        if standing.last_at is None:
            continue
        known = {each.identity for each in ledger}
        ledger += [each for each in found if each.identity not in known]
        state = encode_checkpoint(checkpoint_of(pack, standing, horizon, ledger))
        beginning = Beginning(zone, state, ledger)
    standing, found = fold_from(pack, beginning, left, kept)
    return standing, found


def _looked_at(standing: Standing) -> Standing:
    """As if all rules had been looked at; after a horizon they are looked at once more, which changes nothing."""
    standing.settled = True
    return standing


def _lived(case: Case) -> tuple[Pack, list[ProgressEvent]]:
    events = without_voided(sorted(progress_events(case.events), key=lambda event: event.position))
    return compiled(case.pack), events


def _horizons(events: list[ProgressEvent], chance: Random) -> list[datetime]:
    """Somewhere in the life, also at the very instant of an event, which then stays."""
    return [
        chance.choice(events).occurred_at + timedelta(hours=chance.choice((0, 0, 1, 30, -5, 24 * 20)))
        for _ in range(chance.choice((1, 1, 2, 4)))
    ]


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=settings().max_examples // 4)
def test_erased_history_changes_nothing_that_is_judged(case: Case, chance: Random) -> None:
    """Whatever the rules, wherever the horizon: the same recognitions, and the same standing in every part."""
    pack, events = _lived(case)
    if not events:
        return
    whole, together = judged(pack, case.zone, events)
    standing, found = _erased(pack, case.zone, events, _horizons(events, chance), [])
    assert found == together
    assert _looked_at(standing) == _looked_at(whole)


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=settings().max_examples // 4)
def test_what_is_held_beside_the_fold_stays_so_over_a_horizon(case: Case, chance: Random) -> None:
    """M3, V1: what is kept from an earlier version counts once, before and after its events are gone."""
    pack, events = _lived(case)
    if not events:
        return
    _, given_once = judged(pack, case.zone, events)
    kept = [each for each in given_once if chance.random() < 0.3]
    whole, together = judged(pack, case.zone, events, kept)
    standing, found = _erased(pack, case.zone, events, _horizons(events, chance), kept)
    assert found == together
    whole.kept.sort(key=lambda each: each.identity)
    standing.kept.sort(key=lambda each: each.identity)
    assert _looked_at(standing) == _looked_at(whole)


RULES = """
badges:
  hundred: {title: A, points: 9, earn: {count: {event: call.practised, at_least: 4}}}
  other: {title: A, points: %s, earn: {count: {event: call.practised, at_least: %s}}}
"""


def _calls(first: int, last: int) -> list[ProgressEvent]:
    start = datetime.fromisoformat("2026-03-02T09:00+01:00")
    return [
        ProgressEvent(n, "app", f"{n:03}", "call.practised", start + timedelta(days=n), {})
        for n in range(first, last + 1)
    ]


def _remains(events: list[ProgressEvent], *, rules: str) -> Beginning:
    pack = pack_of(rules)
    standing, found = fold_from(pack, Beginning("Europe/Oslo"), events)
    horizon = events[-1].occurred_at + timedelta(hours=1)
    return Beginning("Europe/Oslo", encode_checkpoint(checkpoint_of(pack, standing, horizon, found)), found)


def test_an_unchanged_rule_goes_on_and_a_changed_one_begins_at_the_horizon() -> None:
    """DESIGN: accumulators are kept by what a rule says; one that says something else begins anew."""
    remains = _remains(_calls(1, 3), rules=RULES % (1, 5))
    _, found = fold_from(pack_of(RULES % (1, 4)), remains, _calls(4, 6))
    assert [each.identity.key for each in found] == ["hundred"], "the fourth call; the other has heard three"
    _, found = fold_from(pack_of(RULES % (1, 4)), remains, _calls(4, 7))
    assert [each.identity.key for each in found] == ["hundred", "other"]


def test_words_and_points_do_not_make_another_rule() -> None:
    remains = _remains(_calls(1, 3), rules=RULES % (1, 5))
    changed = pack_of((RULES % (7, 5)).replace("title: A", "title: B"))
    _, found = fold_from(changed, remains, _calls(4, 5))
    assert [(each.identity.key, each.points) for each in found] == [("hundred", 9), ("other", 7)]


def test_a_rule_that_gave_and_is_gone_is_left_to_what_the_ledger_keeps() -> None:
    remains = _remains(_calls(1, 5), rules=RULES % (1, 5))
    other = pack_of("badges: {new: {title: A, points: 2, earn: {count: {event: call.practised, at_least: 2}}}}")
    assert remains.given(other) == []
    standing, found = fold_from(other, remains, _calls(6, 7), remains.held)
    assert [each.identity.key for each in found] == ["new"]
    assert standing.effort == 9 + 1 + 2


def test_a_checkpoint_of_an_earlier_format_is_brought_up_to_this_one() -> None:
    remains = _remains(_calls(1, 3), rules=RULES % (1, 5))
    assert remains.checkpoint is not None
    _, fields = msgspec.msgpack.decode(remains.checkpoint)
    old = msgspec.msgpack.encode([FORMAT - 1, fields[1:]])

    def with_horizon(given: list[Any]) -> list[Any]:
        return [fields[0], *given]

    assert decode_checkpoint(old, {FORMAT - 1: with_horizon}) == decode_checkpoint(remains.checkpoint)


@pytest.mark.parametrize("format_", [FORMAT - 1, FORMAT + 1])
def test_a_checkpoint_that_cannot_be_read_is_told_and_never_guessed(format_: int) -> None:
    with pytest.raises(msgspec.DecodeError, match="of a checkpoint"):
        decode_checkpoint(msgspec.msgpack.encode([format_, []]))
