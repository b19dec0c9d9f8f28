"""The JSON Schema of quest files, for editors: made from the documents that read them, so the two cannot differ."""

import json
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from fractions import Fraction
from typing import Any, Final

from pydantic import JsonValue, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from vekst.quests.documents import PackHeader, RulesDocument
from vekst.quests.documents.base import PAYLOAD_FIELD
from vekst.quests.documents.together import TALLIES

__all__ = ["SCHEMA_FILE", "quest_file_schema", "schema_text"]

SCHEMA_FILE: Final = "schema/quest-file.schema.json"
_IN_DAYS: Final = timedelta(days=2)
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """The schema as it is written to `SCHEMA_FILE`."""
    return json.dumps(quest_file_schema(), indent=2, ensure_ascii=False) + "\n"


def quest_file_schema() -> JsonValue:
    """One schema for every file of a pack; a file that names the `pack` must hold the rest of the header too."""
    _, schemas = TypeAdapter.json_schemas(
        [("header", "validation", TypeAdapter(PackHeader)), ("rules", "validation", TypeAdapter(RulesDocument))],
        schema_generator=_AsAuthorsWrite,
    )
    definitions: dict[str, Any] = schemas["$defs"]
    for definition in definitions.values():
        definition.pop("title", None)
    _write_badges(definitions["BadgeDocument"], definitions["TierDocument"])
    _write_tallies(definitions["TallyBoard"])
    definitions["Text"] = _text(definitions["Text"])
    definitions["Range"]["minProperties"] = 1
    definitions["StreakDocument"]["properties"]["milestones"] = _by_length(definitions["StreakDocument"])
    header, rules = definitions.pop("PackHeader"), definitions.pop("RulesDocument")
    schema: dict[str, Any] = {
        "$schema": _DIALECT,
        "title": "Vekst quest file",
        "description": "pack.yaml, or any other file of a pack.",
        "type": "object",
        "properties": header["properties"] | rules["properties"],
        "additionalProperties": False,
        "dependentRequired": {"pack": [key for key in header["required"] if key != "pack"]},
        "$defs": dict(sorted(definitions.items())),
    }
    shared = {
        "Criterion": definitions["AllOf"]["properties"]["of"]["items"],
        "Measure": definitions["ChallengeDocument"]["properties"]["measure"],
    }
    schema["$defs"] |= {name: dict(shape) for name, shape in shared.items()}
    return _tidied(schema, {json.dumps(shape): name for name, shape in shared.items()})


class _AsAuthorsWrite(GenerateJsonSchema):
    """Defaults in the author's words, no made-up titles, and no null: a key without a value is an error."""

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = self.generate_inner(schema["schema"])
        default = _written(schema.get("default"))
        return written if default is None else {**written, "default": default}


def _written(default: object) -> object:
    """A default as an author would write it; `None` where there is nothing to write."""
    match default:
        case Enum():
            return default.value
        case timedelta() if default < _IN_DAYS:
            return f"{default // timedelta(hours=1)}h"
        case timedelta():
            return f"{default.days}d"
        case Fraction():
            return f"{default * 100}%"
        case tuple() if default:
            return [_written(entry) for entry in default]
        case bool() | int() | str():
            return default
        case _:
            return None


def _write_badges(badge: dict[str, Any], tier: dict[str, Any]) -> None:
    """A badge is written with `tiers`, or with `earn` and `points` of its own."""
    badge["properties"] |= {key: tier["properties"][key] for key in ("earn", "points")}
    badge["required"].remove("tiers")
    badge["oneOf"] = [{"required": ["earn"]}, {"required": ["tiers"], "properties": {"points": False}}]


def _write_tallies(board: dict[str, Any]) -> None:
    """What a board counts is written beside `per`."""
    tallies = board["properties"].pop("tally")["oneOf"]
    board["properties"] |= {key: payload for tally in tallies for key, payload in tally["properties"].items()}
    board["required"] = ["per"]
    board["oneOf"] = [{"required": [key]} for key in TALLIES]


def _text(text: dict[str, Any]) -> dict[str, Any]:
    """Words are written plainly, or by locale."""
    written = text["properties"]
    return {"description": text["description"], "anyOf": [written["everywhere"], written["by_locale"]]}


def _by_length(streak: dict[str, Any]) -> dict[str, Any]:
    """Milestones are keyed by whole numbers, which JSON can only write as texts."""
    points = streak["properties"]["milestones"]["additionalProperties"]
    return {"type": "object", "patternProperties": {"^[1-9][0-9]*$": points}, "additionalProperties": False}


def _tidied(schema: JsonValue, shared: Mapping[str, str], key: str = "") -> JsonValue:
    """Name the shapes that recur, close what is open, and point to the payload of what is written as one field."""
    if isinstance(schema, list):
        return [_tidied(entry, shared) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    name = shared.get(json.dumps(schema))
    if name is not None and name != key:
        return {"$ref": f"#/$defs/{name}"}
    tidy = {part: _tidied(entry, shared, part) for part, entry in schema.items() if part != PAYLOAD_FIELD}
    if PAYLOAD_FIELD in schema:
        tidy["$ref"] = f"{tidy['$ref']}/properties/{schema[PAYLOAD_FIELD]}"
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    return tidy
