"""Reads the audit log: pages newest first, by kind of act, by person, from an instant on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.audit import Act, AuthorKind
from vekst.domain.storable import is_storable

__all__ = ["AuditFilter", "AuditRow", "audit_page"]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry. People are told by key: None for one who was erased, and where there is none.

    `author` is the key of a person, or the name of an integration or an operator.
    """

    entry_id: UUID
    done_at: datetime
    act: Act
    done_by: AuthorKind
    author: str | None
    person: str | None
    thing: str | None
    request_id: str | None
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries: of an act, of a person who did something or to whom it was done, from an instant on, or one."""

    act: Act | None = None
    person: str | None = None
    since: datetime | None = None
    entry_id: UUID | None = None


_PAGE: Final = """
    select x.entry_id, x.done_at, x.act, x.done_by, coalesce(a.person, x.actor_name) as author, s.person, x.thing,
           x.request_id, x.facts
      from audit_entries x
      left join people a on a.org_id = x.org_id and a.learner_id = x.actor_id
      left join people s on s.org_id = x.org_id and s.learner_id = x.subject_id
     where {where}
     order by x.entry_id desc
     limit :count
"""
_OF_PERSON: Final = "(select p.learner_id from people p where p.org_id = :org_id and p.person = :person)"


async def audit_page(
    connection: AsyncConnection, org_id: UUID, asked: AuditFilter, *, before: UUID | None = None, count: int = 1
) -> list[AuditRow]:
    """Up to `count` entries with ids below `before`; none for a person who is not there.

    Acts that only a newer version knows are left out, for as long as two versions run side by side.
    """
    if asked.person is not None and not is_storable(asked.person):
        return []
    where = ["x.org_id = :org_id", "x.act = any(:acts)"]
    given: dict[str, object] = {
        "org_id": org_id,
        "count": count,
        "acts": [act.value for act in (Act if asked.act is None else (asked.act,))],
    }
    if asked.entry_id is not None:
        where.append("x.entry_id = :entry_id")
        given["entry_id"] = asked.entry_id
    if asked.person is not None:
        where.append(f"(x.actor_id = {_OF_PERSON} or x.subject_id = {_OF_PERSON})")
        given["person"] = asked.person
    if asked.since is not None:
        where.append("x.done_at >= :since")
        given["since"] = asked.since
    if before is not None:
        where.append("x.entry_id < :before")
        given["before"] = before
    rows = await connection.execute(text(_PAGE.format(where=" and ".join(where))), given)
    return [
        AuditRow(
            entry_id=row.entry_id,
            done_at=row.done_at,
            act=Act(row.act),
            done_by=AuthorKind(row.done_by),
            author=row.author,
            person=row.person,
            thing=row.thing,
            request_id=row.request_id,
            facts=row.facts,
        )
        for row in rows
    ]
