"""`where`: what a field of an event must hold for the event to match."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from vekst.quests.documents.base import UNTAGGED, Document, Keyed
from vekst.quests.documents.values import DIFFERENT, Key, Number, Scalar

__all__ = ["Condition", "Equal", "Not", "OneOf", "Present", "Range", "Where"]


class Equal(Document):
    """`lesson: open-questions`: the field has this value."""

    value: Scalar


class OneOf(Document):
    """`lesson: [a, b]`: the field has one of these values."""

    values: Annotated[tuple[Scalar, ...], Field(min_length=1), DIFFERENT]


class Range(Document):
    """`score: {min: 6, max: 8}`: the number lies between the two, both included; either may be left out."""

    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> "Range":
        if self.min is None and self.max is None:
            raise PydanticCustomError("BAD_CONDITION", "says nothing")
        return self


class Not(Document):
    """`kind: {not: email}`: the field is there, and has another value."""

    value: Scalar


class Present(Document):
    """`score: {present: true}`: the field is there, or with `false` is not."""

    present: bool


_TAGS: dict[type[BaseModel], str] = {Equal: "equal", OneOf: "one_of", Range: "range", Not: "not", Present: "present"}


def _shape(value: Any) -> str:
    match value:
        case BaseModel():
            return _TAGS.get(type(value), UNTAGGED)
        case {"not": _, **rest} if not rest:
            return "not"
        case {"present": _, **rest} if not rest:
            return "present"
        case {**entries}:
            return "range" if entries.keys() <= {"min", "max"} else UNTAGGED
        case tuple():
            return "one_of"
        case None:
            return UNTAGGED
        case _:
            return "equal"


Condition: TypeAlias = Annotated[
    Annotated[Equal, Keyed(None, "value"), Tag("equal")]
    | Annotated[OneOf, Keyed(None, "values"), Tag("one_of")]
    | Annotated[Range, Tag("range")]
    | Annotated[Not, Keyed("not", "value"), Tag("not")]
    | Annotated[Present, Tag("present")],
    Discriminator(_shape),
]
Where: TypeAlias = Mapping[Key, Condition]
"""Conditions by field, joined by and."""
