"""House rules that no linter knows: what a module says of itself, and how long it and its functions may be."""

from __future__ import annotations

import ast

import pytest

from tests.repository.tree import modules, parsed

pytestmark = pytest.mark.check

MODULE_AT_MOST = 500
FUNCTION_AT_MOST = 60
PACKAGE = "backend/vekst/"


def _defined(module: ast.Module) -> set[str]:
    """The public names that the module itself defines."""
    found: set[str] = set()
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
    return {name for name in found if not name.startswith("_")}


def _names_all(module: ast.Module) -> bool:
    targets = [target for node in module.body if isinstance(node, ast.Assign) for target in node.targets]
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)


def test_there_are_modules_to_look_at() -> None:
    package = [name for name in modules() if name.startswith(PACKAGE)]
    assert len(package) > 100
    assert len(modules()) > len(package)


def test_every_module_of_the_package_opens_with_a_docstring() -> None:
    silent = [name for name in modules() if name.startswith(PACKAGE) and not ast.get_docstring(parsed(name))]
    assert silent == []


def test_every_module_that_defines_something_public_names_it_in_all() -> None:
    silent = [
        name
        for name in modules()
        if name.startswith(PACKAGE) and _defined(parsed(name)) and not _names_all(parsed(name))
    ]
    assert silent == []


def test_no_module_is_longer_than_500_lines() -> None:
    lengths = {name: len(text.splitlines()) for name, text in modules().items()}
    assert {name: length for name, length in lengths.items() if length > MODULE_AT_MOST} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{name}:{node.lineno} {node.name}": length
        for name in modules()
        for node in ast.walk(parsed(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_AT_MOST
    }
    assert long == {}
