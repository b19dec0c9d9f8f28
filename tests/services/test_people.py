import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.organisations import Organisation, new_event
from vekst.domain.actors import Role
from vekst.domain.errors import InvalidInput
from vekst.factory import Factory
from vekst.services.people import PeopleChanged, PersonEntry

PRESENT = """
    SELECT p.person, t.key, m.manages FROM memberships m
      JOIN people p ON p.org_id = m.org_id AND p.learner_id = m.learner_id
      JOIN teams t ON t.org_id = m.org_id AND t.team_id = m.team_id
     WHERE m.left_at IS NULL ORDER BY 1, 2
"""


async def test_people_are_added_once_and_updated_afterwards_and_what_is_not_told_stays(
    organisation: Organisation,
) -> None:
    people = organisation.factory.people()
    kari = PersonEntry("kari", name="Kari", email="kari@example.com", zone="Europe/Oslo", joined=date(2026, 3, 2))
    assert await people.upsert(organisation.id, [kari, PersonEntry("per")]) == PeopleChanged(2, 0)
    assert await people.upsert(organisation.id, [PersonEntry("kari", locale="nb")]) == PeopleChanged(0, 1)
    rows = await organisation.rows(
        "SELECT person, name, email, zone, locale, role, active, joined_at FROM people ORDER BY 1"
    )
    assert rows[0] == (
        "kari",
        "Kari",
        "kari@example.com",
        "Europe/Oslo",
        "nb",
        "learner",
        True,
        datetime(2026, 3, 1, 23, tzinfo=UTC),
    )
    assert rows[1][:7] == ("per", "per", None, None, None, "learner", True)
    assert await organisation.rows("SELECT count(*) FROM standings") == [(2,)]


async def test_teams_follow_what_is_told_and_keep_their_history(organisation: Organisation) -> None:
    people = organisation.factory.people()
    await people.upsert(organisation.id, [PersonEntry("kari", team="north"), PersonEntry("kari", team="east")])
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    assert await organisation.rows(PRESENT) == [
        ("kari", "east", False),
        ("kari", "north", False),
        ("nora", "north", True),
    ]
    await people.upsert(organisation.id, [PersonEntry("kari", name="Kari"), PersonEntry("nora", team="south")])
    assert await organisation.rows(PRESENT) == [
        ("kari", "east", False),
        ("kari", "north", False),
        ("nora", "south", True),
    ]
    assert await organisation.rows("SELECT count(*) FROM memberships WHERE left_at IS NOT NULL") == [(1,)]


async def test_who_is_told_to_be_no_manager_any_more_manages_nothing(organisation: Organisation) -> None:
    """Also where the file tells no team; and the time until then stays what it was."""
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    people = organisation.factory.people()
    await people.upsert(organisation.id, [PersonEntry("nora", name="Nora")])
    assert await organisation.rows(PRESENT) == [("nora", "north", True)]
    await people.upsert(organisation.id, [PersonEntry("nora", role=Role.LEARNER)])
    assert await organisation.rows(PRESENT) == [("nora", "north", False)]
    assert not (await organisation.actor("nora")).manages
    await people.upsert(organisation.id, [PersonEntry("nora", role=Role.MANAGER)])
    assert await organisation.rows(PRESENT) == [("nora", "north", False)]
    await people.upsert(organisation.id, [PersonEntry("nora", role=Role.MANAGER, team="north")])
    [*past, now] = await organisation.rows("SELECT manages, joined_at, left_at FROM memberships ORDER BY joined_at")
    assert [manages for manages, *_ in (*past, now)] == [True, False, True]
    assert [left for *_, left in past] == [joined for _, joined, _ in (past[1], now)]
    assert now[2] is None


async def test_a_membership_never_ends_before_it_began(organisation: Organisation) -> None:
    """Whoever waited for another import goes on from where that one ended."""
    await organisation.hire("kari", team="north")
    people = organisation.factory.people()
    moves = [PersonEntry("kari", team=f"t{n}") for n in range(8)]
    await asyncio.gather(*(people.upsert(organisation.id, [move]) for move in moves))
    spans = await organisation.rows("SELECT joined_at, left_at FROM memberships ORDER BY joined_at, left_at")
    assert [left for _, left in spans] == [*(joined for joined, _ in spans[1:]), None]


async def test_a_zone_told_later_holds_from_then_on_and_is_an_event(organisation: Organisation) -> None:
    """S1: a change of zone holds from the instant at which the server receives it."""
    await organisation.publish()
    await organisation.hire("kari", zone="Europe/Oslo")
    before = datetime.now(UTC)
    await organisation.hire("kari", zone="Asia/Tokyo")
    await organisation.hire("kari", zone="Asia/Tokyo")
    [(source, type_, occurred_at, data)] = await organisation.rows(
        "SELECT source, type, occurred_at, data FROM progress_events"
    )
    assert (source, type_, data) == ("vekst", "vekst.zone-changed", {"zone": "Asia/Tokyo"})
    assert isinstance(occurred_at, datetime)
    assert occurred_at >= before - timedelta(seconds=1)
    assert await organisation.rows("SELECT zone, first_zone FROM people") == [("Asia/Tokyo", "Europe/Oslo")]
    await organisation.judge()
    assert await organisation.pending() == 0


