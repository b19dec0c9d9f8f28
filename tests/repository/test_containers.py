"""The image and the compose file: nothing runs as root, and every variable they set is a setting."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer import Context
from typer.core import TyperGroup
from typer.main import get_command

from tests.repository.tree import texts
from vekst.cli.root import app
from vekst.settings import Settings

pytestmark = pytest.mark.check

VARIABLE = re.compile(r"\bVEKST_([A-Z][A-Z_]*[A-Z])\b")
OF_COMPOSE_ALONE = {"POSTGRES_PASSWORD"}
"""Read by the compose file itself, which makes a setting of it."""


def _compose() -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(texts()["docker-compose.yml"])
    return document


def _instructions(name: str) -> list[str]:
    return [line for line in texts()["Dockerfile"].splitlines() if line.startswith(f"{name} ")]


def test_the_image_runs_as_a_user_with_a_number_that_is_not_root() -> None:
    last_stage = texts()["Dockerfile"].rsplit("\nFROM ", 1)[-1]
    users = re.findall(r"^USER (\S+)$", last_stage, re.MULTILINE)
    assert users
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])
    assert last_stage.rindex("USER ") < last_stage.index("ENTRYPOINT")


def test_every_image_has_a_version() -> None:
    images = [line.split()[1] for line in _instructions("FROM")]
    images += [each["image"] for each in _compose()["services"].values() if "build" not in each]
    assert len(images) >= 3
    assert [image for image in images if not re.search(r":\d", image)] == []


def test_the_parts_can_write_nothing_and_gain_no_rights() -> None:
    ours = {name: each for name, each in _compose()["services"].items() if "build" in each}
    assert set(ours) == {"migrate", "api", "worker"}
    for name, service in ours.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_the_local_issuer_has_a_place_for_its_keys_that_its_user_may_write_to() -> None:
    folder = f"/srv/vekst/{Settings.model_fields['data_dir'].default}"
    made = rf"install --directory --owner=10001 --group=10001 --mode=0700 {folder}$"
    assert re.search(made, texts()["Dockerfile"], re.MULTILINE)
    assert _compose()["services"]["api"]["volumes"] == [f"keys:{folder}"]
    assert "keys" in _compose()["volumes"]


def test_no_port_is_open_to_the_world_by_default() -> None:
    ports = [port for each in _compose()["services"].values() for port in each.get("ports", ())]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("file", ["Dockerfile", "docker-compose.yml"])
def test_every_variable_is_a_setting(file: str) -> None:
    named = set(VARIABLE.findall(texts()[file])) - OF_COMPOSE_ALONE
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}


def test_every_service_runs_a_command_that_there_is() -> None:
    commands = {each["command"][0] for each in _compose()["services"].values() if "build" in each}
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    assert commands <= group.commands.keys() | set(group.list_commands(Context(group)))
