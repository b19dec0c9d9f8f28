from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.imports.files import HEADER, MAPPING, ROW, Landing, run
from vekst.domain.receipts import NewEvent
from vekst.imports import ImportStopped, NewPerson, WrongMapping


def test_a_row_becomes_the_event_that_the_mapping_says(tmp_path: Path) -> None:
    imported = run(tmp_path, HEADER + ROW)
    assert imported.events == [
        NewEvent(
            id="1:call",
            type="call.practised",
            occurred_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
            data={"minutes": 5, "brave": True, "channel": "phone"},
            person="kari",
        )
    ]
    assert imported.landing.people == {"kari": NewPerson("kari", "Agent kari", "Europe/Oslo")}


def test_gzip_is_known_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    assert run(tmp_path, gzip.compress((HEADER + ROW).encode())).summary.stored == 1


def test_rows_are_refused_by_number_and_reason_and_the_others_go_on(tmp_path: Path) -> None:
    rows = [
        ROW,
        ",1,call,done,2026-03-02T09:00:00+01:00,5,yes\n",
        "kari,2,call,done,2026-03-02T09:00:00,5,yes\n",
        "kari,2,call,done,,5,yes\n",
        "kari,2,call,done,yesterday,5,yes\n",
        "kari,2,call,done,0001-01-01T00:00:00+14:00,5,yes\n",
        "kari,2,call,open,2026-03-02T09:00:00+01:00,5,yes\n",
        "kari,2,call,done,2026-03-02T09:00:00+01:00,five,yes\n",
        "kari,2,call,done,2026-03-02T09:00:00+01:00,nan,yes\n",
        "kari,2,call,done,2026-03-02T09:00:00+01:00,5,perhaps\n",
        "kari,2,call\n",
        "\n",
        "robot,2,call,done,2026-03-02T09:00:00+01:00,5,yes\n",
        ROW,
        ROW.replace("5", "6"),
        "kari,2,call,DONE,2026-03-02T09:00:00+01:00,,\n",
    ]
    imported = run(tmp_path, HEADER + "".join(rows), batch_size=3)
    assert imported.codes == [
        (3, "NO_PERSON"),
        (4, "WRONG_TIME"),
        (5, "NO_TIME"),
        (6, "WRONG_TIME"),
        (7, "WRONG_TIME"),
        (8, "NO_TYPE"),
        (9, "WRONG_VALUE"),
        (10, "WRONG_VALUE"),
        (11, "WRONG_VALUE"),
        (12, "WRONG_COLUMNS"),
        (16, "CONFLICT"),
    ]
    summary = imported.summary
    assert (summary.stored, summary.duplicates, summary.skipped) == (2, 1, {"a robot's call": 1})
    assert summary.rows == summary.stored + summary.duplicates + summary.refusals + summary.skipped.total()
    assert imported.events[-1].data == {"channel": "phone"}, "empty values are left out"


def test_a_local_time_is_read_in_the_zone_of_the_mapping(tmp_path: Path) -> None:
    mapping = MAPPING.replace("at: when", 'at: {column: when, zone: Europe/Oslo, format: "%d.%m.%Y %H:%M"}')
    imported = run(tmp_path, HEADER + "kari,1,call,done,02.07.2026 09:00,5,yes\n", mapping)
    assert imported.events[0].occurred_at == datetime(2026, 7, 2, 7, tzinfo=UTC)


@pytest.mark.parametrize(("form", "value"), [("unix", "1772438400"), ("unix-ms", "1772438400000")])
def test_seconds_and_milliseconds_since_1970_are_times_too(tmp_path: Path, form: str, value: str) -> None:
    mapping = MAPPING.replace("at: when", f"at: {{column: when, format: {form}}}")
    imported = run(tmp_path, HEADER + ROW.replace("2026-03-02T09:00:00+01:00", value), mapping)
    assert imported.events[0].occurred_at == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_other_delimiters_encodings_quotes_and_line_breaks_are_read(tmp_path: Path) -> None:
    mapping = MAPPING + 'delimiter: ";"\nencoding: latin-1\n'
    text = HEADER.replace(",", ";") + 'bj\xf8rn;"1\n2";call;done;2026-03-02T09:00:00+01:00;5;yes\r\n'
    imported = run(tmp_path, text.encode("latin-1"), mapping)
    assert [(event.person, event.id) for event in imported.events] == [("bjørn", "1\n2:call")]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert run(tmp_path, "\ufeff" + HEADER + ROW).summary.stored == 1


def test_a_row_in_another_encoding_is_refused_alone(tmp_path: Path) -> None:
    imported = run(tmp_path, (HEADER + ROW).encode() + "bjørn,3,call,done,x,5,yes\n".encode("latin-1"))
    assert (imported.summary.stored, imported.codes) == (1, [(3, "WRONG_ENCODING")])


def test_a_line_without_end_is_refused_and_never_held(tmp_path: Path) -> None:
    imported = run(tmp_path, HEADER + "x" * 3_000_000 + "\n" + ROW)
    assert (imported.summary.stored, imported.codes) == (1, [(2, "TOO_LONG")])


def test_a_column_that_the_file_lacks_is_told_where_the_mapping_names_it(tmp_path: Path) -> None:
    with pytest.raises(WrongMapping) as wrong:
        run(tmp_path, HEADER.replace("deal", "deals") + ROW)
    assert str(wrong.value).endswith("mapping.yaml:4:6 the file has no column `deal` (did you mean `deals`?)")


@pytest.mark.parametrize(("content", "why"), [("", "empty"), ("who,who\n", "twice")])
def test_a_header_that_names_no_columns_stops_the_import(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(ImportStopped, match=why):
        run(tmp_path, content)


def test_a_damaged_gzip_file_stops_with_a_cure_and_keeps_what_was_stored(tmp_path: Path) -> None:
    rows = HEADER + "".join(ROW.replace(",1,", f",{number},") for number in range(20_000))
    packed = gzip.compress(rows.encode())
    landing = Landing()
    with pytest.raises(ImportStopped, match=r"damaged.*again"):
        run(tmp_path, packed[: len(packed) // 2], landing=landing, batch_size=500)
    stored = len(landing.events)
    assert 0 < stored < 20_000
    again = run(tmp_path, packed, landing=landing, batch_size=500)
    assert (again.summary.duplicates, again.summary.stored) == (stored, 20_000 - stored)


def test_a_gzip_bomb_stops_the_import(tmp_path: Path) -> None:
    with pytest.raises(ImportStopped, match="swells"):
        run(tmp_path, gzip.compress(HEADER.encode() + b"x" * (200 << 20)))


def test_rows_are_handed_over_in_batches_of_one_size_however_long_the_file(tmp_path: Path) -> None:
    landing = Landing()
    run(tmp_path, HEADER + ROW * 10_000, landing=landing, batch_size=100)
    assert set(landing.batches) == {100}