async def test_the_first_zone_decides_on_which_date_an_event_falls(organisation: Organisation) -> None:
    """S1: an event's local date is seen in the zone that the learner had."""
    await organisation.publish()
    await organisation.hire("kari", zone="Pacific/Auckland")
    await organisation.hire("per")
    at = (datetime.now(UTC) - timedelta(days=2)).replace(hour=12, minute=30)
    for person in ("kari", "per"):
        await organisation.record(person, new_event("1", at=at))
    await organisation.judge()
    occurrences = await organisation.rows(
        "SELECT p.person, l.occurrence FROM ledger_entries l JOIN people p USING (org_id, learner_id)"
        " WHERE l.kind = 'EVENT' ORDER BY 1"
    )
    assert occurrences == [
        ("kari", f"{(at + timedelta(days=1)).date()}#1"),
        ("per", f"{at.date()}#1"),
    ]


async def test_two_imports_at_once_add_everyone_once(organisation: Organisation) -> None:
    entries = [PersonEntry(f"p{n}", team=f"t{n % 3}") for n in range(50)]
    people = organisation.factory.people()
    changes = await asyncio.gather(*(people.upsert(organisation.id, order) for order in (entries, entries[::-1])))
    assert sum(change.added for change in changes) == 50
    assert len(await organisation.rows(PRESENT)) == 50


async def test_two_imports_at_once_update_everyone_and_neither_undoes_the_other(organisation: Organisation) -> None:
    people = organisation.factory.people()
    names = [f"p{n}" for n in range(60)]
    await organisation.hire(*names)
    for _ in range(3):
        await asyncio.gather(
            people.upsert(organisation.id, [PersonEntry(name, name="Named", team="north") for name in names]),
            people.upsert(organisation.id, [PersonEntry(name, locale="nb", team="north") for name in names[::-1]]),
        )
    assert await organisation.rows("SELECT DISTINCT name, locale FROM people") == [("Named", "nb")]


async def test_add_leaves_those_alone_who_are_there(organisation: Organisation) -> None:
    await organisation.hire("kari")
    added = await organisation.factory.people().add(
        organisation.id, [PersonEntry("kari", name="X"), PersonEntry("per")]
    )
    assert added == 1
    assert await organisation.rows("SELECT name FROM people ORDER BY person") == [("Kari",), ("per",)]


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (PersonEntry(""), "NAME_NOT_VALID"),
        (PersonEntry("a\0b"), "NAME_NOT_VALID"),
        (PersonEntry("kari", name="\ud800"), "NAME_NOT_VALID"),
        (PersonEntry("kari", zone="Europe/Nowhere"), "ZONE_UNKNOWN"),
        (PersonEntry("kari", role=Role.INTEGRATION), "ROLE_NOT_VALID"),
        (PersonEntry("kari", team="x" * 300), "NAME_NOT_VALID"),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_half_done(
    organisation: Organisation, entry: PersonEntry, code: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await organisation.factory.people().upsert(organisation.id, [PersonEntry("fine"), entry])
    assert raised.value.code == code
    assert await organisation.rows("SELECT count(*) FROM people") == [(0,)]


async def test_an_actor_has_the_roles_and_teams_of_this_moment(organisation: Organisation, factory: Factory) -> None:
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    nora = await organisation.actor("nora")
    assert nora.roles == {Role.LEARNER, Role.MANAGER}
    assert len(nora.manages) == 1
    assert nora.source == "app"
    await organisation.hire("nora", role=Role.ADMIN, team="north")
    nora = await organisation.actor("nora")
    assert nora.roles == {Role.LEARNER, Role.ADMIN}
    assert not nora.manages
    await organisation.dismiss("nora")
    assert await factory.actor(organisation.key, person="nora") is None


async def test_unknown_actors_are_nobody(organisation: Organisation, factory: Factory) -> None:
    for key in (organisation.key, "no-such-organisation", "a\0b"):
        assert await factory.actor(key, person="nobody") is None
        assert await factory.actor(key, person="a\0b") is None
        assert await factory.actor(key, integration="crm") is None
    assert await factory.actor(organisation.key) is None
    crm = await organisation.integration("crm")
    assert (crm.source, crm.learner_id) == ("crm", None)
    assert crm.roles == {Role.INTEGRATION}


@pytest.mark.parametrize("name", ["app", "vekst", ""])
async def test_an_integration_cannot_take_a_reserved_name(organisation: Organisation, name: str) -> None:
    with pytest.raises(InvalidInput):
        await organisation.factory.people().add_integration(organisation.id, name)


async def test_a_key_names_one_organisation_for_ever(organisation: Organisation, factory: Factory) -> None:
    with pytest.raises(InvalidInput) as raised:
        await factory.organisations().create(organisation.key)
    assert raised.value.code == "ORGANISATION_KEY_TAKEN"
    for key in ("", "Demo", "-x", "a b", "x" * 64):
        with pytest.raises(InvalidInput):
            await factory.organisations().create(key)
    assert await factory.organisations().find(organisation.key) == organisation.id
    assert await factory.organisations().find("no-such-organisation") is None
