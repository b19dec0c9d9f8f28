"""What the documents show must fit the code: commands, options, GraphQL, packs, mappings, settings."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError, Source, parse, validate
from typer import Context
from typer._click import Command
from typer.core import TyperGroup
from typer.main import get_command

from tests.docs.commands import vekst_calls, wrong_with
from tests.docs.markdown import Document, Snippet, documents
from tests.repository.tree import texts
from tests.support.judging import pack_of
from vekst.cli.root import app
from vekst.domain.receipts import EVENTS_PER_BATCH, ReceiptStatus
from vekst.domain.texts import codes as known_codes
from vekst.engine.validation import TEXT_AT_MOST
from vekst.graphql.http_body import BODY_AT_MOST
from vekst.graphql.limits import Limits
from vekst.graphql.schema import build_schema
from vekst.graphql.types import standings
from vekst.graphql.types.nodes import PAGE_AT_MOST
from vekst.graphql.websocket import WebSocketLimits
from vekst.imports import load_mapping
from vekst.push.addresses import ENDPOINT_AT_MOST
from vekst.quests import check_pack, load_pack_files
from vekst.services.choices import DAYS_OFF_AT_MOST
from vekst.services.devices import DEVICES_AT_MOST
from vekst.services.event_forms import DATA_AT_MOST, ID_AT_MOST
from vekst.services.push_words import message
from vekst.services.voiding import REASON_AT_MOST
from vekst.settings import Settings
from vekst.storage.devices_store import News

pytestmark = pytest.mark.check

SHELL = ("sh", "console")
LANGUAGES = {*SHELL, "graphql", "json", "yaml", "csv", "sql", "text", "mermaid", "ts", "js", "kotlin", "swift", ""}
CHECKED_ELSEWHERE = {"docs/quest-errors.md": "tests/quests/packs.py"}
"""Documents whose blocks have checks of their own, and the file that names them."""
REFUSALS = build_schema().core.get_implementations(build_schema().core.type_map["Refusal"]).objects  # type: ignore[arg-type]
BRAVE = """
badges:
  brave-caller:
    title: {en: Brave caller, nb: Modig}
    purpose: {en: Practice makes it easier, nb: Det blir lettere}
    tiers: [{tier: bronze, earn: {count: {event: call.practised, at_least: 3}}, points: 20}]
