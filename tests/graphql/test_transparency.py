"""Openness: every table is accounted for, and everyone can read what is kept about them, in their language."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.graphql.client import Client
from tests.graphql.operations import operation
from tests.support.organisations import Organisation
from vekst.domain.personal_data import BESIDE_TABLES, TABLES
from vekst.domain.texts import LOCALES
from vekst.domain.transparency import DATA_KINDS
from vekst.storage.tables import metadata

SignIn = Callable[..., Client]


def test_every_table_belongs_to_one_kind_of_data() -> None:
    assert set(TABLES) == set(metadata.tables), "place the new table in domain/personal_data.py"
    told = {rule.kind for rule in TABLES.values()} | set(BESIDE_TABLES.values())
    assert told == {kind.key for kind in DATA_KINDS}


def test_every_kind_is_told_in_every_language() -> None:
    assert len({kind.key for kind in DATA_KINDS}) == len(DATA_KINDS)
    for kind in DATA_KINDS:
        for words in (kind.title, kind.purpose, kind.seen_by, kind.kept_for):
            told = [words.to(locale, days=730) for locale in LOCALES]
            assert len(set(told)) == len(LOCALES), told
            assert all(each.strip() and "{" not in each for each in told)


@pytest.mark.parametrize(
    ("language", "events", "places"),
    [
        ("en", "At least 3650 days", "those of past weeks and months 3650 days"),
        ("nb", "I minst 3650 dager", "plasser fra tidligere uker og måneder i 3650 dager"),
    ],
)
async def test_a_learner_reads_what_the_pack_promises(
    organisation: Organisation, sign_in: SignIn, language: str, events: str, places: str
) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    told = (await sign_in("kari", language=language).ask(operation("transparency")))["transparency"]
    assert (told["purpose"], told["retentionDays"]) == ("Grow better conversations", 3650)
    by_key = {kind["key"]: kind for kind in told["data"]}
    assert set(by_key) >= {rule.kind for rule in TABLES.values()} | set(BESIDE_TABLES.values())
    assert by_key["EVENTS"]["keptFor"].startswith(events)
    assert places in by_key["LEADERBOARDS"]["keptFor"]
    for kind in told["data"]:
        assert all(kind[part].strip() for part in ("title", "purpose", "seenBy", "keptFor")), kind


async def test_before_the_first_quest_files_there_is_no_promise_yet(
    organisation: Organisation, sign_in: SignIn
) -> None:
    await organisation.hire("kari")
    told = (await sign_in("kari").ask(operation("transparency")))["transparency"]
    assert (told["purpose"], told["retentionDays"]) == (None, None)
    assert len(told["data"]) == len(DATA_KINDS)
