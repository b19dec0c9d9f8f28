"""What people read: every locale of the pack, the purpose of every rule and board, an example for every rule."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from vekst.quests.checks.report import Report
from vekst.quests.diagnostics import Term
from vekst.quests.documents import (
    ExampleDocument,
    ExpectBadge,
    ExpectMilestone,
    ExpectQuest,
    ExpectStep,
    ExpectStreak,
    Text,
)
from vekst.quests.places import Location

__all__ = ["check_people"]


def check_people(report: Report) -> None:
    """Translations, purposes and examples."""
    for text, location in _texts(report.document, ()):
        _check_text(report, text, location)
    _check_purposes(report)
    _check_examples(report)


def _texts(value: object, location: Location) -> Iterator[tuple[Text, Location]]:
    """Every text for people, wherever it stands."""
    if isinstance(value, Text):
        yield value, location
    elif isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _texts(getattr(value, name), (*location, field.alias or name))
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _texts(entry, (*location, key))
    elif isinstance(value, tuple):
        for index, entry in enumerate(value):
            yield from _texts(entry, (*location, index))


def _check_text(report: Report, text: Text, location: Location) -> None:
    locales = report.document.pack.locales
    if text.everywhere is not None:
        return
    for locale in locales:
        if locale not in text.by_locale:
            report.at_key(location, "MISSING_TRANSLATION", locale=locale)
    for locale in text.by_locale:
        if locale not in locales:
            report.at_key((*location, locale), "EXTRA_TRANSLATION", locale=locale)


def _check_purposes(report: Report) -> None:
    document = report.document
    for key, board in document.leaderboards.items():
        if board.description is None and board.purpose is None:
            report.at_key(("leaderboards", key), "BOARD_WITHOUT_PURPOSE", key=key)
    for kind, entries in (
        ("badge", document.badges),
        ("quest", document.quests),
        ("streak", document.streaks),
        ("challenge", document.challenges),
    ):
        for key, entry in entries.items():
            if entry.description is None and entry.purpose is None:
                report.at_key((f"{kind}s", key), "RULE_WITHOUT_PURPOSE", kind=Term(kind), key=key)


def _check_examples(report: Report) -> None:
    document = report.document
    shown = {rule for example in document.examples for rule in _shown(example)}
    for kind, entries in (("badge", document.badges), ("quest", document.quests), ("streak", document.streaks)):
        for key in entries:
            if (kind, key) not in shown:
                report.at_key((f"{kind}s", key), "RULE_WITHOUT_EXAMPLE", kind=Term(kind), key=key)


def _shown(example: ExampleDocument) -> Iterator[tuple[str, str]]:
    for expectation in example.expect:
        match expectation:
            case ExpectBadge(badge=key):
                yield "badge", key
            case ExpectQuest(quest=key):
                yield "quest", key
            case ExpectStep(step=step):
                yield "quest", step.partition("/")[0]
            case ExpectStreak(streak=key) | ExpectMilestone(milestone=key):
                yield "streak", key
            case _:
                pass
