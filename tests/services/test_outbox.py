from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import text

from tests.support.organisations import Organisation, new_event
from vekst.factory import Factory, Process
from vekst.jobs.live import channel
from vekst.settings import Settings
from vekst.storage import judged_store, outbox_store
from vekst.storage.judged_store import JudgedRows


async def test_a_recognition_wakes_the_learners_stream_and_leaves_no_message(
    organisation: Organisation, process: Process
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    kari = await organisation.actor("kari")
    assert kari.learner_id is not None
    async with process.client.pubsub() as stream:
        await stream.subscribe(channel(organisation.id))
        assert await stream.get_message(timeout=5)
        await organisation.record("kari", new_event("1"))
        await organisation.judge()
        message = await stream.get_message(timeout=5)
    assert message is not None
    assert (message["type"], message["data"].decode()) == ("message", str(kari.learner_id))
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


async def test_batches_that_forget_the_same_messages_do_not_wait_for_each_other(
    organisation: Organisation, process: Process
) -> None:
    """They could wait for each other in a circle."""
    await organisation.publish()
    await organisation.hire("kari", "ola")
    for person in ("kari", "ola"):
        await organisation.record(person, new_event("1"))
        await organisation.judge()
    messages = [row[0] for row in await organisation.rows("SELECT outbox_id FROM outbox")]
    ids = [each for each in messages if isinstance(each, UUID)]
    assert ids
    async with process.database.writing(organisation.id) as first:
        await outbox_store.delete(first, organisation.id, ids)
        async with process.database.writing(organisation.id) as second:
            await second.execute(text("SET LOCAL lock_timeout = '1ms'"))
            await outbox_store.delete(second, organisation.id, ids)
            await judged_store.write(second, organisation.id, JudgedRows(1, [], [], ids), datetime.now(UTC))
    assert await organisation.rows("SELECT count(*) FROM outbox") == [(0,)]
