"""Replays: whatever is stored follows from the events, and whatever does not is named to the entry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from tests.support.organisations import Organisation, new_event
from tests.support.packs import CRAFT, CRAFT_CHANGED, changed
from tests.support.tables import every_row
from vekst.domain.recognitions import Identity, Nature, Recognition, RecognitionKind
from vekst.engine.standing import Standing, decode, encode, keep
from vekst.services.replaying import Verification
from vekst.services.verification import Difference, Fault
from vekst.services.voiding import EventName
from vekst.settings import Settings
from vekst.storage.urls import async_url

_REVERSED = "SELECT key FROM ledger_entries WHERE kind = 'REVERSAL'"
START = datetime.now(UTC).replace(hour=9, minute=0) - timedelta(days=20)
Change = Callable[..., Awaitable[None]]


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    """Kari has practised four times and is on a board, Ola twice, and Nora never."""
    await organisation.publish()
    await organisation.hire("kari", "ola", "nora", team="north")
    for person, times in (("kari", 4), ("ola", 2)):
        await organisation.record(person, *(new_event(f"{n}", at=START + timedelta(days=n)) for n in range(times)))
    await organisation.judge()
    await organisation.factory.boards().join(await organisation.actor("kari"), "effort-ever")
    return organisation


@pytest.fixture
def as_owner(settings: Settings, craft: Organisation) -> Change:
    """Changes what no service would; `:org` is the organisation, `:kari` and `:ola` are learners."""

    async def change(sql: str, **parameters: object) -> None:
        engine = create_async_engine(async_url(settings.database_url.get_secret_value()), poolclass=NullPool)
        people = await craft.rows("SELECT person, learner_id FROM people")
        bound = {"org": craft.id, **{str(person): learner_id for person, learner_id in people}, **parameters}
        try:
            async with engine.begin() as connection:
                await connection.execute(text(sql), {name: value for name, value in bound.items() if f":{name}" in sql})
        finally:
            await engine.dispose()

    return change


async def verified(craft: Organisation) -> Verification:
    return await craft.factory.replaying().verify(craft.id)


async def found(craft: Organisation) -> list[tuple[str, ...]]:
    """Fault, person, kind, key, tier and occurrence of each difference."""
    return [_name(each) for each in (await verified(craft)).differences]


def _name(each: Difference) -> tuple[str, ...]:
    return (each.fault.value, each.person, each.kind, each.key, each.tier, each.occurrence)


async def edit(craft: Organisation, as_owner: Change, change: Callable[[Standing], None]) -> None:
    """Change Kari's standing behind everyone's back."""
    [(state,)] = await craft.rows(
        "SELECT state FROM standings JOIN people USING (org_id, learner_id) WHERE person = 'kari'"
    )
    assert isinstance(state, bytes)
    pack = await craft.factory.pack(craft.id)
    assert pack is not None
    standing = decode(pack, state)
    change(standing)
    await as_owner("UPDATE standings SET state = :state WHERE learner_id = :kari", state=encode(standing))


async def test_what_was_judged_verifies_and_verifying_writes_nothing(craft: Organisation, settings: Settings) -> None:
    before = await every_row(settings)
    assert await verified(craft) == Verification(learners=3, behind=0, differences=())
    assert await every_row(settings) == before


async def test_events_that_wait_are_no_difference(craft: Organisation) -> None:
    await craft.record("ola", new_event("late", at=START + timedelta(days=9)))
    assert await found(craft) == []


async def test_a_missing_entry_is_named(craft: Organisation, as_owner: Change) -> None:
    await as_owner("DELETE FROM ledger_entries WHERE org_id = :org AND kind = 'BADGE'")
    told = await found(craft)
    assert ("MISSING", "kari", "BADGE", "brave-caller", "bronze", "once") in told
    assert {each[0] for each in told} == {"MISSING", "NUMBERING"}


async def test_an_entry_that_nothing_earned_is_named(craft: Organisation, as_owner: Change) -> None:
    await as_owner("UPDATE ledger_entries SET tier = 'silver' WHERE org_id = :org AND kind = 'BADGE'")
    assert await found(craft) == [
        ("MISSING", "kari", "BADGE", "brave-caller", "bronze", "once"),
        ("EXTRA", "kari", "BADGE", "brave-caller", "silver", "once"),
    ]


async def test_an_entry_of_somebody_without_events_is_named(craft: Organisation, as_owner: Change) -> None:
    await as_owner(
        """
        INSERT INTO ledger_entries
        SELECT org_id, :nora, 1, entry_id, kind, key, tier, occurrence, life, points, nature, skill, reached_at,
               recorded_at, pack_version, evidence, reverses_seq, reason
          FROM ledger_entries WHERE org_id = :org AND kind = 'BADGE'
        """
    )
    told = await found(craft)
    assert ("EXTRA", "nora", "BADGE", "brave-caller", "bronze", "once") in told


async def test_other_points_are_named_with_both(craft: Organisation, as_owner: Change) -> None:
    await as_owner("UPDATE ledger_entries SET points = 21 WHERE org_id = :org AND kind = 'BADGE'")
    [each] = (await verified(craft)).differences
    assert _name(each) == ("OTHER_POINTS", "kari", "BADGE", "brave-caller", "bronze", "once")
    assert each.expected == "20 points, effort"
    assert each.found.startswith("21 points, effort, entry ")


async def test_a_standing_that_says_otherwise_is_named_with_the_part(craft: Organisation, as_owner: Change) -> None:
    def longer(standing: Standing) -> None:
        standing.effort += 1
        standing.streaks[0].longest = 9

    await edit(craft, as_owner, longer)
    told = await verified(craft)
    parts = {each.key: (each.expected, each.found) for each in told.differences if each.fault is Fault.STANDING}
    assert parts.keys() == {"effort", "streaks"}
    assert parts["effort"] == ("50", "51")
    assert parts["streaks"][1].startswith("[0] ")


async def test_a_standing_that_cannot_be_read_is_named(craft: Organisation, as_owner: Change) -> None:
    await as_owner("UPDATE standings SET state = '\\xff' WHERE learner_id = :kari")
    assert await found(craft) == [("UNREADABLE", "kari", "standing", "", "", "")]


async def test_a_standing_of_another_version_than_its_row_is_named(craft: Organisation, as_owner: Change) -> None:
    await craft.publish(CRAFT_CHANGED)
    await as_owner("UPDATE standings SET pack_version = 2 WHERE learner_id = :kari")
    assert ("STANDING", "kari", "standing", "row", "", "") in await found(craft)


async def test_a_wrong_place_and_a_wrong_histogram_are_named(craft: Organisation, as_owner: Change) -> None:
    await as_owner("UPDATE board_members SET value = 60 WHERE org_id = :org AND board = 'effort-ever'")
    told = await verified(craft)
    assert [_name(each)[:4] for each in told.differences if each.fault is Fault.PLACE] == [
        ("PLACE", "kari", "board", "effort-ever")
    ]
    counts = [(each.key, each.occurrence, each.expected, each.found) for each in told.differences if not each.person]
    assert counts == [("effort-ever", "50", "0", "1"), ("effort-ever", "60", "1", "0")]


async def test_a_gap_in_the_numbering_is_named(craft: Organisation, as_owner: Change) -> None:
    await as_owner("UPDATE standings SET ledger_seq = ledger_seq + 1 WHERE learner_id = :ola")
    assert await found(craft) == [("NUMBERING", "ola", "standing", "ledger_seq", "", "")]


async def test_m3_a_reversal_must_name_its_void(craft: Organisation, as_owner: Change) -> None:
    await craft.factory.voiding().void(
        await craft.actor("kari"), client_id="v", event=EventName("3"), reason="by mistake"
    )
    await craft.judge()
    assert await found(craft) == []
    await as_owner("UPDATE ledger_entries SET evidence = '{}' WHERE org_id = :org AND kind = 'REVERSAL'")
    assert {each[0] for each in await found(craft)} == {"REVERSAL"}


async def test_v1_what_is_kept_is_justified_by_the_version_it_was_given_under(
    craft: Organisation, as_owner: Change
) -> None:
    await craft.publish(changed("rules.yaml", "at_least: 3}}, points: 20}", "at_least: 5}}, points: 30}"))
    await craft.judge()
    assert await found(craft) == []
    await as_owner("UPDATE ledger_entries SET pack_version = 2 WHERE org_id = :org AND kind = 'BADGE'")
    assert await found(craft) == [("UNJUSTIFIED", "kari", "BADGE", "brave-caller", "bronze", "once")]


async def test_v1_what_followed_from_something_kept_is_justified_too(craft: Organisation) -> None:
    """Version 2 gives the second badge because of the first, which only version 1 gives; version 3 gives neither."""
    harder = changed("rules.yaml", "at_least: 3}}, points: 20}", "at_least: 9}}, points: 20}")
    proud = "badges: {proud: {title: P, purpose: p, earn: {badge: {key: brave-caller}}, points: 7}}"
    await craft.publish({**harder, "more.yaml": proud})
    await craft.judge()
    await craft.publish(harder)
    await craft.judge()
    assert ("kari", "BADGE", "proud") in [line[:3] for line in await craft.ledger()]
    assert await found(craft) == []
    await craft.record("kari", *(new_event(f"m{n}", at=START + timedelta(days=9, hours=n)) for n in range(6)))
    await craft.judge()
    assert await found(craft) == [], "held since version 1, and now earned under the present rules as well"


async def test_v1_what_outlived_a_void_under_easier_rules_is_kept_by_harder_ones_and_justified(
    craft: Organisation,
) -> None:
    """Of four calls two are voided: version 2 asks for two, which are left; versions 1 and 3 ask for more."""
    await craft.publish(changed("rules.yaml", "at_least: 3}}, points: 20}", "at_least: 2}}, points: 20}"))
    for event in ("1", "3"):
        name = EventName(event)
        await craft.factory.voiding().void(await craft.actor("kari"), client_id=event, event=name, reason="by mistake")
    await craft.judge()
    await craft.publish(changed("rules.yaml", "at_least: 3}}, points: 20}", "at_least: 9}}, points: 20}"))
    await craft.judge()
    assert "brave-caller" not in [key for (key,) in await craft.rows(_REVERSED)]
    assert await found(craft) == []


async def test_m3_what_improvement_gave_before_a_late_event_came_is_justified(organisation: Organisation) -> None:
    earn = "{personal_best: {event: call.practised, field: score, after: 2}}"
    best = f"badges: {{best: {{title: B, purpose: p, points: 9, earn: {earn}}}}}"
    await organisation.publish({**CRAFT, "more.yaml": best})
    await organisation.hire("kari")
    scores = [3, 4, 5]
    await organisation.record(
        "kari", *(new_event(f"{n}", at=START + timedelta(days=n), score=score) for n, score in enumerate(scores))
    )
    await organisation.judge()
    await organisation.record("kari", new_event("late", at=START - timedelta(days=1), score=9))
    await organisation.judge()
    assert ("kari", "BADGE", "best") in [line[:3] for line in await organisation.ledger()]
    assert await found(organisation) == []


async def test_c3_what_a_challenge_gave_is_settled_and_no_difference(craft: Organisation, as_owner: Change) -> None:
    """Kept by the standing from the middle of the story on, and from its beginning once it is judged again."""
    at = START + timedelta(days=5)
    won = Recognition(Identity(RecognitionKind.CHALLENGE, "sprint", "", "1"), 30, Nature.EFFORT, None, at, ())
    pack = await craft.factory.pack(craft.id)
    assert pack is not None

    def settle(standing: Standing) -> None:
        keep(pack, standing, won)

    await craft.factory.boards().leave(await craft.actor("kari"), "effort-ever")
    await edit(craft, as_owner, settle)
    await as_owner(
        """
        INSERT INTO ledger_entries
        SELECT s.org_id, s.learner_id, s.ledger_seq + 1, gen_random_uuid(), 'CHALLENGE', 'sprint', '', '1', 1, 30,
               'effort', NULL, :at, :at, 1, '{}', NULL, NULL
          FROM standings s WHERE s.org_id = :org AND s.learner_id = :kari
        """,
        at=at,
    )
    await as_owner("UPDATE standings SET ledger_seq = ledger_seq + 1 WHERE learner_id = :kari")
    assert await found(craft) == []
    await craft.record("kari", new_event("late", at=START - timedelta(days=1)))
    await craft.judge()
    await craft.publish(CRAFT_CHANGED)
    await craft.judge()
    assert await found(craft) == []


async def test_who_is_not_judged_by_this_engine_yet_is_left_out_and_counted(craft: Organisation) -> None:
    await craft.factory.replaying().mark(craft.id)
    assert await verified(craft) == Verification(learners=0, behind=3, differences=())


async def test_a_replay_judges_everyone_again_and_heals_standings(craft: Organisation, as_owner: Change) -> None:
    """What is held stays, no entry is added, and it can be interrupted: who is marked is judged by any worker."""

    def poorer(standing: Standing) -> None:
        standing.effort = 0

    ledger = await craft.ledger()
    await edit(craft, as_owner, poorer)
    replaying = craft.factory.replaying()
    assert await replaying.mark(craft.id) == 3
    began = await replaying.progress(craft.id)
    assert (began.learners, began.judged, began.over) == (3, 0, False)
    told: list[tuple[int, int]] = []
    ended = await replaying.finish(craft.id, lambda done, of: told.append((done, of)))
    assert (ended.judged, ended.over) == (3, True)
    assert (told[0], told[-1]) == ((0, 3), (3, 3))
    assert await craft.ledger() == ledger
    assert await found(craft) == []


async def test_a_replay_gives_what_is_missing_and_tells_it_in_one_summary(
    craft: Organisation, as_owner: Change
) -> None:
    await as_owner("DELETE FROM ledger_entries WHERE org_id = :org AND learner_id = :kari")
    await as_owner("UPDATE standings SET ledger_seq = 0 WHERE learner_id = :kari")
    await craft.factory.replaying().mark(craft.id)
    await craft.factory.replaying().finish(craft.id, lambda *_: None)
    assert await found(craft) == []
    [(payload,)] = await craft.rows("SELECT payload FROM outbox WHERE topic = 'summarised'")
    assert isinstance(payload, dict)
    assert payload["points"] == 50


async def test_progress_under_a_new_version_begins_at_none_and_ends_with_all(craft: Organisation) -> None:
    await craft.publish(CRAFT_CHANGED)
    replaying = craft.factory.replaying()
    assert (await replaying.progress(craft.id)).judged == 0
    ended = await replaying.finish(craft.id, lambda *_: None)
    assert (ended.learners, ended.judged, ended.set_aside, ended.over) == (3, 3, 0, True)


async def test_who_is_set_aside_does_not_hold_up_the_others(craft: Organisation, as_owner: Change) -> None:
    await craft.publish(CRAFT_CHANGED)
    await as_owner("UPDATE standings SET failures = 3, retry_at = now() + interval '1 hour' WHERE learner_id = :ola")
    ended = await craft.factory.replaying().finish(craft.id, lambda *_: None)
    assert (ended.learners, ended.judged, ended.set_aside, ended.over) == (3, 2, 1, True)
