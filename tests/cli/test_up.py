"""`vekst up` on a folder of its own: everything runs, what dies comes back, and nothing outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.cli.running import children_of, free_port, gone, ready, running, until, vekst

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes as Linux shows them")


@dataclass(frozen=True, slots=True)
class Machine:
    """A running `vekst up`."""

    process: subprocess.Popen[str]
    data: Path
    port: int

    def part(self, name: str) -> int:
        """The process number of a part."""
        return next(number for arguments, number in children_of(self.process).items() if arguments.endswith(name))

    def has_another(self, name: str, number: int) -> bool:
        """Whether that part runs, under another process number."""
        return any(arguments.endswith(name) and each != number for arguments, each in children_of(self.process).items())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine")


@pytest.fixture
def machine(data: Path) -> Iterator[Machine]:
    port = free_port()
    with running("up", "--data", data, "--port", str(port)) as process:
        until(lambda: ready(port) or process.poll() is not None, "it is ready")
        assert process.poll() is None, process.communicate()
        yield Machine(process, data, port)


def test_it_tells_its_address_and_stops_cleanly_on_a_signal(machine: Machine) -> None:
    children = children_of(machine.process)
    assert {arguments.rpartition(" ")[2] for arguments in children if " -m vekst " in arguments} == {"api", "worker"}
    # `/readyz` may answer here a moment before the supervisor has asked it and told so.
    assert machine.process.stdout is not None
    assert f"Vekst answers at http://127.0.0.1:{machine.port} " in machine.process.stdout.readline()
    machine.process.send_signal(signal.SIGINT)
    _, complaints = machine.process.communicate(timeout=60)
    assert (machine.process.returncode, complaints) == (0, "")
    until(lambda: all(map(gone, children.values())), "all that it started is gone")


def test_a_part_that_dies_is_started_again(machine: Machine) -> None:
    for name in ("worker", "api"):
        first = machine.part(name)
        os.kill(first, signal.SIGKILL)
        until(partial(machine.has_another, name, first), f"the {name} is back")
    until(lambda: ready(machine.port), "it is ready again")


def test_nothing_outlives_it_and_nothing_is_lost_when_it_is_killed(machine: Machine) -> None:
    assert vekst("org", "create", "kept", "--data", machine.data).returncode == 0
    children = children_of(machine.process)
    assert len(children) >= 4
    machine.process.kill()
    until(lambda: all(map(gone, children.values())), "all that it started is gone")
    with running("up", "--data", machine.data, "--port", str(machine.port)) as again:
        until(lambda: ready(machine.port) or again.poll() is not None, "it is ready again")
        taken = vekst("org", "create", "kept", "--data", machine.data)
        assert (taken.returncode, taken.stderr.count("\n")) == (1, 1)
        assert "already" in taken.stderr


def test_a_port_in_use_and_a_folder_in_use_are_told_in_one_line(machine: Machine, tmp_path: Path) -> None:
    port = vekst("up", "--data", tmp_path / "other", "--port", str(machine.port))
    assert (port.returncode, port.stderr.count("\n")) == (1, 1)
    assert f"vekst: port {machine.port} is in use" in port.stderr
    folder = vekst("up", "--data", machine.data, "--port", str(free_port()))
    assert (folder.returncode, folder.stderr.count("\n")) == (1, 1)
    assert "choose another --data" in folder.stderr
    assert ready(machine.port), "the one that runs is left alone"


def test_what_keeps_a_part_from_starting_is_told_in_one_line_and_at_once(tmp_path: Path) -> None:
    ended = vekst("up", "--data", tmp_path, "--port", str(free_port()), env={"VEKST_MODE": "production"})
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert "vekst: the API does not start: VEKST_ISSUER is not set" in ended.stderr


def test_a_valkey_that_was_named_and_is_away_is_told_by_its_setting(tmp_path: Path) -> None:
    ended = vekst(
        "up", "--data", tmp_path, "--port", str(free_port()), env={"VEKST_REDIS_URL": "redis://127.0.0.1:1/0"}
    )
    told = "vekst: Valkey does not answer; check VEKST_REDIS_URL\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", told)


@pytest.mark.parametrize(
    ("command", "env", "told"),
    [
        (("api", "--port", "{port}"), {}, "port {port} is in use; end what listens there, or choose another: --port "),
        (
            ("worker",),
            {"VEKST_WORKER_METRICS_PORT": "{port}"},
            "port {port} is in use; end what listens there, or choose another: VEKST_WORKER_METRICS_PORT=",
        ),
        (("api",), {"VEKST_HOST": "no-such-host.invalid"}, "cannot listen on no-such-host.invalid:8000 ("),
        (("api",), {"VEKST_TRUSTED_DOCUMENTS": "{data}"}, "VEKST_TRUSTED_DOCUMENTS: no *.graphql files in {data}; "),
    ],
)
def test_what_keeps_one_part_from_starting_is_told_in_one_line_too(
    machine: Machine, command: tuple[str, ...], env: dict[str, str], told: str
) -> None:
    values = {"port": machine.port, "data": machine.data}
    said = vekst(
        *(each.format_map(values) for each in command),
        "--data",
        machine.data,
        env={"VEKST_MODE": "development", **{name: value.format_map(values) for name, value in env.items()}},
    )
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert said.stderr.startswith(f"vekst: {told.format_map(values)}")
