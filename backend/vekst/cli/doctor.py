"""`vekst doctor`: whether this installation can work, part by part."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vekst.cli.options import DEFAULT_DATA, AsJson, Data, new_app

if TYPE_CHECKING:
    from vekst.services.examination import Finding
    from vekst.settings import Settings

__all__ = ["app"]

app = new_app()


@app.command(short_help="Check the installation.", epilog="Example: vekst doctor --json")
def doctor(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Check versions, settings, servers, clocks, schema, queue, boards and ledger; exit 1 when something is wrong.

    It changes nothing, and names the cure of what is wrong.
    """
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

    from vekst.services.examination import Finding

    folder = next(each for each in (data.absolute(), *data.absolute().parents) if each.exists())
    cure = "" if os.access(folder, os.W_OK) else "let this user write there, or choose another --data"
    return [
        Finding("python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        _versions(),
        _days(),
        Finding("data", str(data.absolute()), cure),
    ]


def _versions() -> Finding:
    """Whether the packages are those that this release was made for."""
    from importlib.metadata import requires, version

    from packaging.requirements import Requirement

    from vekst.services.examination import Finding

    wanted = [Requirement(each) for each in requires("vekst") or ()]
    wrong = [
        f"{each.name} {version(each.name)} is not {each.specifier}"
        for each in wanted
        if (each.marker is None or each.marker.evaluate({"extra": ""}))
        and not each.specifier.contains(version(each.name), prereleases=True)
    ]
    cure = "install again, with the lock file: pip install --require-hashes -r requirements.lock"
    return Finding(
        "versions", f"vekst {version('vekst')}" + "".join(f"; {each}" for each in wrong), cure if wrong else ""
    )


def _days() -> Finding:
    """Whether days come out as they should: summer time in a zone that has it, a public holiday where there is one."""
    from datetime import UTC, datetime

    from vekst.domain.calendars import CALENDAR_DATA, local_day
    from vekst.services.examination import Finding

    midnight = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    right = local_day(midnight, "Europe/Oslo") == midnight.toordinal() + 1
    return Finding("days", CALENDAR_DATA, "" if right else "install the package tzdata again")


def _server_findings(data: Path) -> list[Finding]:
    import asyncio

    from vekst.cli.connecting import as_one_machine, connected, needs_private_servers, read_settings
    from vekst.cli.failures import explain
    from vekst.services.examination import Finding

    try:
        with connected(data) as settings:
            alone = needs_private_servers(read_settings(data))
            chosen = as_one_machine(settings) if alone else settings
            return [_settings(chosen), *asyncio.run(_ask_servers(chosen))]
    except Exception as error:
        failure = explain(error)
        if failure is None:
            raise
        return [Finding("settings", "do not work", failure.text)]


def _settings(settings: Settings) -> Finding:
    """Whether somebody could sign in; that the values are sound was found when they were read."""
    from vekst.services.examination import Finding

    told = f"mode {settings.mode}, tokens from {settings.issuer or 'the local issuer'}"
    if settings.issuer is None and not settings.development:
        return Finding("settings", f"mode {settings.mode}, no issuer of tokens", "set VEKST_ISSUER for the API")
    if settings.issuer and not settings.issuer.startswith("https://"):
        return Finding("settings", told, "let VEKST_ISSUER begin with https://")
    return Finding("settings", told)


async def _ask_servers(settings: Settings) -> list[Finding]:
    from vekst.cli.using import warn_only
    from vekst.factory import Factory, Process

    warn_only()
    async with Process.running(settings) as process:
        return await Factory(process).examination().examine()
