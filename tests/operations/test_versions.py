"""One version step without downtime: the version before and this one run beside each other on one database."""

import asyncio
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from io import BytesIO
from itertools import groupby
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from tests.cli.running import free_port, listens, running, until, urls, vekst
from tests.support.histories import history_of
from tests.support.organisations import Organisation, spread
from tests.support.packs import WITH_CHALLENGES
from tests.support.postgres_tools import plain_url
from tests.support.servers import Endpoints, database_of, drop_database, run_sql
from tests.support.workers import running_valkey
from vekst.domain.receipts import NewEvent
from vekst.factory import Factory, Process
from vekst.settings import Mode, Settings
from vekst.tokens import DevelopmentIssuer

BEFORE = "98c9908e78073298fe7eaf33e4e51ef7b4c48254"
"""The version before this one: a commit, as long as no release has a name.

What stands before it was never released, and need not run beside this: its workers know nothing of bands of this
size."""
ROOT = Path(__file__).parents[2]
PEOPLE = ("kari", "ola")
RECORD = """
mutation Record($events: [ProgressEventInput!]!) {
  recordProgress(input: {events: $events}) { ... on RecordProgress { receipts { id status } } }
}
"""

Version = Mapping[str, str]
"""An environment in which commands are those of one version."""


@pytest.fixture(scope="module")
def code_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the version before."""
    archive = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"the history of this copy does not reach back to {BEFORE[:7]}")
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture
def database(endpoints_of_run: Endpoints) -> Iterator[str]:
    """An empty database."""
    name = f"vekst_test_step_{uuid4().hex[:12]}"
    run_sql(endpoints_of_run.database_url, f'CREATE DATABASE "{name}"')
    yield database_of(endpoints_of_run.database_url, name)
    drop_database(endpoints_of_run.database_url, name)


class Machine:
    """Where both versions run, each by its environment."""

    def __init__(self, database: str, redis_url: str, data: Path, before: Path) -> None:
        self.settings = Settings(
            mode=Mode.DEVELOPMENT,
            database_url=SecretStr(database),
            redis_url=SecretStr(redis_url),
            data_dir=data,
            _env_file=None,
        )
        self.now = {**urls(self.settings), "VEKST_LOG_LEVEL": "error"}
        self.before = {**self.now, "PYTHONPATH": str(before / "backend")}
        self.stored: list[NewEvent] = []

    @contextmanager
    def api(self, version: Version) -> Iterator[str]:
        """An API of that version; its address."""
        port = free_port()
        with running("api", "--port", str(port), env=version):
            # One of before tells that the schema is another, and answers all the same.
            until(partial(listens, port), "the API listens")
            yield f"http://127.0.0.1:{port}"

    def record(self, address: str, events: Iterable[NewEvent]) -> None:
        """Send everyone's events as an app does; all of them are stored."""
        issuer = DevelopmentIssuer.open(self.settings.data_dir)
        for person, own in groupby(sorted(events, key=_person), key=_person):
            sent = list(own)
            inputs = [
                {"id": e.id, "type": e.type, "occurredAt": e.occurred_at.isoformat(), "data": e.data} for e in sent
            ]
            answer = httpx.post(
                f"{address}/graphql",
                json={"query": RECORD, "variables": {"events": inputs}},
                headers={"Authorization": f"Bearer {issuer.token('company', person=person)}"},
                timeout=30,
            ).json()
            receipts = answer["data"]["recordProgress"]["receipts"]
            assert [receipt["status"] for receipt in receipts] == ["STORED"] * len(sent)
            self.stored += sent

    def is_judged(self) -> bool:
        """Whether nothing waits."""
        return asyncio.run(self._waiting()) == 0

    async def _waiting(self) -> int:
        connection = await asyncpg.connect(plain_url(self.settings.database_url.get_secret_value()))
        try:
            return int(await connection.fetchval("SELECT count(*) FROM progress_events WHERE judged_at IS NULL"))
        finally:
            await connection.close()


def _person(event: NewEvent) -> str:
    return event.person or ""


def _run(version: Version, *arguments: str | Path) -> None:
    done = vekst(*arguments, env=version)
    assert done.returncode == 0, done.stderr


def _found(machine: Machine, folder: Path) -> None:
    """A company, as the version before sets it up."""
    pack = folder / "craft"
    pack.mkdir()
    for name, text in WITH_CHALLENGES.items():
        (pack / name).write_text(text, encoding="utf-8")
    people = folder / "people.csv"
    people.write_text("person,name\n" + "".join(f"{person},{person.title()}\n" for person in PEOPLE), encoding="utf-8")
    _run(machine.before, "migrate")
    _run(machine.before, "org", "create", "company")
    _run(machine.before, "people", "import", people, "--org", "company")
    _run(machine.before, "quests", "publish", pack, "--org", "company")


async def _ledgers(machine: Machine) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """What the company has, and what one has where only this version ever judged; the first is verified too."""
    async with Process.running(machine.settings) as process:
        factory = Factory(process)
        found = await factory.organisations().find("company")
        assert found is not None
        company = Organisation(factory, found, "company")
        await company.judge()
        verified = await factory.replaying().verify(company.id)
        assert (verified.learners, verified.behind, verified.differences) == (len(PEOPLE), 0, ())
        calm = Organisation(factory, await factory.organisations().create("calm"), "calm")
        await calm.publish(WITH_CHALLENGES)
        await calm.hire(*PEOPLE)
        for event in machine.stored:
            await calm.record(_person(event), replace(event, person=None))
        await calm.judge()
        return await company.ledger(), await calm.ledger()


def test_the_version_before_and_this_one_work_side_by_side_for_a_step(
    database: str, code_before: Path, tmp_path: Path
) -> None:
    """Expand, migrate, contract: the schema of this version serves both, in either mix of API and worker."""
    parts = list(spread(history_of(PEOPLE, days=24, seed=11), 12))
    with running_valkey() as valkey, ExitStack() as old:
        machine = Machine(database, valkey.url, tmp_path / "data", code_before)
        _found(machine, tmp_path)
        with machine.api(machine.before) as before:
            worker = old.enter_context(running("worker", env=machine.before))
            machine.record(before, parts.pop())
            until(machine.is_judged, "the version before has judged")

            _run(machine.now, "migrate")
            machine.record(before, parts.pop())
            until(machine.is_judged, "the version before judges on the schema of this one")

            with machine.api(machine.now) as now:
                machine.record(now, parts.pop())
                until(machine.is_judged, "a worker of before judges what this version took in")

                with running("worker", env=machine.now):
                    machine.record(now, parts.pop())
                    machine.record(before, parts.pop())
                    until(machine.is_judged, "workers of both versions judge what both took in")
                    worker.terminate()
                    worker.wait(30)
                    for part in reversed(parts):
                        machine.record(before, part)
                    until(machine.is_judged, "a worker of this version judges what the API of before took in")
        ours, calm = asyncio.run(_ledgers(machine))
    assert ours == calm
