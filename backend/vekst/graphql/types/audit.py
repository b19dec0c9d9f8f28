"""The audit log: what was done in administering the organisation, by whom and to whom."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

import strawberry
from strawberry.types.enum import EnumValueDefinition

from vekst.domain.audit import Act, title_of
from vekst.domain.errors import InvalidInput
from vekst.graphql.context import Context
from vekst.graphql.opaque import audit_node, read_cursor, write_cursor
from vekst.graphql.scalars import JSON, DateTime
from vekst.graphql.types.nodes import Node, PageInfo, given, page_size
from vekst.queries.audit import AuditFilter, AuditRow, audit_page

__all__ = ["AuditAct", "AuditConnection", "AuditEntry", "audit_for", "entry_for"]

_CURSOR = "audit"


def _act(act: Act, description: str) -> EnumValueDefinition:
    return strawberry.enum_value(act.value, description=description)


@strawberry.enum(description="A kind of administrative act. Newer versions know more of them.")
class AuditAct(Enum):
    """The acts of the audit log."""

    ORGANISATION_CREATED = _act(Act.ORGANISATION_CREATED, "The organisation was created; `thing` is its key.")
    PACK_PUBLISHED = _act(
        Act.PACK_PUBLISHED,
        "Quest files were published; `thing` is the pack's key. Facts: `version`, `retentionDays`, and "
        "`retentionDaysBefore` where events are kept for another time from now on.",
    )
    PERSON_ADDED = _act(
        Act.PERSON_ADDED, "A person was added. Facts: `role`, the keys of teams that they are `in`, and `manages`."
    )
    PERSON_CHANGED = _act(
        Act.PERSON_CHANGED,
        "What is known of a person was changed. Facts: which fields were `changed`, and not to what.",
    )
    PERSON_LET_GO = _act(Act.PERSON_LET_GO, "A person was let go, and can't sign in any more.")
    PERSON_BROUGHT_BACK = _act(Act.PERSON_BROUGHT_BACK, "A person who was let go can sign in again.")
    ROLE_CHANGED = _act(Act.ROLE_CHANGED, "A person was given another role. Facts: `from` and `to`.")
    TEAMS_CHANGED = _act(
        Act.TEAMS_CHANGED,
        "A person's teams were changed. Facts: keys of teams that they `left`, are `in` from now on, and `manages`.",
    )
    INTEGRATION_ADDED = _act(Act.INTEGRATION_ADDED, "A system may record events; `thing` is its name.")
    EVENTS_IMPORTED = _act(
        Act.EVENTS_IMPORTED, "Events were imported; `thing` is their source. Facts: how many `events`; a batch each."
    )
    EVENT_VOIDED = _act(
        Act.EVENT_VOIDED,
        "Somebody else took a person's event out of the judgement. Facts: its `type`, and its number (`ref`).",
    )
    CHALLENGE_CREATED = _act(
        Act.CHALLENGE_CREATED,
        "A challenge was created; `thing` is its id. Facts: `template`, `draft`, how many `teams`.",
    )
    CHALLENGE_CHANGED = _act(
        Act.CHALLENGE_CHANGED, "A challenge was changed; `thing` is its id. Facts: which fields were `changed`."
    )
    CHALLENGE_CANCELLED = _act(Act.CHALLENGE_CANCELLED, "A challenge was called off; `thing` is its id.")
    PERSON_EXPORTED = _act(Act.PERSON_EXPORTED, "Somebody was handed all that is kept about another person.")
    PERSON_ERASED = _act(Act.PERSON_ERASED, "A person was erased; whom, nobody knows any more.")
    LEARNERS_RETRIED = _act(
        Act.LEARNERS_RETRIED, "Learners whose judging had failed were tried again. Facts: how many `learners`."
    )
    REPLAYED = _act(
        Act.REPLAYED, "Everyone was judged again from the events. Facts: whether `boardsCountedAnew` were wrong."
    )
    EVENTS_EXPIRED = _act(
        Act.EVENTS_EXPIRED,
        "Events that were kept for long enough were erased. Facts: those `before` that day, after `retentionDays`.",
    )


@strawberry.enum(description="What somebody is who did something.")
class AuditAuthorKind(Enum):
    """The kinds of authors."""

    PERSON = strawberry.enum_value("PERSON", description="Somebody who was signed in.")
    INTEGRATION = strawberry.enum_value("INTEGRATION", description="A system that records events.")
    OPERATOR = strawberry.enum_value("OPERATOR", description="Who runs the service, at its command line.")
    SYSTEM = strawberry.enum_value("SYSTEM", description="The service by itself.")


@strawberry.type(description="One administrative act. It is written together with the act, and never changed.")
class AuditEntry(Node):
    """What happened."""

    at: DateTime = strawberry.field(description="When it was done.")
    act: AuditAct = strawberry.field(description="What was done.")
    title: str = strawberry.field(description="The same in words, in the caller's language.")
    author_kind: AuditAuthorKind = strawberry.field(description="What it was done by.")
    author: str | None = strawberry.field(
        description="The key of the person, or the name of the integration or operator; null for the service itself, "
        "and for a person who was erased."
    )
    person: str | None = strawberry.field(
        description="The key of the person whom it was done to; null where that is nobody, or was erased."
    )
    thing: str | None = strawberry.field(description="What it was done to, where that is no person; the act says what.")
    request_id: str | None = strawberry.field(
        description="The id of the request, command or job that it was done in, as the logs have it."
    )
    facts: JSON = strawberry.field(description="An object of facts, as the act says; never anybody's words.")


@strawberry.type(description="An act in a list.")
class AuditEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="The act's place in the list.")
    node: AuditEntry = strawberry.field(description="The act.")


@strawberry.type(description="A page of the audit log.")
class AuditConnection:
    """Relay's connection."""

    edges: list[AuditEdge] = strawberry.field(description="The acts of the page, newest first.")
    page_info: PageInfo = strawberry.field(description="How to ask for more.")


