"""The fold: (pack, standing, events in canonical order) -> recognitions, the standing moving along.

Each event is one *moment*. Rules that hear the event take it in; then whatever came to hold lets other rules hold, in
the same moment, until nothing moves any more. As every rule is monotone the result does not depend on the order in
which rules are looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from vekst.domain.calendars import has_zone, local_day
from vekst.domain.events import QUEST_ACCEPTED, TIME_OFF, VOIDED, ZONE_CHANGED, ProgressEvent
from vekst.domain.instants import micros
from vekst.domain.recognitions import Recognition
from vekst.engine.awards import Awards
from vekst.engine.learner_goals import judge_goals
from vekst.engine.milestones import tell_milestones
from vekst.engine.moment import judge_moment
from vekst.engine.pack import Pack
from vekst.engine.quests import accept_quest
from vekst.engine.standing import Standing
from vekst.engine.streaks import period_of, rebuild
from vekst.engine.validation import time_off_days
from vekst.engine.version import ENGINE_VERSION

__all__ = ["fold", "follows", "without_voided"]


def follows(pack: Pack, standing: Standing, events: Sequence[ProgressEvent]) -> bool:
    """Whether events, in canonical order, can be folded on top; else the learner is judged again from all events.

    They can't under another pack or engine, when one is earlier than the standing's last event, or around a void.
    """
    if not (
        standing.pack_version == pack.version
        and standing.pack_digest == pack.digest
        and standing.engine_version == ENGINE_VERSION
    ):
        return False
    if standing.last is not None and events and events[0].position <= standing.last:
        return False
    return all(event.type != VOIDED and (event.source, event.id) not in standing.voided for event in events)


def without_voided(events: Sequence[ProgressEvent]) -> list[ProgressEvent]:
    """The events that count: those that no void names which itself counts, wherever the voids stand in time (M3)."""
    voids: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for event in events:
        if event.type == VOIDED:
            voids[str(event.data.get("source")), str(event.data.get("id"))].append((event.source, event.id))
    if not voids:
        return list(events)
    known: dict[tuple[str, str], bool] = {}

    def is_void(name: tuple[str, str]) -> bool:
        if name not in known:
            known[name] = False  # Voids that name each other in a circle: the first one asked about counts.
            known[name] = any(not is_void(by) for by in voids.get(name, ()))
        return known[name]

    return [event for event in events if not is_void((event.source, event.id))]


def fold(pack: Pack, standing: Standing, events: Iterable[ProgressEvent]) -> list[Recognition]:
    """What the events bring, in the order it was reached; `standing` is moved along.

    Events must be in canonical order and later than the standing's last one: `ValueError` otherwise.
    """
    awards = Awards(pack, standing)
    before = standing.last
    for event in events:
        position = event.position
        if before is not None and position <= before:
            raise ValueError(f"event {event.source}/{event.id} is not later than the last one folded")
        before = position
        _judge(awards, event)
    awards.end()
    return awards.recognitions


def _judge(awards: Awards, event: ProgressEvent) -> None:
    standing = awards.standing
    if event.type == ZONE_CHANGED:
        _change_zone(standing, event)
    elif event.type == TIME_OFF:
        _take_time_off(standing, event)
    elif event.type == VOIDED:
        standing.voided.append((str(event.data.get("source")), str(event.data.get("id"))))
    awards.begin(event, local_day(event.occurred_at, standing.zone))
    if event.type == QUEST_ACCEPTED:
        accept_quest(awards, str(event.data.get("quest")))
    elif event.type in {TIME_OFF, ZONE_CHANGED}:
        _walk_again(awards)
    judge_moment(awards)
    judge_goals(awards)


def _change_zone(standing: Standing, event: ProgressEvent) -> None:
    zone = str(event.data.get("zone"))
    if has_zone(zone):
        standing.zones.append((micros(event.occurred_at), zone))


def _take_time_off(standing: Standing, event: ProgressEvent) -> None:
    days = time_off_days(event.data)
    if days is not None:
        standing.time_off.append(days)


def _walk_again(awards: Awards) -> None:
    """Time off and a change of zone alter what was due: all runs are walked again (S1, S7)."""
    for index, streak in enumerate(awards.pack.streaks):
        state = awards.standing.streaks[index]
        rebuild(streak, awards.standing, state, today=period_of(streak, awards.day))
        tell_milestones(awards, index)
