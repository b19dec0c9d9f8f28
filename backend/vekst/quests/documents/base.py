"""The ground of every quest document: strict, frozen, closed models, and unions told apart by the key written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    ValidationInfo,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

__all__ = ["PAYLOAD_FIELD", "UNTAGGED", "Document", "Keyed", "by_first_key", "by_only_key", "language_keys"]

PAYLOAD_FIELD = "x-payload-field"
"""Marks, in a JSON Schema being made, a model that is written as the value of this one field."""

UNTAGGED = "?"
"""The tag of what is no member of a union; no author can write it as a key."""


class Document(BaseModel):
    """A part of a quest file: nothing is coerced, nothing is changed later, no key is ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def written_keys(cls) -> tuple[str, ...]:
        """The keys an author may write in this mapping, in the order of their importance."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @model_validator(mode="wrap")
    @classmethod
    def _remember(cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        # Pydantic does not say which model refused a key; with this memory an unknown key gets a suggestion.
        if isinstance(info.context, dict) and isinstance(value, dict):
            info.context[id(value)] = cls
        return handler(value)


@cache
def language_keys() -> frozenset[str]:
    """Every key that the language has anywhere."""
    waiting, keys = [Document], set[str]()
    while waiting:
        model = waiting.pop()
        keys.update(model.written_keys())
        waiting.extend(model.__subclasses__())
    return frozenset(keys)


@dataclass(frozen=True, slots=True)
class Keyed:
    """Lets a model be written as `{tag: payload}`.

    With `field` the payload is the value of that one field (`{all: [...]}`, `{quest: key}`); without it the payload is
    the model's own mapping. With `tag` left out the value itself is the payload (`where: {lesson: open-questions}`).
    """

    tag: str | None
    field: str | None = None

    def unwrap(self, value: Any) -> Any:
        """Turn what the author wrote into what the model takes."""
        if isinstance(value, BaseModel):
            return value
        payload = value[self.tag] if self.tag is not None else value
        return payload if self.field is None else {self.field: payload}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.unwrap, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        payload = handler(schema)
        if self.field is not None:
            # Definitions may still be open here (the tree is recursive); the schema writer follows this mark later.
            payload = {**payload, PAYLOAD_FIELD: self.field}
        if self.tag is None:
            return payload
        return {
            "type": "object",
            "properties": {self.tag: payload},
            "required": [self.tag],
            "additionalProperties": False,
        }


def by_only_key(tags: Mapping[type[BaseModel], str]) -> Callable[[Any], str]:
    """Tell a `{tag: payload}` node by its one key; `UNTAGGED` where there is not exactly one."""

    def tag_of(value: Any) -> str:
        if isinstance(value, BaseModel):
            return tags.get(type(value), UNTAGGED)
        return str(next(iter(value))) if isinstance(value, dict) and len(value) == 1 else UNTAGGED

    return tag_of


def by_first_key(tags: Iterable[str]) -> Callable[[Any], str]:
    """Tell a mapping by the first of its keys that is a tag, else by its first key; other keys may stand beside it."""
    known = frozenset(tags)

    def tag_of(value: Any) -> str:
        keys = type(value).model_fields if isinstance(value, BaseModel) else value
        if not isinstance(keys, dict) or not keys:
            return UNTAGGED
        return str(next((key for key in keys if key in known), next(iter(keys))))

    return tag_of
