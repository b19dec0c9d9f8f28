"""Names that must exist: events and their fields, skills, quests, badges and tiers, streaks, calendars."""

from vekst.quests.checks.report import Report
from vekst.quests.diagnostics import Term, nearest
from vekst.quests.documents import (
    BadgeEarned,
    EventNode,
    EventTypeDocument,
    Improvement,
    NumberField,
    PersonalBest,
    QuestCompleted,
    SkillLevel,
    StreakBoard,
    StreakLongest,
    SumMeasure,
)
from vekst.quests.places import Location
from vekst.quests.walk import Written, measures, roots, walk

__all__ = ["check_references", "check_tier"]


def check_references(report: Report) -> None:
    """Every name that a rule, a board or the header uses."""
    for root in roots(report.document):
        for written in walk(root.criterion, root.location):
            _check_node(report, written)
    for measure, location in measures(report.document):
        _check_event_node(report, measure, location, location[-1])
    _check_skills(report)
    _check_calendars(report)
    for key, board in report.document.leaderboards.items():
        if isinstance(board.measure, StreakBoard):
            report.has("streak", board.measure.streak, ("leaderboards", key, "measure", "streak"))


def _check_node(report: Report, written: Written) -> None:
    location = written.location
    match written.node:
        case EventNode() as node:
            _check_event_node(report, node, location, written.name)
        case SkillLevel(key=key, level=level):
            _check_level(report, key, level, location)
        case StreakLongest(key=key):
            report.has("streak", key, (*location, "key"))
        case QuestCompleted(key=key):
            report.has("quest", key, location)
        case BadgeEarned(key=key, tier=tier):
            if report.has("badge", key, (*location, "key")):
                check_tier(report, key, tier, (*location, "tier"))
        case _:
            pass


def check_tier(report: Report, key: str, tier: str | None, location: Location) -> None:
    """That the badge has the tier that is named."""
    badge = report.document.badges.get(key)
    tiers = [each.tier for each in badge.tiers if each.tier is not None] if badge is not None else []
    if badge is not None and tier is not None and tier not in tiers:
        report.unknown("tier", tier, location, tiers)


def _check_level(report: Report, key: str, level: int, location: Location) -> None:
    skill = report.document.skills.get(key)
    if not report.has("skill", key, (*location, "key")) or skill is None:
        return
    if level > len(skill.levels):
        report.at((*location, "level"), "OUT_OF_REACH", need=str(level), most=str(len(skill.levels)))


def _check_event_node(report: Report, node: EventNode, location: Location, name: str | int) -> None:
    """That the events exist, and have the fields and the recorders that the node asks for."""
    for index, key in enumerate(node.event):
        place = (*location, "event", index)
        event = report.document.events.get(key)
        if not report.has("event", key, place) or event is None:
            continue
        for recorder in node.recorded_by or ():
            if recorder not in event.recorded_by:
                allowed = ", ".join(event.recorded_by)
                told = (*location, "recorded_by")
                report.at(told, "RECORDER_NEVER", event=key, recorder=recorder.value, allowed=allowed)
        for field in node.where:
            _has_field(report, key, event, field, (*location, "where", field))
        _check_measured_field(report, node, key, location, str(name))


def _check_measured_field(report: Report, node: EventNode, key: str, location: Location, name: str) -> None:
    field: str | None = getattr(node, "field", None)
    event, place = report.document.events[key], (*location, "field")
    if field is None or not _has_field(report, key, event, field, place):
        return
    found = event.fields[field]
    if not isinstance(node, SumMeasure | Improvement | PersonalBest):
        return
    if not isinstance(found, NumberField):
        report.at(place, "WRONG_FIELD_KIND", node=name, field=field, event=key, kind=Term(found.type))
    elif not isinstance(node, PersonalBest) and (found.min is None or found.min < 0):
        report.at(place, "FIELD_NEEDS_MIN", node=name, field=field, event=key)


def _has_field(report: Report, key: str, event: EventTypeDocument, field: str, location: Location) -> bool:
    if field in event.fields:
        return True
    suggestion = nearest(field, event.fields)
    arguments = {"suggestion": suggestion} if suggestion is not None else {}
    allowed = ", ".join(event.fields) or "-"
    report.at_key(location, "UNKNOWN_FIELD", event=key, field=field, allowed=allowed, **arguments)
    return False


def _check_skills(report: Report) -> None:
    document = report.document
    for kind, entries in (
        ("events", document.events),
        ("badges", document.badges),
        ("quests", document.quests),
        ("streaks", document.streaks),
    ):
        for key, entry in entries.items():
            if entry.skill is not None:
                report.has("skill", entry.skill, (kind, key, "skill"))


def _check_calendars(report: Report) -> None:
    document = report.document
    if document.pack.calendar is not None:
        report.has("calendar", document.pack.calendar, ("pack", "calendar"))
    for key, streak in document.streaks.items():
        if streak.calendar is not None:
            report.has("calendar", streak.calendar, ("streaks", key, "calendar"))
        elif streak.every != "day" and document.pack.calendar is None:
            report.at(("streaks", key, "every"), "NO_CALENDAR")
