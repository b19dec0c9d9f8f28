"""Reads all that concerns a person, and takes it away: generated from the register of personal data, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.events import VOIDED
from vekst.domain.personal_data import TABLES, OnErasure, TableRule
from vekst.storage import boards_store
from vekst.storage.tables import metadata

__all__ = ["PERSONAL_TABLES", "columns_shown", "erase", "find_erased", "forget", "rows_of"]

PERSONAL_TABLES: Final = tuple(name for name, rule in TABLES.items() if rule.people)
"""The tables that name people, in the order in which an export shows them."""

# Ids say nothing to a reader: in their place stands what they name.
_PERSON: Final = "(SELECT p.person FROM people p WHERE p.org_id = x.org_id AND p.learner_id = x.{})"
_NAMED: Final = {
    "learner_id": f"{_PERSON.format('learner_id')} AS learner",
    "giver_id": f"{_PERSON.format('giver_id')} AS giver",
    "actor_id": f"{_PERSON.format('actor_id')} AS actor",
    "subject_id": f"{_PERSON.format('subject_id')} AS subject",
    "team_id": "(SELECT t.key FROM teams t WHERE t.org_id = x.org_id AND t.team_id = x.team_id) AS team",
    "challenge_id": """(SELECT coalesce(c.title, c.template) FROM challenges c
                         WHERE c.org_id = x.org_id AND c.challenge_id = x.challenge_id) AS challenge""",
}
# In a row that stays there is nobody in the person's place.
_CLEARED: Final = {
    (name, column): text(f"UPDATE {name} SET {column} = NULL WHERE org_id = :org_id AND {column} = :learner_id")
    for name, rule in TABLES.items()
    for column, does in rule.people.items()
    if does is OnErasure.CLEAR
}
_KNOWING: Final = text(
    f"""
    SELECT DISTINCT CAST(data ->> 'colleague' AS uuid) FROM progress_events
     WHERE org_id = :org_id AND learner_id = :learner_id AND type LIKE 'vekst.%' AND data ->> 'colleague' IS NOT NULL
     UNION SELECT giver_id FROM feedback WHERE org_id = :org_id AND learner_id = :learner_id
     UNION SELECT learner_id FROM feedback WHERE org_id = :org_id AND giver_id = :learner_id
     UNION SELECT learner_id FROM progress_events
            WHERE org_id = :org_id AND type = '{VOIDED}' AND (id LIKE :voids OR data ->> 'id' LIKE :voids)
    """
)
_ALIASES: Final = "unnest(CAST(:learners AS uuid[]), CAST(:aliases AS text[])) AS n (learner_id, alias)"
_FORGET_COLLEAGUE: Final = text(
    f"""
    UPDATE progress_events e SET data = jsonb_set(e.data, '{{colleague}}', to_jsonb(n.alias)) FROM {_ALIASES}
     WHERE e.org_id = :org_id AND e.learner_id = n.learner_id AND e.data ->> 'colleague' = :name
    """
)
_FORGET_VOIDER: Final = text(
    f"""
    UPDATE progress_events e
       SET id = replace(e.id, :name, n.alias),
           data = jsonb_set(e.data, '{{id}}', to_jsonb(replace(e.data ->> 'id', :name, n.alias))) FROM {_ALIASES}
     WHERE e.org_id = :org_id AND e.learner_id = n.learner_id AND e.type = '{VOIDED}'
       AND (e.id LIKE :voids OR e.data ->> 'id' LIKE :voids)
    """
)
_NAMING: Final = text(
    """
    SELECT learner_id, state FROM standings
     WHERE org_id = :org_id AND learner_id = ANY(:learners) AND position(CAST(:bytes AS bytea) IN state) > 0
    """
)
_REWRITE: Final = text(
    """
    UPDATE standings s SET state = n.state, last_id = replace(s.last_id, :name, n.alias)
      FROM unnest(CAST(:learners AS uuid[]), CAST(:states AS bytea[]), CAST(:aliases AS text[]))
           AS n (learner_id, state, alias)
     WHERE s.org_id = :org_id AND s.learner_id = n.learner_id
    """
)
_NAMING_CHECKPOINTS: Final = text(
    """
    SELECT learner_id, state FROM checkpoints
     WHERE org_id = :org_id AND learner_id = ANY(:learners) AND position(CAST(:bytes AS bytea) IN state) > 0
    """
)
_REWRITE_CHECKPOINTS: Final = text(
    """
    UPDATE checkpoints c SET state = n.state
      FROM unnest(CAST(:learners AS uuid[]), CAST(:states AS bytea[])) AS n (learner_id, state)
     WHERE c.org_id = :org_id AND c.learner_id = n.learner_id
    """
)
_REMEMBER: Final = text("SELECT vekst_remember_erasure(:person, :at)")
_FIND_ERASED: Final = text("SELECT * FROM vekst_erased(CAST(:persons AS text[]))")


def columns_shown(name: str) -> list[str]:
    """The columns of a table that an export shows, by their own names."""
    return [column.name for column in metadata.tables[name].columns if column.name not in TABLES[name].internal]


async def rows_of(connection: AsyncConnection, org_id: UUID, learner_id: UUID) -> dict[str, list[Mapping[str, Any]]]:
    """Every row that concerns the person, by table, without what is internal."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for name in PERSONAL_TABLES:
        rows = await connection.execute(text(_select(name)), {"org_id": org_id, "learner_id": learner_id})
        found[name] = [dict(row) for row in rows.mappings()]
    return found


