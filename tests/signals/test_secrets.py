"""Tokens and secrets are told nowhere: not in logs of any level, traces, metrics or answers, whatever goes wrong.

The real API and the real worker run under a database and a Valkey with passwords; tokens come in every way that clients
find, good ones and bad ones; then both servers are taken away. All that the two then have said is searched.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import typing
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from redis import Redis
from sqlalchemy import make_url
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from tests.cli.running import free_port, vekst
from tests.support.apis import ApiProcess, api_process
from tests.support.organisations import Organisation
from tests.support.servers import Endpoints, drop_database, run_sql, with_database
from tests.support.waiting import until
from tests.support.workers import OwnValkey, WorkerProcess, running_valkey, worker_process
from vekst.factory import Factory, Process
from vekst.settings import Mode, Settings
from vekst.tokens import DevelopmentIssuer

MARK: Final = "mark-4711"
"""The id of a request, which has to be found: so it is seen that the search finds what is there."""

PLANTED: Final = {
    "database_url": "Opensesame-of-postgres",
    "redis_url": "Opensesame-of-valkey",
    "replica_url": "Opensesame-of-a-replica",
    "push_private_key": "Opensesame-of-pushes-AAAAAAAAAAAAAAAAAAAAAA",
}
"""A password for each setting that may hold one."""

PUSHES: Final = {
    "VEKST_PUSH_PRIVATE_KEY": PLANTED["push_private_key"],
    "VEKST_PUSH_CONTACT": "mailto:us@example.com",
}

_NUMBERS: Final = count()
_LINE_AT_MOST: Final = 8_000
WRITTEN: Final = "wrote-something-unmistakable"
"""What stands in a goal, and so among the values of statements that fail; nobody but its owner is told it."""

QUERY: Final = "{ me { person } }"
SET_GOAL: Final = """mutation ($id: String!, $until: Date!, $now: DateTime!) { setGoal(input: {
  id: $id, why: $id, earn: {count: {event: "call.practised", at_least: 3}}, until: $until, occurredAt: $now
}) { __typename } }"""


@pytest.mark.check
def test_every_setting_that_may_hold_a_secret_is_one_and_is_tried_here() -> None:
    hints = typing.get_type_hints(Settings)
    secret = {name for name in Settings.model_fields if hints[name] is SecretStr}
    assert secret == set(PLANTED), "plant something in the new one, and see that nobody tells it"
    speaking = re.compile(r"secret|password|passphrase|private|token|_key\b|credential|vapid|dsn")
    assert {name for name in Settings.model_fields if speaking.search(name)} <= secret


@dataclass
class Collector:
    """An OpenTelemetry collector that keeps what it is sent."""

    address: str
    sent: list[bytes] = field(default_factory=list)


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        collector.address = f"http://127.0.0.1:{server.server_port}"
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Stage:
    """The two processes, what they run on, and what was said so far."""

    api: ApiProcess
    worker: WorkerProcess
    valkey: OwnValkey
    issuer: DevelopmentIssuer
    organisation: Organisation
    logs: tuple[Path, Path]
    metrics: tuple[str, str]
    answers: list[str] = field(default_factory=list)

    def said(self) -> dict[str, str]:
        """What came out of the processes, by where."""
        return {"log of the API": self.logs[0].read_text(), "log of the worker": self.logs[1].read_text()}


@pytest.fixture
def database(endpoints_of_run: Endpoints) -> Iterator[str]:
    """A database of the test's own, which it takes away while it is in use."""
    with with_database(endpoints_of_run, f"vekst_test_{uuid4().hex[:12]}") as url:
        yield url


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


def _with_password(url: str, password: str) -> str:
    """The address with a password, which a private server does not ask for."""
    scheme, _, rest = url.partition("://")
    user, _, place = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}:{password}@{place}"


