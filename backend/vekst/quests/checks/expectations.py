"""Names in examples: given events, and what is expected of them."""

from vekst.domain.events import RESERVED_PREFIX
from vekst.quests.checks.references import check_tier
from vekst.quests.checks.report import Report
from vekst.quests.documents import (
    Expectation,
    ExpectBadge,
    ExpectMilestone,
    ExpectNot,
    ExpectPoints,
    ExpectQuest,
    ExpectSkill,
    ExpectStep,
    ExpectStreak,
)
from vekst.quests.places import Location

__all__ = ["check_expectations"]


def check_expectations(report: Report) -> None:
    """Every name that an example uses."""
    for index, example in enumerate(report.document.examples):
        here: Location = ("examples", index)
        for number, given in enumerate(example.given):
            if not given.event.startswith(RESERVED_PREFIX):
                report.has("event", given.event, (*here, "given", number, "event"))
        for number, expectation in enumerate(example.expect):
            _check_expectation(report, expectation, (*here, "expect", number))


def _check_expectation(report: Report, expectation: Expectation, place: Location) -> None:
    match expectation:
        case ExpectNot(of=inner):
            _check_expectation(report, inner, (*place, "not"))
        case ExpectBadge(badge=key, tier=tier):
            if report.has("badge", key, (*place, "badge")):
                check_tier(report, key, tier, (*place, "tier"))
        case ExpectQuest(quest=key):
            report.has("quest", key, (*place, "quest"))
        case ExpectStep(step=name):
            _check_step(report, name, (*place, "step"))
        case ExpectMilestone(milestone=key, length=length):
            _check_milestone(report, key, length, place)
        case ExpectStreak(streak=key):
            report.has("streak", key, (*place, "streak"))
        case ExpectSkill(skill=key):
            report.has("skill", key, (*place, "skill"))
        case ExpectPoints():
            pass


def _check_step(report: Report, name: str, place: Location) -> None:
    key, _, step = name.partition("/")
    if not report.has("quest", key, place) or key not in report.document.quests:
        return
    steps = [each.key for each in report.document.quests[key].steps]
    if step not in steps:
        report.unknown("step", step, place, steps)


def _check_milestone(report: Report, key: str, length: int, place: Location) -> None:
    if not report.has("streak", key, (*place, "milestone")) or key not in report.document.streaks:
        return
    milestones = [str(each) for each in report.document.streaks[key].milestones]
    if str(length) not in milestones:
        report.unknown("milestone", str(length), (*place, "length"), milestones)
