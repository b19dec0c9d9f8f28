"""Points: what pays without limit or for nothing, what rests on outcomes, and the share outcomes can reach."""

from collections.abc import Iterator
from fractions import Fraction

from vekst.domain.events import RecordedBy
from vekst.domain.periods import Window
from vekst.domain.recognitions import Nature
from vekst.quests.checks.report import Report
from vekst.quests.documents import (
    AnyOf,
    BoardPoints,
    Count,
    Criterion,
    EventNode,
    PackDocument,
    PointsBoard,
    Repeat,
    SomeOf,
    StreakBoard,
    TallyBoard,
)
from vekst.quests.documents.criteria import MEASURE_NAMES
from vekst.quests.natures import Natures, natures
from vekst.quests.places import Location

__all__ = ["check_points", "outcome_share", "reachable_points"]

_TIMES_A_YEAR = {Window.DAY: 365, Window.WEEK: 52, Window.MONTH: 12, Window.QUARTER: 4, Window.YEAR: 1}


def check_points(report: Report) -> None:
    """Caps, token actions, skills that cannot grow, boards on outcomes, and the reachable share."""
    _check_caps(report)
    _check_tokens(report)
    _check_skills(report)
    _check_boards(report)
    limit = report.document.pack.recognition.outcomes_at_most
    share = outcome_share(report.document)
    if share > limit:
        place = ("pack", "recognition", "outcomes_at_most")
        report.at(place, "OUTCOME_SHARE", share=_percent(share), limit=_percent(limit))


def outcome_share(document: PackDocument) -> Fraction:
    """The part of all reachable points that outcomes give; 0 for a pack without points."""
    points = reachable_points(document)
    total = sum(points.values())
    return Fraction(points[Nature.OUTCOME], total) if total else Fraction(0)


def reachable_points(document: PackDocument) -> dict[Nature, int]:
    """All points one learner can reach by nature: everything once, and what repeats as one year at its caps.

    `repeat: always` has no cap, and counts once.
    """
    total = {Nature.EFFORT: 0, Nature.OUTCOME: 0}
    for nature, points in _reachable(document, natures(document)):
        total[nature] += points
    return total


def _reachable(document: PackDocument, nature_of: Natures) -> Iterator[tuple[Nature, int]]:
    for key, event in document.events.items():
        if event.at_most is not None:
            yield nature_of.event(key), event.points * event.at_most.times * _TIMES_A_YEAR[event.at_most.per]
    for key, badge in document.badges.items():
        for tier in badge.tiers:
            yield nature_of.badge(key, tier.tier), tier.points * _times(badge.repeat)
    for key, quest in document.quests.items():
        points = quest.points + sum(step.points for step in quest.steps)
        yield nature_of.quest(key), points * _times(quest.repeat)
    for key, streak in document.streaks.items():
        yield nature_of.streak(key), sum(streak.milestones.values())
    for challenge in document.challenges.values():
        outcome = any(nature_of.event(key) is Nature.OUTCOME for key in challenge.measure.event)
        yield Nature.OUTCOME if outcome else Nature.EFFORT, challenge.points


def _times(repeat: Repeat) -> int:
    return 1 if repeat in (Repeat.NEVER, Repeat.ALWAYS) else _TIMES_A_YEAR[Window(repeat.value)]


def _percent(share: Fraction) -> str:
    return f"{float(share * 100):.4g}%"


def _check_caps(report: Report) -> None:
    for key, event in report.document.events.items():
        if event.points and event.at_most is None:
            report.at_key(("events", key, "points"), "PAYS_WITHOUT_CAP", key=key)
        if event.at_most is not None and not event.points:
            report.at_key(("events", key, "at_most"), "CAP_WITHOUT_POINTS", key=key)


def _check_tokens(report: Report) -> None:
    for location, criterion, points in _paying_rules(report.document):
        for event in _token_events(report, criterion):
            report.at(location, "TOKEN_ACTION", event=event, points=str(points))


