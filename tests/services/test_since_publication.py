"""V1 over versions: since when a rule judges that says `since: publication`, stored with each version."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.organisations import Organisation, days_ago, new_event
from tests.support.packs import CRAFT
from vekst.factory import Factory, Process

BADGE = """
badges:
  onward:
    title: Onward
    purpose: From now on
    since: publication
    earn: {{count: {{event: deal.closed, at_least: {0}}}}}
    points: {1}
"""


def since(at_least: int, points: int = 0) -> dict[str, str]:
    """The craft pack with a badge that judges since its publication."""
    return {**CRAFT, "onward.yaml": BADGE.format(at_least, points)}


@pytest.fixture
async def craft(organisation: Organisation) -> Organisation:
    await organisation.publish()
    await organisation.hire("kari")
    return organisation


async def began(craft: Organisation, version: int) -> datetime | None:
    pack = await craft.factory.pack(craft.id, version)
    assert pack is not None
    badge = pack.badge("onward")
    assert badge is not None
    return badge.since


async def published_at(craft: Organisation, version: int) -> object:
    [(at,)] = await craft.rows("SELECT published_at FROM pack_versions WHERE version = :version", version=version)
    return at


async def badges(craft: Organisation) -> list[tuple[object, ...]]:
    return await craft.rows("SELECT key, points FROM ledger_entries WHERE key = 'onward'")


async def test_v1_hard_case_13_a_rule_since_its_publication_judges_no_earlier_evidence(craft: Organisation) -> None:
    await craft.record("kari", new_event("1", "deal.closed"), new_event("2", "deal.closed"))
    await craft.publish(since(1))
    await craft.judge()
    assert await badges(craft) == []
    await craft.record("kari", new_event("3", "deal.closed", at=datetime.now(UTC)))
    await craft.judge()
    assert await badges(craft) == [("onward", 0)]


async def test_v1_the_instant_is_that_of_the_first_version_in_the_unbroken_chain(craft: Organisation) -> None:
    """Stored with each version: another process, or a restart, judges the same."""
    await craft.publish(since(2))
    await craft.publish({**since(2), "more.yaml": "skills: {grit: {title: Grit, levels: [5]}}"})
    await craft.publish(since(3))
    await craft.publish(CRAFT)
    await craft.publish(since(3))
    assert await began(craft, 2) == await began(craft, 3) == await published_at(craft, 2)
    assert await began(craft, 4) == await published_at(craft, 4)
    assert await began(craft, 6) == await published_at(craft, 6), "version 5 broke the chain"
    async with Process.running(craft.factory._process.settings) as other:
        elsewhere = Organisation(Factory(other), craft.id, craft.key)
        assert await began(elsewhere, 3) == await published_at(craft, 2)


async def test_v1_two_organisations_with_the_same_files_each_have_their_own_instant(
    craft: Organisation, factory: Factory
) -> None:
    other = Organisation(factory, await factory.organisations().create(f"{craft.key}-2"), f"{craft.key}-2")
    await other.publish()
    await craft.publish(since(1))
    await other.publish(since(1))
    assert await began(craft, 2) == await published_at(craft, 2)
    assert await began(other, 2) == await published_at(other, 2)
    assert await began(craft, 2) != await began(other, 2)


async def test_v1_a_badge_held_since_its_publication_stays_when_the_rule_begins_anew(craft: Organisation) -> None:
    await craft.publish(since(1))
    await craft.record("kari", new_event("1", "deal.closed", at=datetime.now(UTC)))
    await craft.judge()
    await craft.publish(since(1, points=10))
    await craft.judge()
    assert await badges(craft) == [("onward", 0)]
    assert (await craft.factory.replaying().verify(craft.id)).differences == ()


async def test_v1_a_change_gives_to_the_past_with_the_time_it_was_reached_and_tells_it_in_one_summary(
    craft: Organisation,
) -> None:
    first, second = days_ago(9), days_ago(8)
    await craft.record("kari", new_event("0", at=first), new_event("1", at=second))
    await craft.judge()
    await craft.factory.outbox().sweep()
    held = await craft.ledger()
    easier = CRAFT["rules.yaml"].replace("at_least: 3}}, points: 20}", "at_least: 2}}, points: 25}")
    await craft.publish({**CRAFT, "rules.yaml": easier.replace("{3: 10, 7: 30}", "{2: 10, 7: 30}")})
    await craft.judge()
    assert set(held) <= set(await craft.ledger()), "nothing held is taken away or changed"
    new = await craft.rows(
        "SELECT key, points, reached_at, recorded_at > reached_at + interval '7 days' FROM ledger_entries"
        " WHERE pack_version = 2 ORDER BY key"
    )
    assert new == [("brave-caller", 25, second, True), ("daily-practice", 10, second, True)]
    told = await craft.rows("SELECT topic, payload FROM outbox WHERE topic = 'summarised'")
    [(_, payload)] = told
    assert isinstance(payload, dict)
    assert (payload["recognitions"], payload["points"], payload["version"]) == (2, 35, 2)
    assert payload["to"] - payload["from"] == 1
