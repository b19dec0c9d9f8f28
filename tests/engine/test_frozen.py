"""What the core passes around can be shared without fear: nobody can change it, nor put anything beside it."""

from __future__ import annotations

import dataclasses
import pkgutil
from importlib import import_module

import pytest

import vekst.domain
import vekst.engine

CLASSES: set[type] = {
    member
    for package in (vekst.domain, vekst.engine)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    for member in vars(import_module(found.name)).values()
    if isinstance(member, type) and dataclasses.is_dataclass(member) and member.__module__ == found.name
}


@pytest.mark.parametrize("made", sorted(CLASSES, key=repr), ids=str)
def test_every_dataclass_is_frozen_and_has_slots(made: type) -> None:
    assert vars(made)["__dataclass_params__"].frozen
    assert "__slots__" in vars(made)


def test_there_are_dataclasses() -> None:
    assert len(CLASSES) > 40
