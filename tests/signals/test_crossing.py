"""From a request over the queue into the ledger: one id in the logs and one trace, through the real API and worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from tests.support.organisations import Organisation, new_event
from tests.support.waiting import until
from vekst.api import create_app
from vekst.factory import Process, signals_of
from vekst.settings import Settings
from vekst.signals import Signals
from vekst.signals.causes import resumed, within_request
from vekst.signals.exporter import kept_by
from vekst.tokens import DevelopmentIssuer
from vekst.worker.main import work

RECORD = """mutation Record($id: String!) { recordProgress(input: {events: [
  {id: $id, type: "call.practised", occurredAt: "2026-03-02T09:00:00+01:00", data: {minutes: 10}}]}) {
  ... on RecordProgress { receipts { status problem { code } } } } }"""
CHAIN = ["judge a batch", "judge", "mutation Record", "POST /graphql"]
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def lines() -> Iterator[Sequence[Mapping[str, Any]]]:
    """What is logged, with what the context adds."""
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as captured:
        yield captured


def _signals(spans: InMemorySpanExporter, share: float = 1.0) -> Signals:
    return Signals(tracing=kept_by(SimpleSpanProcessor(spans), share=share, service="vekst", version="0"))


@asynccontextmanager
async def _api(settings: Settings, signals: Signals, token: str) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, signals=signals)
    transport = httpx.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://t", headers=headers) as client,
    ):
        yield client


@asynccontextmanager
async def _worker(settings: Settings, signals: Signals) -> AsyncIterator[None]:
    """The worker as `vekst worker` runs it, in this process."""
    stop = asyncio.Event()
    async with Process.running(settings, signals=signals) as process:
        # The hints from setting up keep their ids taken for a while.
        await process.client.flushdb()
        working = asyncio.create_task(work(process, stop))
        try:
            yield
        finally:
            stop.set()
            await working


async def _record_and_judge(
    organisation: Organisation,
    settings: Settings,
    api: Signals,
    worker: Signals,
    *,
    woken: Callable[[], object] = lambda: True,
    **headers: str,
) -> httpx.Response:
    """One event after the other, until one was judged by the job that it woke: a sweep may be faster by chance."""
    await organisation.publish()
    await organisation.hire("kari")
    token = DevelopmentIssuer.open(settings.data_dir).token(organisation.key, person="kari")

    async def judged() -> bool:
        return await organisation.pending() == 0

    async with _worker(settings, worker), _api(settings, api, token) as client:
        for number in range(20):
            body = {"query": RECORD, "variables": {"id": str(number)}}
            answer = await client.post("/graphql", json=body, headers=headers)
            assert answer.json()["data"]["recordProgress"]["receipts"][0]["status"] == "STORED", answer.text
            await until(judged)
            if woken():
                return answer
    raise AssertionError("no event was judged by the job that it woke")


async def test_the_id_of_a_request_is_found_from_the_answer_to_the_ledger(
    organisation: Organisation, settings: Settings, lines: Sequence[Mapping[str, Any]]
) -> None:
    given = {"X-Request-Id": "phone-7"}

    def judged() -> list[Mapping[str, Any]]:
        mine = [line for line in lines if line.get("org_id") == str(organisation.id)]
        return [line for line in mine if line["event"] == "judged" and line.get("request_id") == "phone-7"]

    answer = await _record_and_judge(organisation, settings, Signals(), Signals(), woken=judged, **given)
    assert answer.headers["X-Request-Id"] == "phone-7"
    recorded = [line for line in lines if line["event"] == "recorded"][-1]
    assert (recorded["request_id"], recorded["org_id"]) == ("phone-7", str(organisation.id))
    assert recorded["stored"] == 1
    await _leads_to_the_ledger(organisation, judged()[-1])


async def _leads_to_the_ledger(organisation: Organisation, judged: Mapping[str, Any]) -> None:
    assert judged["job_id"].startswith(f"judge:{organisation.id}:")
    entries = await organisation.rows(
        "SELECT entry_id FROM ledger_entries WHERE entry_id BETWEEN :first AND :last",
        first=judged["first_entry"],
        last=judged["last_entry"],
    )
    assert judged["recognitions"] == len(entries) > 0


async def test_a_trace_crosses_the_queue(
    organisation: Organisation, settings: Settings, spans: InMemorySpanExporter
) -> None:
    api, worker = _signals(spans), _signals(spans)

    def chain() -> list[ReadableSpan]:
        """From a batch that judged something back to the request that woke it; empty where a sweep was faster."""
        finished = {_id(span): span for span in spans.get_finished_spans()}
        for batch in finished.values():
            if batch.name == "judge a batch" and (batch.attributes or {}).get("vekst.events"):
                found = [batch]
                while (parent := finished.get(_parent(found[-1]) or 0)) is not None:
                    found.append(parent)
                if len(found) == len(CHAIN):
                    return found
        return []

    await _record_and_judge(organisation, settings, api, worker, woken=chain, traceparent=PARENT)
    found = chain()
    batch, served = found[0], found[-1]
    # The hint is given while the operation runs, and the job goes on from there.
    assert [span.name for span in found] == CHAIN
    assert _parent(served) == int(PARENT.split("-")[2], 16)
    trace = int(PARENT.split("-")[1], 16)
    assert {span.context.trace_id for span in found if span.context} == {trace}
    assert (batch.attributes or {})["vekst.events"] == 1
    statements = [span for span in spans.get_finished_spans() if _parent(span) == _id(batch)]
    assert any("INSERT INTO ledger_entries" in str((span.attributes or {})["db.query.text"]) for span in statements)


async def test_no_value_and_no_person_is_in_a_trace(
    organisation: Organisation, settings: Settings, spans: InMemorySpanExporter
) -> None:
    await _record_and_judge(organisation, settings, _signals(spans), _signals(spans))
    told = " ".join(span.to_json() for span in spans.get_finished_spans())
    assert spans.get_finished_spans()
    for secret in ("kari", "Kari", "Bearer", "eyJ", "minutes"):
        assert secret not in told, secret


async def test_who_calls_does_not_decide_how_many_traces_are_kept(
    organisation: Organisation, settings: Settings, spans: InMemorySpanExporter
) -> None:
    none_kept = _signals(spans, share=0.0)
    await _record_and_judge(organisation, settings, none_kept, Signals(), traceparent=PARENT)
    assert spans.get_finished_spans() == ()


def test_without_the_setting_no_traces_are_made(settings: Settings) -> None:
    assert not signals_of(settings, "vekst-api").tracing.on


def test_with_it_they_are(settings: Settings) -> None:
    signals = signals_of(settings.model_copy(update={"traces_endpoint": "http://127.0.0.1:9"}), "vekst-api")
    assert signals.tracing.on
    signals.tracing.close()


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "æ", "-x", '"}{"', "a\nb"])
async def test_an_id_that_may_not_stand_in_a_log_is_replaced(settings: Settings, given: str) -> None:
    async with _api(settings, Signals(), "none") as client:
        headers = [(b"X-Request-Id", given.encode())]
        named = (await client.get("/healthz", headers=headers)).headers["X-Request-Id"]
    assert named != given
    assert len(named) == 16


def test_what_lies_in_valkey_is_not_believed() -> None:
    for cause in ({"request_id": "a\nb"}, {"request_id": 7}, {"other": "x"}):
        with resumed(cause):
            assert structlog.contextvars.get_contextvars() == {}
    with within_request("one"), resumed({"request_id": "two"}):
        assert structlog.contextvars.get_contextvars() == {"request_id": "two"}


async def test_valkeys_absence_is_counted(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:1/0")})
    async with Process.running(nowhere) as process:
        async with process.valkey.trying("wake") as client:
            assert client is not None
            await client.ping()
        count = process.signals.metrics.registry.get_sample_value("vekst_valkey_unreachable_total", {"purpose": "wake"})
        assert count == 1


async def test_judging_counts_what_it_does(organisation: Organisation, process: Process) -> None:
    await organisation.publish()
    await organisation.hire("kari")

    await organisation.record("kari", new_event("1"), new_event("2"))
    await organisation.judge()

    def sample(name: str, **labels: str) -> float | None:
        return process.signals.metrics.registry.get_sample_value(name, labels)

    assert sample("vekst_judged_events_total") == 2
    assert sample("vekst_recognitions_total") == len(await organisation.ledger())
    assert sample("vekst_judging_lag_seconds_count") == 1
    assert sample("vekst_judging_fold_events_sum") == 2
    assert sample("vekst_database_connections", state="in use") == 0
    assert sample("vekst_database_connections_at_most") == process.settings.database_pool


def _id(span: ReadableSpan) -> int:
    assert span.context is not None
    number: int = span.context.span_id
    return number


def _parent(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None
