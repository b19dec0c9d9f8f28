"""A quick first look at events: whether data fits its type, by a form that msgspec checks in one go.

What does not fit is looked at again by `validation`, which says what is wrong; an event that fits has no problem there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import ceil, floor
from typing import Annotated, Any, Final, Literal

import msgspec

from vekst.domain.events import RESERVED_PREFIX, FieldValue, RecordedBy
from vekst.engine.pack import EventType, Field
from vekst.engine.validation import LARGEST_NUMBER, TEXT_AT_MOST

__all__ = ["Fits", "fitting"]

_TYPES_AT_MOST: Final = 16_384

Fits = Callable[[Mapping[str, FieldValue]], bool]
"""Whether the data of an event fits."""


def fitting(event_type: EventType, recorded_by: RecordedBy) -> Fits | None:
    """What tells whether the data of a client's event of that type has no problem; None where all of them may have one.

    It answers False for data that may have one.
    """
    if recorded_by not in event_type.recorded_by:
        return None
    form = _form(event_type)
    if form is None:
        return None

    def fits(data: Mapping[str, FieldValue]) -> bool:
        try:
            msgspec.convert(data, form)
        except (msgspec.ValidationError, UnicodeEncodeError):  # the latter for half of a surrogate pair
            return False
        return True

    return fits


@lru_cache(_TYPES_AT_MOST)
def _form(event_type: EventType) -> type[msgspec.Struct] | None:
    """A struct with a field for each of the type's; None for types that clients may not send."""
    if event_type.key.startswith(RESERVED_PREFIX):
        return None
    names = {f"field_{number}": name for number, name in enumerate(event_type.fields)}
    fields: list[Any] = []
    for alias, name in names.items():
        field = event_type.fields[name]
        kind = _kind(field)
        fields.append((alias, kind) if field.required else (alias, kind | None, None))
    return msgspec.defstruct("Form", fields, rename=names, forbid_unknown_fields=True, kw_only=True, gc=False)


def _kind(field: Field) -> Any:  # noqa: ANN401 - a type for msgspec, of many kinds
    match field.type:
        case "flag":
            return bool
        case "text":
            return Annotated[str, msgspec.Meta(max_length=TEXT_AT_MOST)]
        case "choice":
            return Literal[field.of]
        case "number":
            low = -LARGEST_NUMBER if field.min is None else max(field.min, -LARGEST_NUMBER)
            high = LARGEST_NUMBER if field.max is None else min(field.max, LARGEST_NUMBER)
            whole = Annotated[int, msgspec.Meta(ge=ceil(low), le=floor(high))]
            return whole | Annotated[float, msgspec.Meta(ge=low, le=high)]
