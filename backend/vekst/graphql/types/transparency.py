"""Openness: what is kept about people, what for, who sees it and for how long, in the caller's language."""

from __future__ import annotations

import strawberry

from vekst.domain.transparency import DATA_KINDS, DataKind
from vekst.engine.pack import Pack
from vekst.graphql.context import Context

__all__ = ["Transparency", "transparency_for"]


@strawberry.type(name="DataKind", description="One kind of data that is kept.")
class KindOfData:
    """One line of the answer."""

    key: str = strawberry.field(description="A stable key in upper snake case.")
    title: str = strawberry.field(description="What it is, in the caller's language.")
    purpose: str = strawberry.field(description="What it is kept for.")
    seen_by: str = strawberry.field(description="Who can see it.")
    kept_for: str = strawberry.field(description="How long it is kept.")


@strawberry.type(description="What is kept about people, and why; the same for everyone in the organisation.")
class Transparency:
    """The answer to `transparency`."""

    purpose: str | None = strawberry.field(
        description="What the organisation's quests are for, in the words of their author; null before the first ones."
    )
    retention_days: int | None = strawberry.field(
        description="After how many days events may be erased; null before the first quest files."
    )
    data: list[KindOfData] = strawberry.field(description="Every kind of data there is.")


async def transparency_for(context: Context) -> Transparency:
    """All kinds of data, with the purpose and the retention that the pack states."""
    pack = await context.pack()
    locale = context.languages.messages
    return Transparency(
        purpose=context.languages.pick(pack.purpose) if pack else None,
        retention_days=pack.retention.days if pack else None,
        data=[_told(kind, locale, pack) for kind in DATA_KINDS],
    )


def _told(kind: DataKind, locale: str, pack: Pack | None) -> KindOfData:
    days = pack.retention.days if pack else "…"
    return KindOfData(
        key=kind.key,
        title=kind.title.to(locale),
        purpose=kind.purpose.to(locale),
        seen_by=kind.seen_by.to(locale),
        kept_for=kind.kept_for.to(locale, days=days),
    )
