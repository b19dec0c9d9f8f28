"""Packs for tests: the one that the error pages stand on, and the cases of those pages."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vekst.quests import Diagnostic, LoadedPack, check_pack, has_errors, in_order, load_pack_files
from vekst.quests.examples import check_examples

ROOT = Path(__file__).parents[2]
ERROR_PAGES = ROOT / "docs" / "quest-errors.md"
_BLOCK = re.compile(r"^```yaml(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class ErrorPage:
    """A code with the files that bring it about, and those that do not; none where it takes more than files."""

    code: str
    wrong: Mapping[str, str]
    right: Mapping[str, str]


@cache
def base_files() -> dict[str, str]:
    return _files(ERROR_PAGES.read_text(encoding="utf-8").partition("\n# Files and YAML")[0])


@cache
def error_pages() -> tuple[ErrorPage, ...]:
    sections = re.split(r"^## ", ERROR_PAGES.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return tuple(_page(section) for section in sections)


def with_base(files: Mapping[str, str] | str) -> dict[str, str]:
    """The base pack, and these files beside it or instead of its own."""
    return base_files() | ({"rules.yaml": files} if isinstance(files, str) else dict(files))


def load(files: Mapping[str, str] | str) -> LoadedPack:
    return load_pack_files(with_base(files))


def told(files: Mapping[str, str] | str) -> tuple[Diagnostic, ...]:
    """Everything that is said about the base pack with these files."""
    loaded = load(files)
    diagnostics = check_pack(loaded)
    if loaded.document is not None and not has_errors(diagnostics):
        diagnostics = in_order((*diagnostics, *check_examples(loaded.document, loaded.places)))
    return diagnostics


def codes(files: Mapping[str, str] | str) -> list[str]:
    return [each.code for each in told(files)]


def _page(section: str) -> ErrorPage:
    code = section.partition("\n")[0].strip()
    wrong, _, right = section.partition("\nRight:\n")
    return ErrorPage(code, _files(wrong), _files(right))


def _files(text: str) -> dict[str, str]:
    return {name or "rules.yaml": body for name, body in _BLOCK.findall(text)}
