"""The files of the repository: all below its root but what `.gitignore` leaves out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

__all__ = ["ROOT", "modules", "parsed", "texts"]

ROOT = Path(__file__).resolve().parents[2]


@cache
def _ignored() -> tuple[str, ...]:
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    return (".git", *(line.rstrip("/") for line in lines))


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in _ignored()):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files(path)
        elif path.is_file():
            yield path


@cache
def texts() -> dict[str, str]:
    """Every text file by its path from the root; files that are no UTF-8 are left out."""
    found: dict[str, str] = {}
    for path in _files(ROOT):
        try:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def modules() -> dict[str, str]:
    """Every Python file by its path from the root."""
    return {name: text for name, text in texts().items() if name.endswith(".py")}


@cache
def parsed(name: str) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(texts()[name], name)