async def erase(connection: AsyncConnection, org_id: UUID, learner_id: UUID) -> dict[str, int]:
    """Take away all that concerns the person, as the eraser; how many rows went, by table.

    What others did stays as it was judged: where it names the person, another name stands that leads nowhere.
    """
    await _forget_name(connection, org_id, learner_id)
    await boards_store.put(connection, org_id, (), whole=[learner_id])
    gone: dict[str, int] = {}
    names = {"org_id": org_id, "learner_id": learner_id}
    for (name, _), statement in _CLEARED.items():
        cleared: CursorResult[tuple[()]] = await connection.execute(statement, names)
        gone[name] = gone.get(name, 0) + cleared.rowcount
    # People are named by the others, and go last.
    for name in sorted(PERSONAL_TABLES, key=lambda each: each == "people"):
        columns = _columns(TABLES[name], OnErasure.DELETE)
        if columns:
            deletion = f"DELETE FROM {name} x WHERE {_about(columns)}"
            deleted: CursorResult[tuple[()]] = await connection.execute(text(deletion), names)
            gone[name] = gone.get(name, 0) + deleted.rowcount
    return gone


async def forget(connection: AsyncConnection, person: str, at: datetime) -> None:
    """Remember, without the name, that the person was erased from the transaction's organisation."""
    await connection.execute(_REMEMBER, {"person": person, "at": at})


async def find_erased(connection: AsyncConnection, persons: Sequence[str]) -> set[str]:
    """Which of these keys were those of people who were erased from the transaction's organisation."""
    return set((await connection.execute(_FIND_ERASED, {"persons": list(persons)})).scalars())


async def _forget_name(connection: AsyncConnection, org_id: UUID, learner_id: UUID) -> None:
    """Give the person another name in the events of others, and in the bytes of what was judged from these.

    For each of them one of its own, so that they can't be put together again; as long as the old one, so that rules
    which count different colleagues count what they did before.
    """
    name = learner_id.hex
    about = {"org_id": org_id, "learner_id": learner_id, "voids": f"{VOIDED}:{name}:%"}
    knowing = set((await connection.execute(_KNOWING, about)).scalars()) - {learner_id}
    aliases = {each: uuid4().hex for each in sorted(knowing)}
    given = {"org_id": org_id, "name": name, "learners": list(aliases), "aliases": list(aliases.values())}
    await connection.execute(_FORGET_COLLEAGUE, given)
    await connection.execute(_FORGET_VOIDER, {**given, "voids": about["voids"]})
    naming = {"org_id": org_id, "learners": list(aliases), "bytes": name.encode()}
    for find, write in ((_NAMING, _REWRITE), (_NAMING_CHECKPOINTS, _REWRITE_CHECKPOINTS)):
        states = {row.learner_id: bytes(row.state) for row in await connection.execute(find, naming)}
        rewritten = {each: state.replace(name.encode(), aliases[each].encode()) for each, state in states.items()}
        given = {"org_id": org_id, "name": name, "learners": list(rewritten), "states": list(rewritten.values())}
        await connection.execute(write, {**given, "aliases": [aliases[each] for each in rewritten]})


def _select(name: str) -> str:
    table = metadata.tables[name]
    shown = ", ".join(_NAMED.get(column, f"x.{column}") for column in columns_shown(name))
    order = ", ".join(f"x.{column}" for column in _order(table))
    return f"SELECT {shown} FROM {name} x WHERE {_about(TABLES[name].people)} ORDER BY {order}"


def _order(table: Table) -> list[str]:
    times = [name for name in ("occurred_at", "seq", "started_at", "joined_at") if name in table.columns]
    return [*times, *(column.name for column in table.primary_key.columns)]


def _columns(rule: TableRule, action: OnErasure) -> list[str]:
    return [column for column, does in rule.people.items() if does is action]


def _about(columns: Sequence[str] | Mapping[str, object]) -> str:
    return f"x.org_id = :org_id AND ({' OR '.join(f'x.{column} = :learner_id' for column in columns)})"
