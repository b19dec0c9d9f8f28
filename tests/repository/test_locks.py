"""The lock files name versions and hashes, never a place to get them from, and hold what pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository.tree import texts

pytestmark = pytest.mark.check

RUN, DEV = "requirements.lock", "requirements-dev.lock"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def _pins(lock: str) -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PINNED.findall(texts()[lock])}


def _asked_for(*extras: str) -> list[Requirement]:
    project: dict[str, Any] = tomllib.loads(texts()["pyproject.toml"])["project"]
    optional = [line for extra in extras for line in project["optional-dependencies"][extra]]
    return [Requirement(line) for line in [*project["dependencies"], *optional]]


@pytest.mark.parametrize("lock", [RUN, DEV])
@pytest.mark.parametrize("place", ["://", "--index", "--extra-index", "--find-links", "--trusted-host", " @ "])
def test_a_lock_names_no_place(lock: str, place: str) -> None:
    assert place not in texts()[lock]


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_every_pin_of_a_lock_has_hashes(lock: str) -> None:
    joined = texts()[lock].replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 20
    assert [line for line in lines if not PINNED.match(line) or " --hash=sha256:" not in line] == []


@pytest.mark.parametrize(("lock", "extras"), [(RUN, ()), (DEV, ("embedded", "dev"))])
def test_a_lock_holds_what_the_project_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    pins = _pins(lock)
    wanted = {str(asked): pins.get(canonicalize_name(asked.name)) for asked in _asked_for(*extras)}
    unmet = {
        asked: pin for asked, pin in wanted.items() if pin is None or not Requirement(asked).specifier.contains(pin)
    }
    assert unmet == {}


def test_what_runs_in_production_is_what_the_tests_ran_with() -> None:
    tested = _pins(DEV)
    assert {name: pin for name, pin in _pins(RUN).items() if tested.get(name) != pin} == {}
