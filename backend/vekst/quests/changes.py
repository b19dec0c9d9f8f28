"""What differs between two versions of a pack: which rules are new, changed or gone, and since when each one judges."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from vekst.quests.built_in import is_built_in
from vekst.quests.compiler import Since
from vekst.quests.diagnostics import Diagnostic, in_order
from vekst.quests.documents import PackDocument
from vekst.quests.documents.base import Document
from vekst.quests.places import Places

__all__ = ["RULE_KINDS", "Change", "RuleKey", "changed_fields", "rule_changes", "since_publication"]

RuleKey: TypeAlias = tuple[str, str]
"""A rule by kind (`badges`, `quests` …, as files name it) and key."""

RULE_KINDS: Final = ("events", "skills", "quests", "badges", "streaks", "calendars", "challenges", "leaderboards")
"""The kinds of a pack, in the order in which they are shown."""

_WORDS: Final = frozenset({"title", "description", "purpose", "link"})
"""The fields of documents that people read and nothing is judged by."""


class Change(StrEnum):
    """What happened to a rule; one that is reworded reads differently and judges the same."""

    NEW = "new"
    CHANGED = "changed"
    REWORDED = "reworded"
    REMOVED = "removed"
    UNCHANGED = "unchanged"


def rule_changes(before: PackDocument | None, after: PackDocument) -> dict[RuleKey, Change]:
    """Every rule of the two, kind by kind; all are new where there was no version before."""
    changes: dict[RuleKey, Change] = {}
    for kind in RULE_KINDS:
        old, new = _rules(before, kind), _rules(after, kind)
        changes.update({(kind, key): _change(old.get(key), new.get(key)) for key in (*new, *old)})
    return changes


def since_publication(
    document: PackDocument, *, at: datetime, before: PackDocument | None, since: Since
) -> dict[RuleKey, datetime]:
    """For each rule that says `since: publication` the instant from which it judges, if published `at` (V1).

    A rule that judges as in the version before, whose instants are `since`, goes on from where it began. New words
    alone begin nothing anew, as that would take from learners what they are in the middle of.
    """
    begun: dict[RuleKey, datetime] = {}
    for kind in ("events", "quests", "badges", "streaks"):
        old = _rules(before, kind)
        for key, rule in _rules(document, kind).items():
            if getattr(rule, "since", None) is None:
                continue
            same = key in old and _judged(old[key]) == _judged(rule)
            begun[kind, key] = since.get((kind, key), at) if same else at
    return begun


def changed_fields(before: PackDocument, after: PackDocument, places: Places) -> tuple[Diagnostic, ...]:
    """Where a field of an event type has another type than in the version in force, under which events are stored."""
    return in_order(
        places.value(("events", key, "fields", name, "type")).diagnostic(
            "FIELD_TYPE_CHANGED", {"event": key, "field": name, "was": field.type, "is": new.type}
        )
        for key, event in before.events.items()
        for name, field in event.fields.items()
        if key in after.events and (new := after.events[key].fields.get(name)) is not None and new.type != field.type
    )


def _rules(document: PackDocument | None, kind: str) -> Mapping[str, Document]:
    """The rules of a kind that stand in the pack's files."""
    if document is None:
        return {}
    if kind == "events":
        return {key: event for key, event in document.events.items() if not is_built_in(key, event)}
    rules: Mapping[str, Document] = getattr(document, kind)
    return rules


def _change(old: Document | None, new: Document | None) -> Change:
    if old is None:
        return Change.NEW
    if new is None:
        return Change.REMOVED
    if old == new:
        return Change.UNCHANGED
    return Change.REWORDED if _judged(old) == _judged(new) else Change.CHANGED


def _judged(value: object) -> object:
    """The part of a document by which something is judged, in a form that compares."""
    match value:
        case Document():
            names = (name for name in type(value).model_fields if name not in _WORDS)
            return (type(value), tuple((name, _judged(getattr(value, name))) for name in names))
        case Mapping():
            return {key: _judged(entry) for key, entry in value.items()}
        case tuple():
            return tuple(_judged(entry) for entry in value)
        case _:
            return value
