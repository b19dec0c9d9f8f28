"""The faults: every change that cosmic-ray's operators can make to the core, and a seeded sample of them."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

__all__ = ["Mutant", "all_mutants", "sample"]

_PACKAGES = ("engine", "domain")
_TEXTS = re.compile(r"wordings|phrases")
# `x == None` means what `x is None` does; only a linter could tell them apart.
_SAME_MEANING = ("ReplaceComparisonOperator_Is_Eq", "ReplaceComparisonOperator_IsNot_NotEq")

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mutant:
    """The so-manieth change that an operator can make to a module; `line` counts from 1."""

    module: str
    operator: str
    occurrence: int
    line: int

    @property
    def package(self) -> str:
        """Tell whether `engine` or `domain` is changed."""
        return self.module.split("/")[2]

    def written(self, source: str) -> str:
        """Return the module's source with the change made."""
        return str(mutate_code(source, get_operator(self.operator)(), self.occurrence))


def sample(root: Path, *, seed: int, size: int) -> list[Mutant]:
    """Draw mutants in an order of chance, so that a run cut short has tried a sample of its own."""
    everything, chance = list(all_mutants(root)), Random(seed)
    tried: set[int] = set()
    drawn: list[Mutant] = []
    while len(drawn) < size and len(tried) < len(everything):
        index = chance.randrange(len(everything))
        if index not in tried and _is_fault(everything[index], (root / everything[index].module).read_text("utf-8")):
            drawn.append(everything[index])
        tried.add(index)
    return drawn


def _is_fault(mutant: Mutant, source: str) -> bool:
    """Tell whether a change can be run and noticed: `*more` is no product, and `@override` does nothing at run time."""
    if source.splitlines()[mutant.line - 1].strip() == "@override":
        return False
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(mutant.written(source), mutant.module, "exec")
    except SyntaxError:
        return False
    return True


def all_mutants(root: Path) -> Iterator[Mutant]:
    """Yield every mutant of the core but those of its texts, and of what is read by type checkers only."""
    for package in _PACKAGES:
        for file in sorted((root / "backend/vekst" / package).rglob("*.py")):
            if not _TEXTS.search(file.name):
                yield from _mutants_of(file.relative_to(root).as_posix(), file.read_text(encoding="utf-8"))


def _mutants_of(module: str, source: str) -> Iterator[Mutant]:
    nodes, types = list(ast_nodes(get_ast(source))), list(_types(ast.parse(source)))
    for name in sorted(operator_names()):
        operator = get_operator(name)
        if operator.arguments() or name.endswith(_SAME_MEANING):
            continue
        positions = (start for node in nodes for start, _ in operator().mutation_positions(node))
        for occurrence, start in enumerate(positions):
            if not any(first <= start < last for first, last in types):
                yield Mutant(module, name, occurrence, start[0])


def _types(tree: ast.Module) -> Iterator[tuple[Position, Position]]:
    """Yield where annotations, and aliases of unions, begin and end."""
    for node in ast.walk(tree):
        of_node = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.Assign) and node in tree.body and _is_union(node.value):
            of_node.append(node.value)
        for one in of_node:
            if isinstance(one, ast.expr):
                yield (one.lineno, one.col_offset), (one.end_lineno or 0, one.end_col_offset or 0)


def _is_union(value: ast.expr) -> bool:
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr)