async def audit_for(context: Context, asked: AuditFilter, first: int | None, after: str | None) -> AuditConnection:
    """A page of what was done in the caller's organisation."""
    count, place = page_size(first), read_cursor(_CURSOR, given(after))
    org_id = context.actor.org_id
    async with context.factory.reading(org_id) as connection:
        rows = await audit_page(connection, org_id, asked, before=_entry_id(place), count=count + 1)
    edges = [AuditEdge(cursor=write_cursor(_CURSOR, row.entry_id.hex), node=_entry(context, row)) for row in rows]
    cursors = [edge.cursor for edge in edges[:count]]
    page = PageInfo.of(cursors, more=len(rows) > count, begun=place is None)
    return AuditConnection(edges=edges[:count], page_info=page)


async def entry_for(context: Context, entry_id: UUID) -> AuditEntry | None:
    """The entry of that id in the caller's organisation, for admins; nothing for anybody else."""
    org_id = context.actor.org_id
    if not context.sees_everyone:
        return None
    async with context.factory.reading(org_id) as connection:
        rows = await audit_page(connection, org_id, AuditFilter(entry_id=entry_id))
    return _entry(context, rows[0]) if rows else None


def _entry_id(place: str | None) -> UUID | None:
    if place is None:
        return None
    try:
        return UUID(hex=place)
    except ValueError:
        raise InvalidInput("CURSOR_NOT_VALID", field="after") from None


def _entry(context: Context, row: AuditRow) -> AuditEntry:
    return AuditEntry(
        id=strawberry.ID(audit_node(row.entry_id)),
        at=DateTime(row.done_at),
        act=AuditAct[row.act.name],
        title=title_of(row.act, context.languages.messages),
        author_kind=AuditAuthorKind[row.done_by.name],
        author=row.author,
        person=row.person,
        thing=row.thing,
        request_id=row.request_id,
        facts=JSON(row.facts),
    )