"""
MAKE = re.compile(r"^(?:\$ )?make ([a-z]+)", re.MULTILINE)


def _documents() -> list[Document]:
    return [document for document in documents() if document.name not in CHECKED_ELSEWHERE]


def _snippets(*languages: str) -> list[Snippet]:
    return [snippet for document in _documents() for snippet in document.of(*languages)]


def test_documents_that_are_left_out_here_are_checked_where_we_say() -> None:
    for document, witness in CHECKED_ELSEWHERE.items():
        assert Path(document).name in texts()[witness]


def test_there_is_something_to_check_of_every_kind() -> None:
    count = Counter(snippet.language for snippet in _snippets(*LANGUAGES))
    assert count["sh"] + count["console"] >= 10
    assert count["graphql"] >= 8
    assert count["yaml"] >= 20
    assert sum("run" in snippet.flags for snippet in _snippets("sh", "graphql")) >= 10


def test_every_block_is_in_a_language_that_the_checks_know() -> None:
    assert [s.place for document in _documents() for s in document.snippets if s.language not in LANGUAGES] == []


def test_every_shell_block_is_run_or_says_why_not() -> None:
    silent = [s.place for s in _snippets("sh") if ("run" in s.flags) == bool(s.values.get("no-run"))]
    assert silent == []


def test_every_command_and_option_shown_exists() -> None:
    calls = [(snippet, call) for snippet in _snippets(*SHELL) for call in vekst_calls(snippet)]
    assert len(calls) >= 15
    assert [f"{snippet.place} {wrong}" for snippet, call in calls if (wrong := wrong_with(call))] == []


def test_every_make_target_shown_exists() -> None:
    shown = {target for document in _documents() for target in MAKE.findall(document.text)}
    targets = set(re.findall(r"^([a-z]+):", texts()["Makefile"], re.MULTILINE))
    assert {"demo", "test"} <= shown
    assert shown <= targets


def test_make_demo_is_what_the_documents_say() -> None:
    assert re.search(r"^demo:.*\n\t\$\(BIN\)/vekst demo$", texts()["Makefile"], re.MULTILINE)


def _schema_complaints(text: str, name: str) -> list[str]:
    try:
        document = parse(Source(text, name))
    except GraphQLError as error:
        return [str(error)]
    return [str(error) for error in validate(build_schema().core, document)]


def test_every_operation_shown_is_valid() -> None:
    complaints = {s.place: _schema_complaints(s.text, s.place) for s in _snippets("graphql")}
    assert {place: found for place, found in complaints.items() if found} == {}


def _packs() -> dict[str, dict[str, str]]:
    packs: dict[str, dict[str, str]] = {}
    for snippet in _snippets("yaml"):
        if "pack" in snippet.values:
            files = packs.setdefault(snippet.values["pack"], {})
            assert snippet.values["file"] not in files, f"{snippet.place}: the file is there twice"
            files[snippet.values["file"]] = snippet.text
    return packs


@pytest.mark.parametrize("name", _packs())
def test_the_packs_of_the_documents_have_no_errors(name: str) -> None:
    files = _packs()[name]
    assert "pack.yaml" in files
    assert [each.render("en") for each in check_pack(load_pack_files(files))] == []


@pytest.mark.parametrize("snippet", [s for s in _snippets("yaml") if "mapping" in s.flags], ids=lambda s: s.place)
def test_the_mappings_of_the_documents_can_be_read(snippet: Snippet, tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    file.write_text(snippet.text, encoding="utf-8")
    assert load_mapping(file).columns()


def _settings_table() -> dict[str, str]:
    rows = [row for row in _page("docs/operations.md").rows if row[0].startswith("`VEKST_")]
    return {row[0].strip("`"): row[1].strip("`") for row in rows}


def _shown(default: Any) -> str:
    raw = default.get_secret_value() if hasattr(default, "get_secret_value") else default
    return "none" if raw is None or raw == "" else str(raw)


def test_the_table_of_settings_has_every_setting_with_its_default() -> None:
    expected = {f"VEKST_{name.upper()}": _shown(field.default) for name, field in Settings.model_fields.items()}
    assert _settings_table() == expected


def _page(name: str) -> Document:
    return next(document for document in documents() if document.name == name)


def test_the_codes_that_apps_are_told_of_are_codes_that_the_server_says() -> None:
    codes = {row[0].strip("`") for row in _page("docs/mobile.md").rows if re.fullmatch(r"`[A-Z]+_[A-Z_]+`", row[0])}
    assert len(codes) >= 10
    assert codes - known_codes() == set()


def test_a_push_is_as_the_guide_shows_it_and_its_worker_reads_what_is_there() -> None:
    told = json.loads(message([News(1, "BADGE", "brave-caller", "bronze", "once", 1)], pack_of(BRAVE), "en"))
    guide = _page("docs/mobile.md")
    assert told in [json.loads(snippet.text) for snippet in guide.of("json") if '"newest"' in snippet.text]
    read = {name for snippet in guide.of("js") for name in re.findall(r"told\.(\w+)", snippet.text)}
    assert {"title", "body"} <= read <= set(told)


def test_the_statuses_that_apps_are_told_of_are_all_there_are() -> None:
    named = {row[0].strip("`") for row in _page("docs/mobile.md").rows}
    assert {status.value for status in ReceiptStatus} <= named
    assert {kind.name for kind in REFUSALS} <= named


def test_the_limits_that_apps_are_told_of_are_those_of_the_code() -> None:
    limits = Limits()
    expected = {
        "events in one `recordProgress`": EVENTS_PER_BATCH,
        "characters of an event's `id`": ID_AT_MOST,
        "bytes of an event's `data`, as JSON": DATA_AT_MOST,
        "characters of a text in `data`": TEXT_AT_MOST,
        "bytes of a request's body": BODY_AT_MOST,
        "characters of an operation": limits.characters,
        "tokens of an operation": limits.tokens,
        "depth of an operation": limits.depth,
        "aliases in an operation": limits.aliases,
        "cost of an operation, unless set otherwise": limits.cost,
        "entries of a page (`first`), ids in `nodes`": PAGE_AT_MOST,
        "days of a streak's calendar in one request": standings._DAYS_AT_MOST,
        "dates of one time off": DAYS_OFF_AT_MOST,
        "seconds that an operation may take": int(limits.seconds),
        "requests of one caller in a minute, unless set otherwise": limits.per_minute,
        "requests of all of an organisation in a minute, unless set otherwise": limits.organisation_per_minute,
        "events of an organisation in a minute, unless set otherwise": Settings.model_fields[
            "organisation_events_per_minute"
        ].default,
        "devices of one person that get pushes; with one more, the longest silent one goes": DEVICES_AT_MOST,
        "characters of a device's `endpoint`": ENDPOINT_AT_MOST,
        "operations on one WebSocket": WebSocketLimits().operations,
        "characters of the reason of a void": REASON_AT_MOST,
    }
    rows = {row[0]: row[1] for row in _page("docs/mobile.md").rows if row[1].isdigit()}
    assert rows == {what: str(limit) for what, limit in expected.items()}


def _commands(command: Command, *names: str) -> Iterator[str]:
    """The commands that `--help` shows, by their whole names."""
    if command.hidden:
        return
    if not isinstance(command, TyperGroup):
        yield " ".join(names)
        return
    context = Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _commands(found, *names, name)


def test_every_command_is_in_the_documents() -> None:
    prose = "\n".join(document.text for document in _documents())
    commands = list(_commands(get_command(app)))
    assert len(commands) >= 12
    assert [name for name in commands if not re.search(rf"\bvekst {name}\b", prose)] == []
