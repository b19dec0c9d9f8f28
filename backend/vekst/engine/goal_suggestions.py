"""Goals in three sizes from a learner's own recent level: what they mostly do, towards their best, and just beyond it.

Pure, and judged by the learner's own past alone: nobody else's events are looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median_low
from typing import Final, TypeGuard

from vekst.domain.calendars import local_day
from vekst.domain.events import RESERVED_PREFIX, FieldValue, RecordedBy
from vekst.engine.pack import EventType, Pack

__all__ = [
    "DAYS_BACK",
    "LASTS",
    "Deed",
    "GoalSuggestion",
    "SuggestionSize",
    "SuggestionTopic",
    "sizes",
    "suggest_goals",
]

LASTS: Final = 14
"""How many days a suggested goal has."""
DAYS_BACK: Final = 4 * LASTS
"""How many days before today say what the learner's level is."""
_VALUES_AT_LEAST: Final = 3
"""So few values say nothing about how well something is mostly done."""


class SuggestionSize(StrEnum):
    """How far a goal reaches."""

    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    BRAVE = "BRAVE"


class SuggestionTopic(StrEnum):
    """What a goal is about: how often, which skill, how well."""

    EFFORT = "EFFORT"
    SKILL = "SKILL"
    QUALITY = "QUALITY"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the learner did: an event of the last `DAYS_BACK` days."""

    type: str
    at: datetime
    data: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class GoalSuggestion:
    """A goal that the learner may set: a criterion as a JSON value, and its last date."""

    topic: SuggestionTopic
    size: SuggestionSize
    earn: Mapping[str, object]
    until: date


def suggest_goals(pack: Pack, deeds: Iterable[Deed], *, zone: str, today: date) -> list[GoalSuggestion]:
    """Three sizes each of what is done most, of the skill that is practised most, and of doing it well.

    Somebody who has done nothing yet is offered a beginning. Nothing here rests on outcomes.
    """
    done = [(deed, today.toordinal() - local_day(deed.at, zone)) for deed in deeds if _is_effort(pack, deed.type)]
    recent = [(deed, ago) for deed, ago in done if 0 <= ago < DAYS_BACK]
    often = Counter(deed.type for deed, _ in recent)
    type_ = max(often, key=lambda key: (often[key], key)) if often else _first(pack)
    if type_ is None:
        return []
    until = today + timedelta(days=LASTS - 1)
    found = [*_sized(SuggestionTopic.EFFORT, {"event": type_}, recent, lambda deed: deed.type == type_, until)]
    skill = _skill(pack, often)
    types = [key for key, each in pack.event_types.items() if each.skill == skill and _is_effort(pack, key)]
    if skill is not None and types != [type_]:
        found += _sized(SuggestionTopic.SKILL, {"event": types}, recent, lambda deed: deed.type in types, until)
    well = _well_done(pack.event_types[type_], [deed for deed, _ in recent if deed.type == type_])
    if well is not None:
        name, least = well
        asked = {"event": type_, "where": {name: {"min": least}}}
        found += _sized(
            SuggestionTopic.QUALITY,
            asked,
            recent,
            lambda deed: deed.type == type_ and _reaches(deed, name, least),
            until,
        )
    return found


def sizes(totals: Sequence[int]) -> tuple[int, int, int]:
    """Small, medium and brave from what every stretch of `LASTS` days came to; rising, and at least one.

    Small is what half of the stretches came to. Brave is the best of them, or two more than small where that is more.
    """
    small = max(1, median_low(totals))
    brave = max(*totals, small + 2)
    return small, small + (brave - small + 1) // 2, brave


def _sized(
    topic: SuggestionTopic,
    asked: Mapping[str, object],
    recent: Sequence[tuple[Deed, int]],
    counts: Callable[[Deed], bool],
    until: date,
) -> Iterator[GoalSuggestion]:
    days = Counter(ago for deed, ago in recent if counts(deed))
    first = max(days, default=0)
    # From the first day of doing on: who began a week ago has not done less before.
    stretches = range(max(1, min(first, DAYS_BACK - 1) - LASTS + 2))
    totals = [sum(days[ago] for ago in range(start, start + LASTS)) for start in stretches]
    for size, need in zip(SuggestionSize, sizes(totals), strict=True):
        yield GoalSuggestion(topic, size, {"count": {**asked, "at_least": need}}, until)


def _is_effort(pack: Pack, key: str) -> bool:
    event_type = pack.event_types.get(key)
    return event_type is not None and not event_type.is_outcome and not key.startswith(RESERVED_PREFIX)


def _first(pack: Pack) -> str | None:
    """The first thing that a learner records themselves."""
    own = (key for key, each in pack.event_types.items() if RecordedBy.SELF in each.recorded_by)
    return next((key for key in own if _is_effort(pack, key)), None)


def _skill(pack: Pack, often: Mapping[str, int]) -> str | None:
    practised: Counter[str] = Counter()
    for key, times in often.items():
        skill = pack.event_types[key].skill
        if skill is not None:
            practised[skill] += times
    return max(practised, key=lambda key: (practised[key], key)) if practised else None


def _well_done(event_type: EventType, deeds: Sequence[Deed]) -> tuple[str, int | float] | None:
    """The first field with a scale (a least and a most), and what half of the learner's own values reach."""
    for name, field in event_type.fields.items():
        if field.type == "number" and field.min is not None and field.max is not None:
            values = [value for deed in deeds if _is_number(value := deed.data.get(name))]
            if len(values) >= _VALUES_AT_LEAST:
                return name, median_low(values)
    return None


def _reaches(deed: Deed, name: str, least: float) -> bool:
    value = deed.data.get(name)
    return _is_number(value) and value >= least


def _is_number(value: FieldValue) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
