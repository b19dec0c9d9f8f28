from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from tests.support.organisations import Organisation, new_event
from vekst.factory import Factory, Process
from vekst.jobs.live import channel
from vekst.settings import Settings


async def test_a_recognition_wakes_the_learners_stream_and_leaves_no_message(
    organisation: Organisation, process: Process
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    kari = await organisation.actor("kari")
    assert kari.learner_id is not None
    async with process.client.pubsub() as stream:
        await stream.subscribe(channel(organisation.id, kari.learner_id))
        assert await stream.get_message(timeout=5)
        await organisation.record("kari", new_event("1"))
        await organisation.judge()
        message = await stream.get_message(timeout=5)
    assert message is not None
    assert message["type"] == "message"
    # What was told goes with the next judging that has something to tell, or with the sweep.
    assert await organisation.rows("SELECT count(*) FROM outbox") == [(1,)]
    await organisation.record("kari", new_event("2"))
    await organisation.judge()
    assert await organisation.rows("SELECT count(*) FROM outbox") == [(1,)]
    await organisation.factory.outbox().sweep()
    assert await organisation.rows("SELECT count(*) FROM outbox") == [(0,)]


async def test_what_valkey_did_not_take_is_told_by_the_sweep(organisation: Organisation, settings: Settings) -> None:
    """Told at least once: a message goes only after it was taken."""
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.record("kari", new_event("1"))
    away = settings.model_copy(update={"redis_url": SecretStr("unix:///nowhere/valkey.sock")})
    async with Process.running(away) as lonely:
        await Organisation(Factory(lonely), organisation.id, organisation.key).judge()
    assert await organisation.rows("SELECT count(*) FROM outbox") == [(1,)]
    await organisation.factory.outbox().sweep()
    assert await organisation.rows("SELECT count(*) FROM outbox") == [(1,)]
    async with Process.running(settings, clock=lambda: datetime.now(UTC) + timedelta(minutes=1)) as later:
        assert await Factory(later).outbox().sweep() >= 1
    assert await organisation.rows("SELECT count(*) FROM outbox") == [(0,)]
