"""Conditions no event can meet: a value outside a field's range, an unknown choice, a number where a text stands."""

from decimal import Decimal

from vekst.quests.checks.report import Report
from vekst.quests.diagnostics import Term, nearest
from vekst.quests.documents import (
    ChoiceField,
    Condition,
    Equal,
    EventNode,
    FieldDocument,
    FlagField,
    Not,
    NumberField,
    OneOf,
    Present,
    Range,
    TextField,
)
from vekst.quests.places import Location
from vekst.quests.walk import measures, roots, walk

__all__ = ["check_conditions"]


def check_conditions(report: Report) -> None:
    """Every `where`, against the fields of every event it is about."""
    for root in roots(report.document):
        for written in walk(root.criterion, root.location):
            if isinstance(written.node, EventNode):
                _check_where(report, written.node, written.location)
    for measure, location in measures(report.document):
        _check_where(report, measure, location)


def _check_where(report: Report, node: EventNode, location: Location) -> None:
    for name, condition in node.where.items():
        place = (*location, "where", name)
        if isinstance(condition, Range) and _is_empty(condition):
            report.at(place, "EMPTY_RANGE", min=str(condition.min), max=str(condition.max))
            continue
        for key in node.event:
            event = report.document.events.get(key)
            field = event.fields.get(name) if event is not None else None
            if field is not None:
                _check_condition(report, condition, field, place, (name, key))


def _check_condition(
    report: Report, condition: Condition, field: FieldDocument, place: Location, told: tuple[str, str]
) -> None:
    impossible: list[tuple[Location, object]]
    match condition:
        case Equal(value=value):
            impossible = [] if _can_hold(field, value) else [(place, value)]
        case Not(value=value):
            impossible = [] if _can_hold(field, value) else [((*place, "not"), value)]
        case OneOf(values=values):
            impossible = [((*place, i), value) for i, value in enumerate(values) if not _can_hold(field, value)]
        case Range():
            impossible = (
                [] if _overlaps(field, condition) else [(place, f"{condition.min or ''}…{condition.max or ''}")]
            )
        case Present(present=present):
            impossible = [((*place, "present"), "false")] if field.required and not present else []
    name, event = told
    for location, given in impossible:
        suggestion = nearest(given, field.of) if isinstance(field, ChoiceField) and isinstance(given, str) else None
        arguments = {"suggestion": suggestion} if suggestion is not None else {}
        shown = str(given).lower() if isinstance(given, bool) else str(given)
        report.at(
            location, "CONDITION_NEVER_HOLDS", value=f"`{shown}`", field=name, event=event, allowed=_possible(field),
            **arguments,
        )  # fmt: skip


def _is_empty(condition: Range) -> bool:
    return condition.min is not None and condition.max is not None and condition.min > condition.max


def _can_hold(field: FieldDocument, value: object) -> bool:
    match field:
        case NumberField():
            return (
                isinstance(value, int | Decimal)
                and not isinstance(value, bool)
                and _overlaps(field, Range(min=value, max=value))
            )
        case TextField():
            return isinstance(value, str)
        case FlagField():
            return isinstance(value, bool)
        case ChoiceField():
            return isinstance(value, str) and value in field.of


def _overlaps(field: FieldDocument, wanted: Range) -> bool:
    if not isinstance(field, NumberField):
        return False
    too_high = wanted.min is not None and field.max is not None and wanted.min > field.max
    too_low = wanted.max is not None and field.min is not None and wanted.max < field.min
    return not too_high and not too_low


def _possible(field: FieldDocument) -> str | Term:
    match field:
        case ChoiceField():
            return ", ".join(field.of)
        case NumberField(min=low, max=high) if low is not None or high is not None:
            return f"{'' if low is None else low}…{'' if high is None else high}"
        case _:
            return Term(field.type)
