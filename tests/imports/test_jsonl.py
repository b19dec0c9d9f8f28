from __future__ import annotations

from pathlib import Path

from tests.imports.files import run

MAPPING = """\
format: jsonl
source: crm
person: actor.key
id: id
at: time
type: call.practised
data:
  minutes: length
  note: {column: note, as: text}
skip: [{when: {test: "true"}, because: a test}]
"""


def test_json_values_keep_their_types_and_inner_objects_give_dotted_columns(tmp_path: Path) -> None:
    line = (
        '{"id": 7, "time": "2026-03-02T09:00:00Z", "length": 2.5, "actor": {"key": "kari"}, "note": 12, "tags": [1]}\n'
    )
    (event,) = run(tmp_path, line, MAPPING).events
    assert (event.person, event.id, event.data) == ("kari", "7", {"minutes": 2.5, "note": "12"})


def test_lines_that_are_no_objects_are_refused_by_their_number(tmp_path: Path) -> None:
    lines = ["{", "[1]", "", '{"id": 1, "time": null, "actor": {"key": "kari"}}', '{"test": true}', "\xff"]
    imported = run(tmp_path, "\n".join(lines).encode("latin-1"), MAPPING)
    assert imported.codes == [(1, "MALFORMED"), (2, "MALFORMED"), (4, "NO_TIME"), (6, "MALFORMED")]
    assert imported.summary.skipped == {"a test": 1}


def test_endless_nesting_is_refused(tmp_path: Path) -> None:
    deep = '{"a":' * 5_000 + "1" + "}" * 5_000
    assert run(tmp_path, deep, MAPPING).codes == [(1, "MALFORMED")]
