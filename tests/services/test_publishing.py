import asyncio

import pytest

from tests.support.organisations import Organisation
from tests.support.packs import CRAFT, CRAFT_CHANGED, changed
from tests.support.statements import Statements
from vekst.domain.errors import InvalidInput
from vekst.factory import Factory, Process
from vekst.services.publishing import Published


async def test_a_version_is_kept_word_for_word_and_the_same_files_make_no_other(organisation: Organisation) -> None:
    publishing = organisation.factory.publishing()
    assert await publishing.publish(organisation.id, CRAFT) == Published(1, changed=True)
    assert await publishing.publish(organisation.id, dict(reversed(CRAFT.items()))) == Published(1, changed=False)
    assert await publishing.publish(organisation.id, CRAFT_CHANGED) == Published(2, changed=True)
    assert await publishing.publish(organisation.id, CRAFT) == Published(3, changed=True)
    rows = await organisation.rows("SELECT version, key, files FROM pack_versions ORDER BY version")
    assert rows == [(1, "craft", CRAFT), (2, "craft", CRAFT_CHANGED), (3, "craft", CRAFT)]


async def test_publications_at_once_come_one_after_the_other(organisation: Organisation) -> None:
    publishing = organisation.factory.publishing()
    published = await asyncio.gather(
        *(
            publishing.publish(organisation.id, changed("pack.yaml", "title: Craft", f"title: Craft {n}"))
            for n in range(4)
        )
    )
    assert sorted(each.version for each in published) == [1, 2, 3, 4]


async def test_files_with_errors_are_refused_with_every_error(organisation: Organisation) -> None:
    wrong = changed("rules.yaml", "every: day", "every: fortnight")
    wrong["events.yaml"] = wrong["events.yaml"].replace("skill: discovery\n", "skill: nonsense\n", 1)
    with pytest.raises(InvalidInput) as raised:
        await organisation.factory.publishing().publish(organisation.id, wrong)
    assert raised.value.code == "PACK_NOT_VALID"
    told = raised.value.params["diagnostics"]
    assert isinstance(told, tuple)
    assert any(line.startswith("rules.yaml:") for line in told), told
    assert await organisation.rows("SELECT count(*) FROM pack_versions") == [(0,)]


async def test_a_field_cannot_change_its_type(organisation: Organisation) -> None:
    await organisation.publish()
    with pytest.raises(InvalidInput) as raised:
        await organisation.publish(changed("events.yaml", "customer: {type: text}", "customer: {type: flag}"))
    assert raised.value.code == "FIELD_TYPE_CHANGED"
    assert raised.value.params["event"] == "call.practised"


async def test_a_process_meets_a_version_published_by_another_at_once(
    organisation: Organisation, process: Process
) -> None:
    await organisation.publish()
    other = Factory(await Process.start(process.settings))
    try:
        first = await other.pack(organisation.id)
        await organisation.publish(CRAFT_CHANGED)
        second = await other.pack(organisation.id)
    finally:
        await other._process.close()
    assert first is not None
    assert second is not None
    assert (first.version, second.version) == (1, 2)


async def test_a_version_once_met_costs_no_statement(organisation: Organisation, statements: Statements) -> None:
    await organisation.publish()
    await organisation.publish(CRAFT_CHANGED)
    pack = await organisation.factory.pack(organisation.id, 1)
    with statements.recorded() as run:
        assert await organisation.factory.pack(organisation.id, 1) is pack
    assert run == []
    assert await organisation.factory.pack(organisation.id, 3) is None
