"""The ledger as the learner sees it: recognitions, newest first, each saying why it was given."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated
from uuid import UUID

import strawberry

from vekst.domain.errors import InvalidInput
from vekst.domain.recognitions import Identity
from vekst.domain.recognitions import RecognitionKind as Kind
from vekst.engine.explain import Explainer
from vekst.graphql.context import Context, Info
from vekst.graphql.fields import resolved
from vekst.graphql.opaque import read_cursor, read_node, recognition_node, write_cursor
from vekst.graphql.scalars import DateTime
from vekst.graphql.types.challenges import challenge_title
from vekst.graphql.types.enums import PointsNature, RecognitionKind
from vekst.graphql.types.nodes import Node, PageInfo, given, page_size
from vekst.queries.ledger import EntryKey, EvidenceRow, LedgerRow, ledger_page

__all__ = [
    "CHANGES",
    "Acknowledgement",
    "Evidence",
    "Recognition",
    "RecognitionConnection",
    "RecognitionEdge",
    "Why",
    "edge_of",
    "read_mark",
    "read_place",
    "recognition_of",
    "recognitions_page",
    "write_place",
]

CHANGES = "changes"
"""The kind of the cursors of `changes`; they hold a place in the ledger too."""
_CURSOR = "recognitions"
_REVERSAL = Annotated["Recognition", strawberry.lazy("vekst.graphql.types.recognitions")] | None


@strawberry.type(description="An event that a recognition rests on.")
class Evidence:
    """One event of the evidence."""

    source: str = strawberry.field(description="Where it came from: `app`, or an integration's name.")
    id: str = strawberry.field(description="The id that the event's recorder gave it.")
    type: str = strawberry.field(description="The event's type, such as `call.practised`.")
    occurred_at: DateTime = strawberry.field(description="When it happened.")


@strawberry.type(description="Why a recognition was given.")
class Why:
    """The explanation of one entry."""

    entry: strawberry.Private[LedgerRow]
    explainer: strawberry.Private[Explainer | None]
    pack_version: int = strawberry.field(description="The version of the quest files that it was given under.")
    reason: str | None = strawberry.field(description="Of a reversal: what was said by who voided the event.")

    @resolved("The rule and how it was met, in the caller's language.")
    def text(self) -> str:
        """The explanation in words."""
        entry = self.entry
        identity = Identity(entry.kind, entry.key, entry.tier, entry.occurrence)
        return self.explainer.why(identity) if self.explainer else entry.key

    @resolved("How many events that it rests on were erased since, because they were kept for long enough.")
    async def evidence_erased(self, info: Info) -> int:
        """Evidence that is no longer there."""
        return len(self.entry.evidence) - len(await self._found(info))

    async def _found(self, info: Info) -> list[EvidenceRow]:
        keys = [(self.entry.learner_id, ref) for ref in self.entry.evidence]
        return [event for event in await info.context.loaders.evidence.load_many(keys) if event is not None]

    @resolved("The events that it rests on, the latest last; those that were erased are left out.")
    async def evidence(self, info: Info) -> list[Evidence]:
        """The events."""
        found = await self._found(info)
        events = sorted(found, key=lambda event: (event.occurred_at, event.source, event.id))
        return [
            Evidence(source=event.source, id=event.id, type=event.type, occurred_at=DateTime(event.occurred_at))
            for event in events
        ]


@strawberry.type(description="That somebody has seen the progress and said so.")
class Acknowledgement:
    """Who, and when."""

    name: str | None = strawberry.field(description="The name of who did; null once they were erased.")
    given_at: DateTime = strawberry.field(description="When.")


@strawberry.type(description="One entry of the ledger. Entries are never edited or deleted; a reversal is a new entry.")
class Recognition(Node):
    """A ledger entry."""

    entry: strawberry.Private[LedgerRow]
    explainer: strawberry.Private[Explainer | None]
    kind: RecognitionKind = strawberry.field(description="What it was given for.")
    key: str = strawberry.field(description="The rule's key in the quest files; `quest/step` for a step.")
    tier: str | None = strawberry.field(description="The badge's tier.")
    occurrence: str = strawberry.field(description="Which time: a window, an ordinal or a length; `once` without one.")
    title: str = strawberry.field(description="The rule's title, in the caller's language.")
    points: int = strawberry.field(description="The points it gives; a reversal takes back those of what it reverses.")
    nature: PointsNature = strawberry.field(description="Whether the points are of effort or of an outcome.")
    reached_at: DateTime = strawberry.field(description="The moment it was reached: that of the evidence.")
    recorded_at: DateTime = strawberry.field(description="The moment it was written to the ledger.")

    @resolved("The entry that took this one back, if one did.", _REVERSAL)
    def reversed_by(self, info: Info) -> Awaitable[Recognition | None] | None:
        """The reversal; where there is none, nothing is waited for."""
        entry = self.entry
        seq = entry.reversed_by_seq
        return None if seq is None else _recognition_at(info.context, (entry.learner_id, seq))

    @resolved("Who has seen it and said so, if anybody has.")
    async def acknowledged(self, info: Info) -> Acknowledgement | None:
        """Seen."""
        found = await info.context.loaders.acknowledgements.load((self.entry.learner_id, self.entry.seq))
        return Acknowledgement(name=found.name, given_at=DateTime(found.given_at)) if found else None

    @resolved("Why it was given: the rule, its version and the evidence.")
    def why(self) -> Why:
        """The explanation."""
        return Why(
            entry=self.entry, explainer=self.explainer, pack_version=self.entry.pack_version, reason=self.entry.reason
        )


@strawberry.type(description="A recognition in the feed.")
class RecognitionEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="The recognition's place in the feed; it never changes.")
    node: Recognition = strawberry.field(description="The recognition.")


@strawberry.type(description="A page of the feed, newest first.")
class RecognitionConnection:
    """Relay's connection."""

    edges: list[RecognitionEdge] = strawberry.field(description="The recognitions of the page.")
    page_info: PageInfo = strawberry.field(description="How to ask for more.")