@pytest.fixture
async def stage(database: str, collector: Collector, tmp_path: Path) -> AsyncIterator[Stage]:
    data, logs = tmp_path / "data", (tmp_path / "api.log", tmp_path / "worker.log")
    with ExitStack() as stack:
        valkey = stack.enter_context(running_valkey())
        with Redis.from_url(valkey.url) as client:
            client.config_set("requirepass", PLANTED["redis_url"])
        urls = {
            "database_url": _with_password(database, PLANTED["database_url"]),
            "redis_url": valkey.url.replace("unix://", f"unix://:{PLANTED['redis_url']}@"),
        }
        told = {
            "VEKST_LOG_LEVEL": "debug",
            "VEKST_TRACES_ENDPOINT": collector.address,
            "VEKST_REPLICA_URL": f"postgresql://nobody:{PLANTED['replica_url']}@127.0.0.1:9/none",
            **PUSHES,
        }
        api = stack.enter_context(api_process(data, logs[0], **urls, **told))
        port = str(free_port())
        told["VEKST_WORKER_METRICS_PORT"] = port
        worker = stack.enter_context(worker_process(urls["database_url"], urls["redis_url"], logs[1], **told))
        given: dict[str, Any] = {name: SecretStr(url) for name, url in urls.items()}
        settings = Settings(mode=Mode.DEVELOPMENT, data_dir=data, _env_file=None, **given)
        async with Process.running(settings) as process:
            factory, key = Factory(process), f"org-{uuid4().hex[:12]}"
            organisation = Organisation(factory, await factory.organisations().create(key), key)
            await organisation.publish()
            await organisation.hire("kari")
        await api.ready()
        metrics = (f"{api.address}/metrics", f"http://127.0.0.1:{port}/metrics")
        yield Stage(api, worker, valkey, DevelopmentIssuer.open(data), organisation, logs, metrics)


def _tokens(stage: Stage) -> dict[str, str]:
    issuer, key = stage.issuer, stage.organisation.key
    good = issuer.token(key, person="kari")
    return {
        "good": good,
        "of nobody": issuer.token(key, person="nobody"),
        "old": issuer.token(key, person="kari", lifetime=timedelta(hours=-2)),
        "forged": f"{good[:-8]}AAAAAAAA",
        "of another make": base64.urlsafe_b64encode(b"no JSON web token at all, but a secret").decode(),
        "endless": "x1y2z3" * 2_000,
    }


def _goal() -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "id": f"{WRITTEN}-{next(_NUMBERS)}",
        "until": (now + timedelta(days=5)).date().isoformat(),
        "now": now.isoformat(),
    }


async def _send_everything(stage: Stage, tokens: dict[str, str]) -> None:
    """Each token in every way: as it should be sent, and as clients send it by mistake."""
    async with httpx.AsyncClient(base_url=stage.api.address, trust_env=False, timeout=60) as http:
        for token in tokens.values():
            bearer = {"Authorization": f"Bearer {token}"}
            asked: list[dict[str, Any]] = [
                {"json": {"query": QUERY}, "headers": {**bearer, "X-Request-Id": MARK}},
                {"json": {"query": SET_GOAL, "variables": _goal()}, "headers": bearer},
                {"json": {"query": QUERY}, "headers": {"Authorization": token}},
                {"json": {"query": QUERY}, "headers": {"Authorization": f"Basic {token}", "Cookie": f"token={token}"}},
                {"json": {"query": QUERY}, "headers": {**bearer, "X-Request-Id": token}},
                {"json": {"query": "{ me {"}, "headers": bearer},
                {"content": b"{", "headers": {**bearer, "Content-Type": "application/json"}},
                {"json": {"query": QUERY}, "params": {"access_token": token, "token": token}},
            ]
            if len(token) < _LINE_AT_MOST:
                stage.answers += [(await http.get(f"{path}/{token}")).text for path in ("", "/graphql")]
            for path in ("/graphql", "/graphql/stream"):
                for each in asked:
                    if len(token) < _LINE_AT_MOST or "params" not in each:
                        answer = await http.post(path, **each)
                        stage.answers.append(f"{answer.status_code} {answer.headers} {answer.text}")
            await _open_lines(stage, token)


