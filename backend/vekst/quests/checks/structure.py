"""Where nodes may stand, which names are taken, and which zones and countries exist."""

from collections.abc import Iterable
from typing import Final

import holidays

from vekst.domain.calendars import has_zone, zone_names
from vekst.domain.events import RESERVED_PREFIX
from vekst.quests.built_in import BUILT_IN_KEYS, agrees_with_built_in, nature_of_built_in
from vekst.quests.checks.report import Report
from vekst.quests.diagnostics import nearest
from vekst.quests.documents import (
    AllOf,
    AnyOf,
    BadgeEarned,
    Count,
    Days,
    Distinct,
    Improvement,
    QuestCompleted,
    Repeat,
    SkillLevel,
    SomeOf,
    StreakLongest,
    Sum,
)
from vekst.quests.documents.criteria import NODE_NAMES
from vekst.quests.places import Location
from vekst.quests.walk import roots, walk

__all__ = ["check_structure"]

_STATE: Final = (StreakLongest, SkillLevel, QuestCompleted, BadgeEarned)
_COUNTABLE: Final = (Count, Sum, Distinct, Days, AllOf, AnyOf, SomeOf)


def check_structure(report: Report) -> None:
    """Everything about form that needs more than one place to see."""
    _check_standing(report)
    _check_always(report)
    _check_unique_parts(report)
    _check_zones(report)
    _check_countries(report)
    _check_reserved(report)
    header = report.document.pack
    if header.accepts_events_up_to > header.retention:
        report.at(("pack", "accepts_events_up_to"), "RETENTION_TOO_SHORT")


def _check_reserved(report: Report) -> None:
    for key, event in report.document.events.items():
        if key.startswith(RESERVED_PREFIX) and key not in BUILT_IN_KEYS:
            report.at_key(("events", key), "RESERVED_KEY", key=key)
        elif key in BUILT_IN_KEYS and not agrees_with_built_in(key, event):
            report.at_key(("events", key), "BUILT_IN_EVENT", key=key, nature=nature_of_built_in(key))


def _check_standing(report: Report) -> None:
    allowed = ", ".join(NODE_NAMES[model] for model in _COUNTABLE)
    for root in roots(report.document):
        for written in walk(root.criterion, root.location):
            if root.kind == "streak" and not isinstance(written.node, _COUNTABLE):
                report.at_key(written.location, "NODE_NOT_ALLOWED", node=written.name, allowed=allowed)
            elif isinstance(written.node, _STATE) and _repeats(report, root.kind, root.key) and "earn" in root.location:
                report.at_key(written.location, "STATE_IN_REPEAT", node=written.name)


def _repeats(report: Report, kind: str, key: str) -> bool:
    if kind == "streak":
        return False
    return (report.document.badges if kind == "badge" else report.document.quests)[key].repeat is not Repeat.NEVER


def _check_always(report: Report) -> None:
    for key, quest in report.document.quests.items():
        if quest.repeat is Repeat.ALWAYS:
            report.at(("quests", key, "repeat"), "ALWAYS_NEEDS_IMPROVEMENT")
    for key, badge in report.document.badges.items():
        if badge.repeat is Repeat.ALWAYS and not all(isinstance(tier.earn, Improvement) for tier in badge.tiers):
            report.at(("badges", key, "repeat"), "ALWAYS_NEEDS_IMPROVEMENT")


def _check_unique_parts(report: Report) -> None:
    for key, badge in report.document.badges.items():
        _tell_repeated(report, ("badges", key, "tiers"), "tier", [tier.tier for tier in badge.tiers])
    for key, quest in report.document.quests.items():
        _tell_repeated(report, ("quests", key, "steps"), "key", [step.key for step in quest.steps])


def _tell_repeated(report: Report, location: Location, name: str, values: Iterable[str | None]) -> None:
    seen: set[str | None] = set()
    for index, value in enumerate(values):
        if value in seen:
            report.at((*location, index, name), "DUPLICATE_VALUE", value=str(value))
        seen.add(value)


def _check_zones(report: Report) -> None:
    named: list[tuple[str, Location]] = [(report.document.pack.zone, ("pack", "zone"))]
    named += [
        (example.zone, ("examples", index, "zone"))
        for index, example in enumerate(report.document.examples)
        if example.zone is not None
    ]
    for zone, location in named:
        if not has_zone(zone):
            suggestion = _nearest_zone(zone)
            report.at(location, "UNKNOWN_ZONE", zone=zone, **({"suggestion": suggestion} if suggestion else {}))


def _nearest_zone(zone: str) -> str | None:
    """By its city alone, or by all of it; those that count hours, with the sign turned round, are nobody's cure."""
    places = sorted(name for name in zone_names() if "/" in name and not name.startswith("Etc/"))
    city = next((name for name in places if name.rpartition("/")[2].lower() == zone.lower()), None)
    return city or nearest(zone, places)


def _check_countries(report: Report) -> None:
    for key, calendar in report.document.calendars.items():
        country = calendar.holidays
        if country is not None and country not in holidays.list_supported_countries():
            report.at(("calendars", key, "holidays"), "UNKNOWN_COUNTRY", country=country)