def _paying_rules(document: PackDocument) -> Iterator[tuple[Location, Criterion, int]]:
    for key, badge in document.badges.items():
        for index, tier in enumerate(badge.tiers):
            if tier.points:
                yield ("badges", key, "tiers", index, "earn"), tier.earn, tier.points
    for key, quest in document.quests.items():
        for index, step in enumerate(quest.steps):
            if step.points:
                yield ("quests", key, "steps", index, "earn"), step.earn, step.points
    for key, streak in document.streaks.items():
        if points := sum(streak.milestones.values()):
            yield ("streaks", key, "counts"), streak.counts, points


def _token_events(report: Report, criterion: Criterion) -> list[str]:
    """The event types of which a single bare one is all that is asked."""
    match criterion:
        case Count(at_least=1, where=where, recorded_by=recorders) if not where:
            if recorders is not None and RecordedBy.SELF not in recorders:
                return []
            return [key for key in criterion.event if _is_bare(report, key)]
        case AnyOf(of=of):
            return [event for each in of for event in _token_events(report, each)]
        case SomeOf(at_least=1, of=of):
            return [event for each in of for event in _token_events(report, each)]
        case _:
            return []


def _is_bare(report: Report, key: str) -> bool:
    """Whether one can record it oneself, without saying anything about it."""
    event = report.document.events.get(key)
    if event is None or RecordedBy.SELF not in event.recorded_by:
        return False
    return not any(field.required for field in event.fields.values())


def _check_skills(report: Report) -> None:
    document, nature_of = report.document, report.natures
    growing: set[str | None] = set()
    for kind, key, skill, given in _tied(document, nature_of):
        if Nature.EFFORT in given:
            growing.add(skill)
        elif given:
            report.at((kind, key, "skill"), "OUTCOME_SKILL")
    for key in document.skills:
        if key not in growing:
            report.at_key(("skills", key), "SKILL_NEVER_GROWS", key=key)


def _tied(document: PackDocument, nature_of: Natures) -> Iterator[tuple[str, str, str, set[Nature]]]:
    """What is tied to a skill, and the natures of the points it pays."""
    for key, event in document.events.items():
        if event.skill is not None:
            yield "events", key, event.skill, {nature_of.event(key)} if event.points else set()
    for key, badge in document.badges.items():
        if badge.skill is not None:
            given = {nature_of.badge(key, tier.tier) for tier in badge.tiers if tier.points}
            yield "badges", key, badge.skill, given
    for key, quest in document.quests.items():
        if quest.skill is not None:
            pays = quest.points or any(step.points for step in quest.steps)
            yield "quests", key, quest.skill, {nature_of.quest(key)} if pays else set()
    for key, streak in document.streaks.items():
        if streak.skill is not None:
            yield "streaks", key, streak.skill, {nature_of.streak(key)} if any(streak.milestones.values()) else set()


def _check_boards(report: Report) -> None:
    """No measure of a board may rest on outcome events (L2)."""
    for key, board in report.document.leaderboards.items():
        place = ("leaderboards", key, "measure")
        match board.measure:
            case PointsBoard(points=BoardPoints.OUTCOMES):
                report.at((*place, "points"), "BOARD_ON_OUTCOMES", key="outcomes")
            case StreakBoard(streak=streak) if report.natures.streak(streak) is Nature.OUTCOME:
                report.at((*place, "streak"), "BOARD_ON_OUTCOMES", key=streak)
            case TallyBoard(tally=tally):
                _check_tally(report, tally, (*place, MEASURE_NAMES[type(tally)]))
            case _:
                pass


def _check_tally(report: Report, tally: EventNode, place: Location) -> None:
    for index, event in enumerate(tally.event):
        if report.natures.event(event) is Nature.OUTCOME:
            report.at((*place, "event", index), "BOARD_ON_OUTCOMES", key=event)