async def _open_lines(stage: Stage, token: str) -> None:
    """Lines with the token in the greeting, in a header, in the address, and as a protocol, as browsers' clients do."""
    address = stage.api.address.replace("http", "ws") + "/graphql"
    beside: dict[str, Any] = {"additional_headers": {"Authorization": f"Bearer {token}"}}
    protocols = [
        Subprotocol("graphql-transport-ws"),
        *([Subprotocol(token)] if re.fullmatch(r"[\w.-]+", token) else ()),
    ]
    # What is longer than a line may be is never read; the rest would wait for an answer to it.
    ways = [beside, {"query": f"?token={token}"}, {"subprotocols": protocols}] if len(token) < _LINE_AT_MOST else []
    for way in [{}, *ways]:
        for payload in ({"Authorization": f"Bearer {token}"}, {"token": token}, token):
            given = {"subprotocols": protocols[:1], "proxy": None, **way}
            try:
                async with connect(address + given.pop("query", ""), **given) as line:
                    await line.send(json.dumps({"type": "connection_init", "payload": payload}))
                    stage.answers.append(str(await line.recv()))
                    await line.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": QUERY}}))
                    stage.answers.append(str(await line.recv()))
            except (WebSocketException, EOFError) as refused:
                stage.answers.append(repr(refused))


async def _metrics(stage: Stage) -> dict[str, str]:
    pages: dict[str, str] = {}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:

        async def answered() -> bool:
            try:
                pages.update({f"metrics at {address}": (await http.get(address)).text for address in stage.metrics})
            except httpx.ConnectError:
                return False  # the worker is still starting
            return True

        await until(answered)
    return pages


async def test_what_the_processes_say_holds_no_token_and_no_password(
    stage: Stage, collector: Collector, database: str, endpoints_of_run: Endpoints
) -> None:
    tokens = _tokens(stage)
    await _send_everything(stage, tokens)
    pages = await _metrics(stage)
    # Now everything fails that can: a column has another name, then there is no such database, and no Valkey.
    some = {name: tokens[name] for name in ("good", "forged")}
    await asyncio.to_thread(run_sql, database, "ALTER TABLE goals RENAME created_at TO made_at")
    await _send_everything(stage, some)
    await asyncio.to_thread(drop_database, endpoints_of_run.database_url, str(make_url(database).database))
    await _send_everything(stage, some)
    stage.valkey.kill()
    await _send_everything(stage, some)

    async def worker_complained() -> bool:
        return "valkey_lost" in stage.worker.log() or "failed" in stage.worker.log()

    await until(worker_complained)
    stage.api.stop()
    stage.worker.stop()

    said = {**stage.said(), "answers": "\n".join(stage.answers), **pages}
    said["traces"] = "\n".join(each.decode("latin-1") for each in collector.sent)
    assert [place for place in ("log of the API", "traces", "answers") if MARK not in said[place]] == []
    assert "graphql.failed" in said["log of the API"]
    assert "Traceback" in said["log of the API"]
    assert "INTERNAL" in said["answers"]
    assert all("vekst_" in page for page in pages.values())
    assert "kari" in said["answers"]
    assert '"__typename":"SetGoal"' in said["answers"]
    private = stage.issuer._key.as_dict(private=True)["d"]
    secrets = {**tokens, **PLANTED, "key of the issuer": str(private)}
    secrets["what somebody wrote"] = WRITTEN
    found = [(place, name) for place, text in said.items() for name, word in secrets.items() if _told(word, text)]
    assert found == []


def _told(secret: str, text: str) -> bool:
    """Whether the text holds it: whole, as addresses write it, or the part of a token that makes it one."""
    signature = secret.rpartition(".")[2]
    return any(form in text for form in {secret, quote(secret, safe=""), signature, secret[:64]})


@pytest.mark.parametrize("command", [("doctor",), ("org", "create", "acme"), ("migrate",)])
def test_a_command_that_finds_no_server_tells_no_password(command: tuple[str, ...], tmp_path: Path) -> None:
    env = {
        "VEKST_DATABASE_URL": f"postgresql://vekst:{PLANTED['database_url']}@127.0.0.1:1/vekst",
        "VEKST_REDIS_URL": f"redis://:{PLANTED['redis_url']}@127.0.0.1:1/0",
        "VEKST_LOG_LEVEL": "debug",
        **PUSHES,
    }
    ended = vekst(*command, "--data", tmp_path, env=env)
    assert ended.returncode != 0
    assert [word for word in PLANTED.values() if word in ended.stdout + ended.stderr] == []
