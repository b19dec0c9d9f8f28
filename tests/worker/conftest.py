"""Workers of one's own: they share PostgreSQL with the other tests, and Valkey with nobody."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from tests.support.organisations import Organisation
from tests.support.workers import OwnValkey, WorkerProcess, running_valkey, worker_process
from vekst.factory import Factory, Process
from vekst.settings import Settings

StartWorker = Callable[[], WorkerProcess]


@pytest.fixture
def own_valkey() -> Iterator[OwnValkey]:
    with running_valkey() as valkey:
        yield valkey


@pytest.fixture
def start_worker(own_valkey: OwnValkey, database_url: str, tmp_path: Path) -> Iterator[StartWorker]:
    """Starts real worker processes; those still running at the end are asked to end."""
    with ExitStack() as running:
        yield lambda: running.enter_context(worker_process(database_url, own_valkey.url, tmp_path / "worker.log"))


@pytest.fixture
async def at_work(own_valkey: OwnValkey, settings: Settings) -> AsyncIterator[Organisation]:
    """An organisation of four whose hints reach the test's own workers."""
    async with Process.running(settings.model_copy(update={"redis_url": SecretStr(own_valkey.url)})) as process:
        factory = Factory(process)
        key = f"work-{uuid4().hex[:12]}"
        organisation = Organisation(factory, await factory.organisations().create(key), key)
        await organisation.publish()
        await organisation.hire("kari", "nora", "ola", "per")
        yield organisation
