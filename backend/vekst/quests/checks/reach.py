"""Rules that can never hold: thresholds above what a window can bring, spans that end before they begin."""

from datetime import timedelta
from itertools import pairwise

from vekst.domain.periods import Window
from vekst.quests.checks.report import Report
from vekst.quests.documents import (
    Cap,
    ChoiceField,
    Condition,
    Count,
    Criterion,
    Days,
    DaysMeasure,
    Distinct,
    Equal,
    Every,
    Everyone,
    FlagField,
    Not,
    NumberField,
    OneOf,
    Repeat,
    Share,
    SomeOf,
)
from vekst.quests.walk import Rooted, Written, roots, walk

__all__ = ["check_reach"]

_DAY = timedelta(days=1)
_MOST_DAYS = {Window.DAY: 1, Window.WEEK: 7, Window.MONTH: 31, Window.QUARTER: 92, Window.YEAR: 366}
_LEAST_DAYS = {Window.DAY: 1, Window.WEEK: 7, Window.MONTH: 28, Window.QUARTER: 90, Window.YEAR: 365}


def check_reach(report: Report) -> None:
    """Thresholds, spans, levels and milestones."""
    for root in roots(report.document):
        around, span = _window_around(report, root), _span_around(report, root)
        for written in walk(root.criterion, root.location):
            _check_threshold(report, written, around, span)
    _check_spans(report)
    _check_fields(report)
    _check_challenges(report)
    for key, skill in report.document.skills.items():
        for index, (before, points) in enumerate(pairwise(skill.levels), start=1):
            if points <= before:
                place = ("skills", key, "levels", index)
                report.at(place, "LEVELS_NOT_RISING", level=str(index + 1), points=str(points))
    for key, streak in report.document.streaks.items():
        for before, length in pairwise(streak.milestones):
            if length < before:
                report.at_key(("streaks", key, "milestones", length), "MILESTONES_OUT_OF_ORDER", length=str(length))


def _window_around(report: Report, root: Rooted) -> Window | None:
    """The window on whose events alone a criterion is judged, by `repeat` or a streak's period."""
    if root.kind == "streak":
        return Window.WEEK if report.document.streaks[root.key].every is Every.WEEK else Window.DAY
    if root.location[-1] == "requires":
        return None
    repeat = (report.document.badges if root.kind == "badge" else report.document.quests)[root.key].repeat
    return None if repeat in (Repeat.NEVER, Repeat.ALWAYS) else Window(repeat.value)


def _span_around(report: Report, root: Rooted) -> int | None:
    """The dates from `from` until `until`, both included, where a rule has both."""
    if root.kind == "streak" or root.location[-1] == "requires":
        return None
    rule = (report.document.badges if root.kind == "badge" else report.document.quests)[root.key]
    if rule.from_ is None or rule.until is None or rule.from_ > rule.until:
        return None
    return (rule.until - rule.from_).days + 1


def _check_threshold(report: Report, written: Written, around: Window | None, span: int | None) -> None:
    most = _most(report, written.node, around, span)
    need: int | None = getattr(written.node, "at_least", None)
    if most is not None and need is not None and need > most:
        report.at((*written.location, "at_least"), "OUT_OF_REACH", need=str(need), most=str(most))


def _most(report: Report, node: Criterion, around: Window | None, span: int | None) -> int | None:
    """The highest value a node can come to; `None` where nothing limits it."""
    match node:
        case SomeOf():
            return len(node.of)
        case Days():
            return _least(_days_in(node.within), _days_in(around), span)
        case Count(at_most=Cap() as cap):
            return _least(_capped(cap, node.within), _capped(cap, around))
        case Distinct():
            return _different_values(report, node)
        case _:
            return None


def _least(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)


def _days_in(within: timedelta | Window | None) -> int | None:
    """The most local dates that a window can touch."""
    if within is None:
        return None
    # A date more at each end: the length may begin within one, and clocks may have been set back.
    return _MOST_DAYS[within] if isinstance(within, Window) else -(-within // _DAY) + 2


def _capped(cap: Cap, within: timedelta | Window | None) -> int | None:
    days = _days_in(within)
    if days is None:
        return None
    if isinstance(within, Window) and within == cap.per:
        return cap.times
    return cap.times * (
        days // _LEAST_DAYS[cap.per] + (1 if cap.per is Window.DAY and isinstance(within, Window) else 2)
    )


def _different_values(report: Report, node: Distinct) -> int | None:
    values: set[str | bool] = set()
    for key in node.event:
        event = report.document.events.get(key)
        match event.fields.get(node.field) if event is not None else None:
            case ChoiceField(of=of):
                values.update(of)
            case FlagField():
                values.update((True, False))
            case _:
                return _values_asked_for(node)
    return sum(_lets_through(node.where.get(node.field), value) for value in values)


def _values_asked_for(node: Distinct) -> int | None:
    """How many values the `where` of the node itself names of its field."""
    match node.where.get(node.field):
        case Equal():
            return 1
        case OneOf(values=values):
            return len(values)
        case _:
            return None


def _lets_through(condition: Condition | None, value: object) -> bool:
    """Whether a condition on the field leaves the value; those on other fields leave all."""
    match condition:
        case Equal(value=only):
            return value == only
        case OneOf(values=values):
            return value in values
        case Not(value=other):
            return value != other
        case _:
            return True


def _check_spans(report: Report) -> None:
    for kind, entries in (("badges", report.document.badges), ("quests", report.document.quests)):
        for key, entry in entries.items():
            if entry.from_ is not None and entry.until is not None and entry.from_ > entry.until:
                report.at((kind, key, "from"), "FROM_AFTER_UNTIL", start=str(entry.from_), end=str(entry.until))


def _check_fields(report: Report) -> None:
    for key, event in report.document.events.items():
        for name, field in event.fields.items():
            if (
                isinstance(field, NumberField)
                and field.min is not None
                and field.max is not None
                and field.min > field.max
            ):
                place = ("events", key, "fields", name, "min")
                report.at(place, "EMPTY_RANGE", min=str(field.min), max=str(field.max))


def _check_challenges(report: Report) -> None:
    for key, challenge in report.document.challenges.items():
        goal = challenge.goal
        most = _days_in(challenge.lasts)
        if most is None or not isinstance(challenge.measure, DaysMeasure) or not isinstance(goal, Everyone | Share):
            continue
        need, name = (goal.everyone, "everyone") if isinstance(goal, Everyone) else (goal.reach, "reach")
        if need > most:
            report.at(("challenges", key, "goal", name), "OUT_OF_REACH", need=str(need), most=str(most))
