"""Event types that Vekst records itself and every pack knows, for rules to count: turns of feedback, and goals."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from vekst.catalogues import translated
from vekst.domain.events import (
    ACKNOWLEDGEMENT_GIVEN,
    ACKNOWLEDGEMENT_RECEIVED,
    FEEDBACK_ACTED_ON,
    FEEDBACK_ASKED,
    FEEDBACK_GIVEN,
    FEEDBACK_INVITED,
    FEEDBACK_RECEIVED,
    FEEDBACK_USED,
    GOAL_REFLECTED,
    GOAL_SET,
    RecordedBy,
)
from vekst.quests.documents import EventNature, EventTypeDocument, FieldDocument, FlagField, TextField
from vekst.quests.documents.values import Text

__all__ = ["BUILT_IN_KEYS", "agrees_with_built_in", "is_built_in", "nature_of_built_in", "titles", "with_built_in"]


class _BuiltIn(NamedTuple):
    """What Vekst fixes of a type, and what it is called where the author gives it no title."""

    title: str
    nature: EventNature
    fields: Mapping[str, FieldDocument]


_BETWEEN_TWO: Final[Mapping[str, FieldDocument]] = {
    "feedback": TextField(type="text"),
    "colleague": TextField(type="text"),
    "skill": TextField(type="text"),
    "asked": FlagField(type="flag"),
}
_OF_A_GOAL: Final[Mapping[str, FieldDocument]] = {"goal": TextField(type="text")}
_TYPES: Final = {
    FEEDBACK_ASKED: _BuiltIn("Asked for feedback", EventNature.FEEDBACK, _BETWEEN_TWO),
    FEEDBACK_INVITED: _BuiltIn("Was asked for feedback", EventNature.FEEDBACK, _BETWEEN_TWO),
    FEEDBACK_GIVEN: _BuiltIn("Gave feedback", EventNature.FEEDBACK, _BETWEEN_TWO),
    FEEDBACK_RECEIVED: _BuiltIn("Received feedback", EventNature.FEEDBACK, _BETWEEN_TWO),
    FEEDBACK_ACTED_ON: _BuiltIn("Acted on feedback", EventNature.FEEDBACK, _BETWEEN_TWO),
    FEEDBACK_USED: _BuiltIn("Gave feedback that was used", EventNature.FEEDBACK, _BETWEEN_TWO),
    ACKNOWLEDGEMENT_GIVEN: _BuiltIn("Acknowledged progress", EventNature.FEEDBACK, _BETWEEN_TWO),
    ACKNOWLEDGEMENT_RECEIVED: _BuiltIn("Had progress acknowledged", EventNature.FEEDBACK, _BETWEEN_TWO),
    GOAL_SET: _BuiltIn("Set a goal", EventNature.REFLECTION, _OF_A_GOAL),
    GOAL_REFLECTED: _BuiltIn("Reflected on a goal", EventNature.REFLECTION, _OF_A_GOAL),
}
BUILT_IN_KEYS: Final = frozenset(_TYPES)
_RECORDERS: Final = (RecordedBy.SYSTEM,)


def titles() -> Mapping[str, str]:
    """What the types are called in English."""
    return {key: built_in.title for key, built_in in _TYPES.items()}


def with_built_in(events: Mapping[str, EventTypeDocument], locales: Iterable[str]) -> dict[str, EventTypeDocument]:
    """The pack's event types and the built-in ones: what the author left out of these is filled in."""
    filled = {key: _filled(event, _TYPES[key]) if key in _TYPES else event for key, event in events.items()}
    return filled | {key: _undeclared(key, locales) for key in _TYPES if key not in events}


def agrees_with_built_in(key: str, event: EventTypeDocument) -> bool:
    """Whether a declared built-in type says nothing else than Vekst about nature, recorders and fields."""
    return (event.nature, event.recorded_by, event.fields) == (_TYPES[key].nature, _RECORDERS, _TYPES[key].fields)


def nature_of_built_in(key: str) -> str:
    """The nature that Vekst fixes for the type."""
    return _TYPES[key].nature.value


def is_built_in(key: str, event: EventTypeDocument) -> bool:
    """Whether the type stands in no file of the pack."""
    return key in BUILT_IN_KEYS and event == _undeclared(key, event.title.by_locale)


def _filled(event: EventTypeDocument, built_in: _BuiltIn) -> EventTypeDocument:
    left_out = {"recorded_by": _RECORDERS, "fields": built_in.fields}
    written = event.model_fields_set
    return event.model_copy(update={name: value for name, value in left_out.items() if name not in written})


def _undeclared(key: str, locales: Iterable[str]) -> EventTypeDocument:
    built_in = _TYPES[key]
    title = {locale: translated("event-types", key, built_in.title, locale) for locale in locales}
    return EventTypeDocument(
        title=Text.model_validate(title), nature=built_in.nature, recorded_by=_RECORDERS, fields=built_in.fields
    )
