"""The short profile of the fuzz program, the oracle's own eyes, and a test for each fault that it has found."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz import web
from tests.fuzz.oracle import Outcome, leaks
from tests.fuzz.program import ENTRANCES, Program, inputs
from vekst.api import create_app
from vekst.cli.failures import explain
from vekst.graphql.http_body import QUERY_STRING_AT_MOST
from vekst.imports import ImportStopped, WrongMapping, load_mapping, read_people
from vekst.settings import Settings

SHORT = {"http": 200, "token": 120, "stream": 40, "line": 20, "receipts": 10, "mapping": 40, "pack": 8, "command": 20}
"""Inputs of each entrance; a hundred for those not named."""


@pytest.mark.parametrize("entrance", ENTRANCES)
async def test_bad_input_is_refused_and_changes_nothing(settings: Settings, entrance: str) -> None:
    report = await Program(settings).run(islice(inputs(7, [entrance]), SHORT.get(entrance, 60)))
    assert not report.faults, "\n".join(report.lines())
    assert report.inputs == sum(report.kinds.values())


def test_the_same_seed_gives_the_same_inputs() -> None:
    assert list(islice(inputs(3), 50)) == list(islice(inputs(3), 50))
    assert {each.entrance for each in islice(inputs(3), 500)} == set(ENTRANCES)


def test_words_of_the_inside_are_seen_unless_their_sender_said_them() -> None:
    answer = b'{"message": "column learner_id of vekst.storage"}'
    assert leaks(Outcome("x", answer)) == ["learner_id", "vekst.storage"]
    assert leaks(Outcome("x", answer, sent=b"learner_id")) == ["vekst.storage"]
    assert leaks(Outcome("x", b"VEKST_DATABASE_URL begins with postgresql+asyncpg://")) == []


async def test_a_query_string_that_no_server_should_take_is_not_read(settings: Settings) -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        asked = web.Asked("GET", b"/graphql", b"query=" + b"{" * QUERY_STRING_AT_MOST, [], b"")
        answered = await web.ask(app, asked)
    assert answered.status == 414
    assert b'"reason":"OPERATION_TOO_LARGE"' in answered.body


def test_a_device_is_no_file_to_import() -> None:
    with pytest.raises(ImportStopped, match="no file"):
        read_people(Path("/dev/zero"))
    with pytest.raises(WrongMapping, match="128 KiB"):
        load_mapping(Path("/dev/zero"))


def test_a_file_of_people_with_endless_columns_is_not_told_in_full(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(",".join(["person", *(f"column-{number}" for number in range(5_000))]))
    with pytest.raises(ImportStopped) as stopped:
        read_people(path)
    assert len(str(stopped.value)) < 400


def test_a_mapping_of_a_size_that_none_has_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text("a: 1\n" * 40_000)
    with pytest.raises(WrongMapping, match="128 KiB"):
        load_mapping(path)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UnicodeDecodeError("utf-8", b"\xfe", 0, 1, "invalid start byte"), r"not text in UTF-8 .*\.env"),
        (OSError(5, "Input/output error"), "input/output error; check the file"),
        (OSError(36, "File name too long", "aaa"), "aaa: file name too long; check the path"),
    ],
)
def test_what_the_system_says_of_a_file_is_told_in_a_line(error: Exception, words: str) -> None:
    found = explain(error)
    assert found is not None
    assert re.search(words, found.text)
