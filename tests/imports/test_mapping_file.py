from __future__ import annotations

from pathlib import Path

import pytest

from tests.imports.files import MAPPING
from vekst.domain.events import RecordedBy
from vekst.imports import WrongMapping, load_mapping


def told(folder: Path, text: str) -> list[str]:
    path = folder / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongMapping) as wrong:
        load_mapping(path)
    return [str(problem).removeprefix(f"{path}:") for problem in wrong.value.problems]


def test_a_mapping_says_which_columns_it_reads_each_once(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    mapping = load_mapping(path)
    assert mapping.columns() == ("who", "deal", "step", "when", "state", "minutes", "brave")
    assert mapping.recorded_by is RecordedBy.SYSTEM


def test_every_mistake_is_told_at_once_with_its_place_and_a_cure(tmp_path: Path) -> None:
    text = """\
format: csvs
sorce: shop
person: {colum: who, zone: Europe/Osla}
id: []
at: {column: when, zone: 5}
type:
  columns: [step]
  map:
    - {when: {state: done}, type: vekst.time-off}
data: {minutes: {column: minutes, as: numbr}}
"""
    assert told(tmp_path, text) == [
        "1:1 `format`: input should be 'csv', 'jsonl' or 'xes'",
        "1:1 `source` is missing (add it)",
        "2:1 `sorce` is not known (did you mean `source`?)",
        "3:1 `column` is missing (add it)",
        "3:10 `colum` is not known (did you mean `column`?)",
        "3:22 'Europe/Osla' is no IANA zone (such as Europe/Oslo)",
        "4:1 `id` is empty (fill it, or remove it)",
        "5:20 `zone`: input should be a valid string",
        "9:29 types that begin with 'vekst.' are reserved",
        "10:35 `as`: input should be 'number', 'text' or 'flag'",
    ]


def test_a_rule_may_only_ask_for_the_columns_of_its_table(tmp_path: Path) -> None:
    text = MAPPING.replace("columns: [step, state]", "columns: [step]")
    assert told(tmp_path, text) == ["6:1 a rule asks for 'state', which is not among `columns`; add it there"]


@pytest.mark.parametrize("source", ["app", "vekst"])
def test_the_sources_of_vekst_itself_are_reserved(tmp_path: Path, source: str) -> None:
    assert told(tmp_path, MAPPING.replace("source: shop", f"source: {source}")) == [
        f"2:1 the source {source!r} is reserved; name the system that the file comes from"
    ]


def test_what_is_no_yaml_is_told_with_its_place(tmp_path: Path) -> None:
    (only,) = told(tmp_path, "a: [\n")
    assert only.startswith("2:1 ")


def test_anchors_cannot_swell_a_mapping(tmp_path: Path) -> None:
    (only,) = told(tmp_path, "a: &a [x, x]\nb: [*a, *a]\n")
    assert only.startswith("1:4 ")


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(WrongMapping, match="UTF-8"):
        load_mapping(path)
