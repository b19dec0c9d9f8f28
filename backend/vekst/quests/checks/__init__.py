"""Checks of a pack's meaning, after its form is right: names, reach, points, and care for the people who read it."""

from vekst.quests.checks.conditions import check_conditions
from vekst.quests.checks.cycles import check_cycles
from vekst.quests.checks.expectations import check_expectations
from vekst.quests.checks.people import check_people
from vekst.quests.checks.points import check_points, outcome_share, reachable_points
from vekst.quests.checks.reach import check_reach
from vekst.quests.checks.references import check_references
from vekst.quests.checks.report import Report
from vekst.quests.checks.structure import check_structure
from vekst.quests.diagnostics import Diagnostic, in_order
from vekst.quests.documents import PackDocument
from vekst.quests.places import Places

__all__ = ["check_document", "outcome_share", "reachable_points"]

_CHECKS = (
    check_references,
    check_conditions,
    check_reach,
    check_cycles,
    check_structure,
    check_points,
    check_people,
    check_expectations,
)


def check_document(document: PackDocument, places: Places | None = None) -> tuple[Diagnostic, ...]:
    """Everything that can be said about a pack without running it, sorted by the `places` it was written at."""
    report = Report(document, places or Places())
    for check in _CHECKS:
        check(report)
    return in_order(report.findings)
