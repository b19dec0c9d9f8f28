from __future__ import annotations

from datetime import UTC, datetime, timedelta

from vekst.domain.actors import Actor, Role
from vekst.domain.events import (
    APP_SOURCE,
    QUEST_ACCEPTED,
    RESERVED_PREFIX,
    RESERVED_SOURCES,
    TIME_OFF,
    VEKST_SOURCE,
    VOIDED,
    ZONE_CHANGED,
    ProgressEvent,
    RecordedBy,
)
from vekst.domain.ids import uuid7

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ORG, LEARNER, TEAM = (uuid7(AT, bytes([number] * 10)) for number in (1, 2, 3))


def event(at: datetime, source: str, name: str) -> ProgressEvent:
    return ProgressEvent(1, source, name, "call.practised", at, {})


def test_m1_canonical_order_is_instant_then_source_then_id_by_code_point() -> None:
    later = AT + timedelta(microseconds=1)
    ordered = [
        event(AT, "Crm", "9"),
        event(AT, "crm", "10"),
        event(AT, "crm", "9"),
        event(AT, "crm", "Z"),
        event(AT, "crm", "a"),
        event(AT, "crm", "å"),
        event(AT, "web", "0"),
        event(later, "app", "0"),
    ]
    shuffled = [*ordered[4:], *ordered[:4]]
    assert sorted(shuffled, key=lambda one: one.position) == ordered
    assert ordered[0].position == (AT, "Crm", "9")


def test_an_event_is_recorded_by_the_learner_unless_it_is_said() -> None:
    assert event(AT, "crm", "1").recorded_by is RecordedBy.SELF


def test_what_changes_a_judgement_has_a_reserved_type() -> None:
    reserved = [QUEST_ACCEPTED, ZONE_CHANGED, TIME_OFF, VOIDED]
    assert len(set(reserved)) == 4
    assert all(type_.startswith(RESERVED_PREFIX) for type_ in reserved)
    assert {"app", "vekst"} == RESERVED_SOURCES == {APP_SOURCE, VEKST_SOURCE}


def test_an_events_source_is_the_app_for_a_person_and_its_name_for_an_integration() -> None:
    person = Actor(ORG, "Kari", frozenset({Role.LEARNER}), learner_id=LEARNER, person="kari")
    integration = Actor(ORG, "crm", frozenset({Role.INTEGRATION}))
    assert (person.source, integration.source) == ("app", "crm")


def test_an_actor_has_the_roles_that_were_given_and_no_others() -> None:
    manager = Actor(ORG, "Nora", frozenset({Role.LEARNER, Role.MANAGER}), manages=frozenset({TEAM}))
    assert manager.has(Role.MANAGER)
    assert not manager.has(Role.ADMIN)
