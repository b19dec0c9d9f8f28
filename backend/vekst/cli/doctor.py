"""`vekst doctor`: whether this installation can work, part by part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, new_app

if TYPE_CHECKING:
    from vekst.factory import Process
    from vekst.settings import Settings

__all__ = ["app"]

app = new_app()


class Finding(NamedTuple):
    """What was looked at, what was found, and the cure where it is not well."""

    name: str
    found: str
    cure: str = ""


@app.command(short_help="Check the installation.", epilog="Example: vekst doctor --json")
def doctor(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Check Python, time data, data folder, PostgreSQL, its schema and Valkey; exit 1 when something is wrong."""
    from vekst.cli.answers import answer

    findings = [*_local_findings(data), *_server_findings(data)]
    document = {"well": not any(each.cure for each in findings), "findings": [each._asdict() for each in findings]}
    lines = [f"{'wrong' if each.cure else 'well':<6}{each.name:<12}{each.found}{_cure(each)}" for each in findings]
    answer(as_json, document, *lines)
    if not document["well"]:
        raise typer.Exit(1)


def _cure(finding: Finding) -> str:
    return f"; {finding.cure}" if finding.cure else ""


def _local_findings(data: Path) -> list[Finding]:
    import os
    import platform

    from vekst.domain.calendars import CALENDAR_DATA

    folder = next(each for each in (data.absolute(), *data.absolute().parents) if each.exists())
    cure = "" if os.access(folder, os.W_OK) else "let this user write there, or choose another --data"
    return [
        Finding("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        Finding("days", CALENDAR_DATA),
        Finding("data", str(data.absolute()), cure),
    ]


def _server_findings(data: Path) -> list[Finding]:
    import asyncio

    from vekst.cli.connecting import connected
    from vekst.cli.failures import explain

    try:
        with connected(data) as settings:
            return asyncio.run(_ask_servers(settings))
    except Exception as error:
        failure = explain(error)
        if failure is None:
            raise
        return [Finding("servers", "do not work", failure.text)]


async def _ask_servers(settings: Settings) -> list[Finding]:
    from vekst.factory import Process

    async with Process.running(settings) as process:
        missing = await process.missing()
        return [
            await _database(process),
            Finding("schema", "is another", "run: vekst migrate")
            if "migration" in missing
            else Finding("schema", "is current"),
            Finding("valkey", "does not answer", "check VEKST_REDIS_URL")
            if "valkey" in missing
            else Finding("valkey", "answers"),
        ]


async def _database(process: Process) -> Finding:
    from sqlalchemy import text

    async with process.database.crossing() as connection:
        version = str(await connection.scalar(text("SHOW server_version")))
    old = int(version.partition(".")[0]) < 15
    return Finding("postgresql", version, "use PostgreSQL 15 or newer" if old else "")
