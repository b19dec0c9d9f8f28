"""Reading a mapping file: YAML into a checked document, every mistake with its place and a cure, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from vekst.imports import mapping as documents
from vekst.imports.mapping import Mapping
from vekst.quests.diagnostics import nearest
from vekst.quests.yaml_tree import Spot, YamlTree, parse_yaml

__all__ = ["MappingProblem", "WrongMapping", "load_mapping", "missing_columns"]

_LIMIT = 128 * 1024


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """One mistake: where it stands (counted from 1), what is wrong, and what to do about it."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.message}"


class WrongMapping(Exception):
    """The mapping file cannot be used; `problems` has every reason."""

    def __init__(self, problems: tuple[MappingProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def load_mapping(path: Path) -> Mapping:
    """The mapping in the file; raises `WrongMapping`, and `OSError` for a file that cannot be read."""
    tree = _parse(path)
    if tree.problems:
        raise WrongMapping(
            tuple(
                MappingProblem(one.file, one.line, one.column, f"{one.message()} ({one.cure()})")
                for one in tree.problems
            )
        )
    try:
        return Mapping.model_validate(_plain(tree.value))
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        raise WrongMapping(tuple(_problems(path, tree, details))) from None


def missing_columns(path: Path, mapping: Mapping, header: list[str]) -> WrongMapping | None:
    """What is wrong when the file to import lacks columns that the mapping reads."""
    tree = _parse(path)
    problems = []
    for name in mapping.columns():
        if name not in header:
            suggestion = nearest(name, header)
            cure = f"did you mean `{suggestion}`?" if suggestion else f"it has {', '.join(header)[:200]}"
            spot = _spot_of_text(tree, name)
            problems.append(
                MappingProblem(str(path), spot.line, spot.column, f"the file has no column `{name}` ({cure})")
            )
    return WrongMapping(tuple(problems)) if problems else None


def _parse(path: Path) -> YamlTree:
    # A device says that it is empty, and never ends.
    with path.open("rb") as file:
        content = file.read(_LIMIT + 1)
    if len(content) > _LIMIT:
        raise WrongMapping((MappingProblem(str(path), 1, 1, "is larger than 128 KiB; is this the mapping file?"),))
    try:
        return parse_yaml(content.decode("utf-8"), str(path))
    except UnicodeDecodeError:
        raise WrongMapping((MappingProblem(str(path), 1, 1, "is not text in UTF-8; save it so"),)) from None


def _plain(value: object) -> object:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case tuple():
            return tuple(_plain(inner) for inner in value)
        case Decimal():
            return float(value)
        case _:
            return value


def _spot_of_text(tree: YamlTree, text: str) -> Spot:
    """Where a value or a key of the file is, or holds, the text."""
    for spots, at_keys in ((tree.values, False), (tree.keys, True)):
        for path, spot in spots.items():
            found = path[-1] if at_keys else _value_at(tree.value, path)
            if isinstance(found, str) and (found == text or f"{{{text}}}" in found):
                return spot
    return Spot(1, 1)


def _value_at(value: object, path: tuple[str | int, ...]) -> object:
    for part in path:
        match value:
            case dict():
                value = value.get(part)
            case tuple() if isinstance(part, int):
                value = value[part]
    return value


def _problems(path: Path, tree: YamlTree, details: list[ErrorDetails]) -> Iterator[MappingProblem]:
    found = {(_place(tree, one["loc"]), one["type"]): one for one in details if not _follows_from_another(one, details)}
    for ((at, key), _), detail in sorted(found.items(), key=lambda one: (one[0][0][0].line, one[0][0][0].column)):
        yield MappingProblem(str(path), at.line, at.column, _message(key, detail))


def _follows_from_another(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """A list whose only entry is wrong also counts as empty, which is not what its author should mend."""
    loc = detail["loc"]
    return detail["type"] == "too_short" and any(one["loc"][: len(loc)] == loc for one in details if one["loc"] != loc)


def _place(tree: YamlTree, loc: tuple[int | str, ...]) -> tuple[Spot, str]:
    """Where the deepest part of `loc` stands in the file, and the name of what is wrong there.

    Pydantic adds parts of its own, which are passed over; a missing key stands where it should have been.
    """
    at, name = Spot(1, 1), "the mapping"
    here: tuple[str | int, ...] = ()
    for part in loc:
        further = (*here, part)
        if further in tree.keys or further in tree.values:
            at = tree.keys.get(further) or tree.values[further]
            here = further
            name = part if isinstance(part, str) else name
    missing = loc[-1] if loc else name
    is_key = isinstance(missing, str) and not missing.startswith("<") and (*here, missing) not in tree.keys
    return at, str(missing) if is_key else name


def _message(key: str, detail: ErrorDetails) -> str:
    match detail["type"]:
        case "missing":
            return f"`{key}` is missing (add it)"
        case "extra_forbidden":
            suggestion = nearest(key, _known_keys())
            return f"`{key}` is not known ({f'did you mean `{suggestion}`?' if suggestion else 'remove it'})"
        case "value_error":
            return detail["msg"].removeprefix("Value error, ")
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"`{key}` should be a mapping of names to values"
        case "too_short" | "string_too_short":
            return f"`{key}` is empty (fill it, or remove it)"
        case _:
            return f"`{key}`: {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _known_keys() -> list[str]:
    models = [one for one in vars(documents).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    return sorted({field.alias or name for model in models for name, field in model.model_fields.items()})
