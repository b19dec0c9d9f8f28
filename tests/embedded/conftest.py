"""Private servers for tests that only look, and supervising processes for tests that strike."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.embedded.processes import Supervisor, start_supervisor
from vekst.embedded import Endpoints, Servers

Supervise = Callable[..., Supervisor]


@pytest.fixture
def supervise() -> Iterator[Supervise]:
    """Start supervising processes: `supervise(folder, *options, env=…)`; what still runs is ended after the test."""
    started: list[Supervisor] = []

    def start(folder: Path, *options: str, env: dict[str, str] | None = None) -> Supervisor:
        started.append(start_supervisor(folder, *options, env=env))
        return started[-1]

    yield start
    for supervisor in started:
        supervisor.close()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers in the test profile."""
    started = Servers(tmp_path_factory.mktemp("embedded") / "data", durable=False)
    started.start()
    yield started
    started.stop()


@pytest.fixture
def endpoints(servers: Servers) -> Endpoints:
    return servers.start()
