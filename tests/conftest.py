"""What every test may ask for."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from pydantic import SecretStr

from tests.support.organisations import Organisation
from tests.support.servers import Endpoints, shared_endpoints, with_database, with_redis
from tests.support.statements import Statements
from vekst.factory import Factory, Process
from vekst.settings import Mode, Settings

# Through the standard library, so that pytest shows the log of a test that fails.
structlog.configure(
    processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer(key_order=["event"])],
    logger_factory=structlog.stdlib.LoggerFactory(),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")
    parser.addoption("--fortnights", type=int, default=2, help="how many fortnights of challenges are played")


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compare a text with a golden file, or write it when asked to with `--update-golden`."""

    def compare(file: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert file.is_file(), f"{file} is missing; write it with --update-golden"
        assert text == file.read_text(encoding="utf-8"), f"{file} differs; look, then write it with --update-golden"

    return compare


@pytest.fixture(scope="session")
def endpoints_of_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str, testrun_uid: str) -> Iterator[Endpoints]:
    """PostgreSQL and Valkey for the whole run, shared by its workers."""
    base = tmp_path_factory.getbasetemp()
    with shared_endpoints(base if worker_id == "master" else base.parent, testrun_uid) as endpoints:
        yield endpoints


@pytest.fixture(scope="session")
def database_url(endpoints_of_run: Endpoints, worker_id: str, testrun_uid: str) -> Iterator[str]:
    """A migrated database of this worker's own."""
    with with_database(endpoints_of_run, f"vekst_test_{testrun_uid[:8]}_{worker_id}") as url:
        yield url


@pytest.fixture(scope="session")
def redis_url(endpoints_of_run: Endpoints, worker_id: str) -> Iterator[str]:
    """A Valkey database of this worker's own."""
    digits = re.sub(r"\D", "", worker_id)
    with with_redis(endpoints_of_run, int(digits or 0)) as url:
        yield url


@pytest.fixture(scope="session")
def settings(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a process that uses this worker's databases."""
    return Settings(
        mode=Mode.DEVELOPMENT,
        database_url=SecretStr(database_url),
        redis_url=SecretStr(redis_url),
        data_dir=tmp_path_factory.mktemp("data"),
        _env_file=None,
    )


@pytest.fixture(scope="module")
def quiet_settings(endpoints_of_run: Endpoints, settings: Settings, worker_id: str) -> Iterator[Settings]:
    """Settings for a module that looks at a whole database: one in which no other test leaves anything."""
    with with_database(endpoints_of_run, f"vekst_test_{uuid4().hex[:12]}_{worker_id}") as url:
        yield settings.model_copy(update={"database_url": SecretStr(url)})


@pytest.fixture
async def process(settings: Settings) -> AsyncIterator[Process]:
    """The connections of a process."""
    async with Process.running(settings) as running:
        yield running


@pytest.fixture
def factory(process: Process) -> Factory:
    """The services over real PostgreSQL and Valkey."""
    return Factory(process)


@pytest.fixture
async def organisation(factory: Factory) -> Organisation:
    """A fresh organisation, invisible to all other tests, without people or pack."""
    key = f"org-{uuid4().hex[:12]}"
    return Organisation(factory, await factory.organisations().create(key, "Test"), key)


@pytest.fixture
def statements(process: Process) -> Statements:
    """Counts the SQL statements of the process."""
    return Statements(process.database.engine)
