"""`vekst replay`: judges everyone again from the events, or verifies that doing so would change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, Org, new_app

if TYPE_CHECKING:
    from vekst.factory import Factory
    from vekst.services.replaying import Progress, Verification
    from vekst.services.verification import Difference

__all__ = ["app"]

app = new_app()

_SHOWN = 50


@app.command(epilog="Example: vekst replay --org acme --verify")
def replay(
    org: Org,
    verify: Annotated[
        bool, typer.Option("--verify", help="Change nothing; exit with 1 if anything stored differs.")
    ] = False,
    data: Data = DEFAULT_DATA,
    as_json: AsJson = False,
) -> None:
    """Judge everyone again from the stored events; with --verify only compare, and name each difference.

    What is held stays, with its points. Safe to interrupt: the workers go on with the rest.
    """
    if verify:
        _verify(org, data, as_json)
    else:
        _replay(org, data, as_json)


def _replay(org: str, data: Path, as_json: bool) -> None:
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.judging_again import as_document, judge_again, lines
    from vekst.cli.using import organisation, use_services

    async def work(services: Factory) -> Progress:
        org_id = await organisation(services, org)
        await services.replaying().mark(org_id)
        return await judge_again(services, org_id)

    with connected(data) as settings:
        progress = use_services(settings, work)
    done = f"Judged everyone of {org} again." if progress.over else f"Everyone of {org} is being judged again."
    answer(as_json, {"organisation": org, **as_document(progress)}, done, *lines(progress))


def _verify(org: str, data: Path, as_json: bool) -> None:
    from vekst.cli.answers import answer
    from vekst.cli.connecting import connected
    from vekst.cli.progress import counting
    from vekst.cli.using import organisation, use_services

    async def work(services: Factory) -> Verification:
        org_id = await organisation(services, org)
        with counting("Verifying") as progress:
            return await services.replaying().verify(org_id, progress)

    with connected(data) as settings:
        found = use_services(settings, work)
    document: dict[str, object] = {
        "organisation": org,
        "learners": found.learners,
        "behind": found.behind,
        "differences": [_as_json(each) for each in found.differences],
    }
    answer(as_json, document, *_lines(org, found))
    raise typer.Exit(1 if found.differences else 0)


def _lines(org: str, found: Verification) -> Iterator[str]:
    for each in found.differences[:_SHOWN]:
        yield _told(each)
    if len(found.differences) > _SHOWN:
        yield f"… and {len(found.differences) - _SHOWN:,} more; list all with --json."
    count = len(found.differences)
    yield f"{org}: {found.learners:,} learners verified, {count:,} difference{'' if count == 1 else 's'}."
    if found.behind:
        yield f"{found.behind:,} learners wait to be judged by this version of Vekst, and were left out."


def _told(each: Difference) -> str:
    what = " ".join(filter(None, (each.kind, each.key, each.tier, each.occurrence)))
    expected, found = each.expected or "nothing", each.found or "nothing"
    return f"{each.fault.value} {each.person or 'board'}: {what}: expected {expected}, found {found}"


def _as_json(each: Difference) -> dict[str, str]:
    return {
        "fault": each.fault.value,
        "person": each.person,
        "kind": each.kind,
        "key": each.key,
        "tier": each.tier,
        "occurrence": each.occurrence,
        "expected": each.expected,
        "found": each.found,
    }
