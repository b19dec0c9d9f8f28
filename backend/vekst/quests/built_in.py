"""Event types that Vekst records itself and every pack knows: the turns of feedback, for rules to count and reward."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from vekst.domain.events import (
    ACKNOWLEDGEMENT_GIVEN,
    ACKNOWLEDGEMENT_RECEIVED,
    FEEDBACK_ACTED_ON,
    FEEDBACK_ASKED,
    FEEDBACK_GIVEN,
    FEEDBACK_INVITED,
    FEEDBACK_RECEIVED,
    FEEDBACK_USED,
    RecordedBy,
)
from vekst.quests.documents import EventNature, EventTypeDocument, FieldDocument, FlagField, TextField
from vekst.quests.documents.values import Text

__all__ = ["BUILT_IN_KEYS", "agrees_with_built_in", "is_built_in", "with_built_in"]


class _Title(NamedTuple):
    """What the type is called where the author gives it no title."""

    en: str
    nb: str


_TITLES: Final = {
    FEEDBACK_ASKED: _Title("Asked for feedback", "Ba om tilbakemelding"),
    FEEDBACK_INVITED: _Title("Was asked for feedback", "Ble spurt om tilbakemelding"),
    FEEDBACK_GIVEN: _Title("Gave feedback", "Ga tilbakemelding"),
    FEEDBACK_RECEIVED: _Title("Received feedback", "Fikk tilbakemelding"),
    FEEDBACK_ACTED_ON: _Title("Acted on feedback", "Prøvde noe fra en tilbakemelding"),
    FEEDBACK_USED: _Title("Gave feedback that was used", "Ga en tilbakemelding som ble brukt"),
    ACKNOWLEDGEMENT_GIVEN: _Title("Acknowledged progress", "Anerkjente framgang"),
    ACKNOWLEDGEMENT_RECEIVED: _Title("Had progress acknowledged", "Fikk framgang anerkjent"),
}
BUILT_IN_KEYS: Final = frozenset(_TITLES)
_NORWEGIAN: Final = frozenset({"nb", "nn", "no"})
_RECORDERS: Final = (RecordedBy.SYSTEM,)
_FIELDS: Final[Mapping[str, FieldDocument]] = {
    "feedback": TextField(type="text"),
    "colleague": TextField(type="text"),
    "skill": TextField(type="text"),
    "asked": FlagField(type="flag"),
}


def with_built_in(events: Mapping[str, EventTypeDocument], locales: Iterable[str]) -> dict[str, EventTypeDocument]:
    """The pack's event types and the built-in ones: what the author left out of these is filled in."""
    filled = {key: _filled(event) if key in BUILT_IN_KEYS else event for key, event in events.items()}
    return filled | {key: _undeclared(key, locales) for key in _TITLES if key not in events}


def agrees_with_built_in(event: EventTypeDocument) -> bool:
    """Whether a declared built-in type says nothing else than Vekst about nature, recorders and fields."""
    return (event.nature, event.recorded_by, event.fields) == (EventNature.FEEDBACK, _RECORDERS, _FIELDS)


def is_built_in(key: str, event: EventTypeDocument) -> bool:
    """Whether the type stands in no file of the pack."""
    return key in BUILT_IN_KEYS and event == _undeclared(key, event.title.by_locale)


def _filled(event: EventTypeDocument) -> EventTypeDocument:
    left_out = {"recorded_by": _RECORDERS, "fields": _FIELDS}
    written = event.model_fields_set
    return event.model_copy(update={name: value for name, value in left_out.items() if name not in written})


def _undeclared(key: str, locales: Iterable[str]) -> EventTypeDocument:
    title = {locale: _TITLES[key].nb if locale[:2] in _NORWEGIAN else _TITLES[key].en for locale in locales}
    return EventTypeDocument(
        title=Text.model_validate(title), nature=EventNature.FEEDBACK, recorded_by=_RECORDERS, fields=_FIELDS
    )