async def recognition_of(context: Context, entry: LedgerRow) -> Recognition:
    """The ledger entry as a type, titled from the version of the pack that it was given under."""
    pack = await context.pack(entry.pack_version)
    explainer = Explainer(pack, context.languages.choose(pack.locales) or pack.locales[0]) if pack else None
    challenge = await challenge_title(context, entry.key) if entry.rule_kind == Kind.CHALLENGE else None
    rule = Identity(entry.rule_kind, entry.key, entry.tier, entry.occurrence)
    return Recognition(
        id=strawberry.ID(recognition_node(entry.learner_id, entry.seq)),
        entry=entry,
        explainer=explainer,
        kind=RecognitionKind(entry.kind),
        key=entry.key,
        tier=entry.tier or None,
        occurrence=entry.occurrence,
        points=entry.points,
        nature=PointsNature(entry.nature),
        reached_at=DateTime(entry.reached_at),
        recorded_at=DateTime(entry.recorded_at),
        title=challenge or (explainer.title(rule) if explainer else entry.key),
    )


async def _recognition_at(context: Context, key: EntryKey) -> Recognition | None:
    entry = await context.loaders.entries.load(key)
    return await recognition_of(context, entry) if entry else None


async def recognitions_page(
    info: Info, learner_id: UUID, first: int | None, after: str | None
) -> RecognitionConnection:
    """A page of a learner's ledger; the cursor is the learner's own numbering, which has no gaps or late-comers."""
    count = page_size(first)
    before = read_place(given(after))
    org_id = info.context.actor.org_id
    async with info.context.factory.reading(org_id) as connection:
        rows = await ledger_page(connection, org_id, learner_id, before=before, count=count + 1)
    edges = [await edge_of(info.context, row) for row in rows[:count]]
    cursors = [edge.cursor for edge in edges]
    return RecognitionConnection(
        edges=edges, page_info=PageInfo.of(cursors, more=len(rows) > count, begun=given(after) is None)
    )


async def edge_of(context: Context, row: LedgerRow) -> RecognitionEdge:
    """The entry with its cursor."""
    return RecognitionEdge(cursor=write_place(row.seq), node=await recognition_of(context, row))


def read_mark(cursor: str | None) -> str:
    """What a cursor of `changes` knows of everything but the ledger; empty for any other."""
    return _changes_parts(cursor)[1] if cursor else ""


def _changes_parts(cursor: str) -> tuple[str, str]:
    """Place and mark of a cursor of `changes`; empty for any other."""
    match read_node(cursor):
        case (name, (place,)) if name == CHANGES:
            seq, _, mark = place.partition(".")
            return seq or "-", mark
        case _:
            return "", ""


def write_place(seq: int) -> str:
    """The cursor of a place in the learner's ledger."""
    return write_cursor(_CURSOR, seq)


def read_place(cursor: str | None, field: str = "after") -> int | None:
    """The place that a cursor names; `InvalidInput` for what is no cursor of recognitions, None for none."""
    if cursor is None:
        return None
    place = _changes_parts(cursor)[0] or read_cursor(_CURSOR, cursor, field) or ""
    if not (place.isascii() and place.isdigit() and len(place) < 19):
        raise InvalidInput("CURSOR_NOT_VALID", field=field)
    return int(place)
