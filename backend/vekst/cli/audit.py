"""`vekst audit`: who did what in administering an organisation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.queries.audit import AuditFilter, AuditRow

__all__ = ["app"]

app = new_app()

_MOST = 10_000


@app.command(epilog="Example: vekst audit --org acme --act ROLE_CHANGED --since 2026-11-01")
def audit(
    org: Org,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="T", help="From this day in UTC on, or this instant: 2026-11-01T09:00+01:00."),
    ] = None,
    act: Annotated[str | None, typer.Option("--act", metavar="A", help="Only acts of this kind.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="P", help="Only what this person did, or was done to them.")
    ] = None,
    most: Annotated[int, typer.Option("--most", metavar="N", min=1, max=_MOST, help="At most so many.")] = 100,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Print the administrative acts of an organisation, newest first: when, what, to whom, by whom, in what request.

    Nothing is ever taken out of this log; once a person is erased, their acts stand there without them.
    """
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.using import organisation, use_services
    from vekst.queries.audit import audit_page

    asked = _asked(act, person, since)

    async def work(services: Factory) -> list[AuditRow]:
        org_id = await organisation(services, org)
        async with services.reading(org_id) as connection:
            return await audit_page(connection, org_id, asked, before=None, count=most + 1)

    with connected(data) as settings:
        rows = use_services(settings, work)
    shown, more = rows[:most], len(rows) > most
    document = {"organisation": org, "entries": [_as_json(row) for row in shown], "more": more}
    answer(as_json, document, *_lines(shown, more=more))


def _asked(act: str | None, person: str | None, since: str | None) -> AuditFilter:
    from vekst.cli.failures import Failure
    from vekst.domain.audit import Act
    from vekst.queries.audit import AuditFilter

    if act is not None and act not in set(Act):
        raise Failure(f"there is no act {act!r}; one of {', '.join(Act)}", code=2)
    return AuditFilter(Act(act) if act else None, person, _instant(since) if since else None)


def _instant(text: str) -> datetime:
    from datetime import UTC

    from vekst.cli.failures import Failure

    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Failure(f"{text!r} is no day or instant; write it as 2026-11-01", code=2) from None


def _lines(rows: list[AuditRow], *, more: bool) -> Iterator[str]:
    for row in rows:
        yield _told(row)
    if not rows:
        yield "Nothing was done that these options ask for."
    if more:
        yield "There is more: ask for it with --most, or for less with --since, --act or --person."


def _told(row: AuditRow) -> str:
    from vekst.domain.audit import title_of

    author = " ".join(filter(None, (row.done_by.value.lower(), row.author)))
    facts = json.dumps(dict(row.facts), ensure_ascii=False) if row.facts else ""
    request = f"[{row.request_id}]" if row.request_id else ""
    said = (f"{title_of(row.act, 'en')}:" if row.person or row.thing else title_of(row.act, "en"),)
    about = filter(None, (row.person, row.thing, facts))
    return " ".join(
        [f"{row.done_at:%Y-%m-%d %H:%M:%SZ}", row.act.value, *said, *about, f"by {author}", *filter(None, (request,))]
    )


def _as_json(row: AuditRow) -> dict[str, object]:
    return {
        "at": row.done_at.isoformat().replace("+00:00", "Z"),
        "act": row.act.value,
        "authorKind": row.done_by.value,
        "author": row.author,
        "person": row.person,
        "thing": row.thing,
        "requestId": row.request_id,
        "facts": dict(row.facts),
    }
