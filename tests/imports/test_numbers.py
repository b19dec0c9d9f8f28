"""Numbers of a file that no event can hold: their rows are refused by the services, and all others are stored."""

from __future__ import annotations

from pathlib import Path

from tests.imports.files import HEADER, MAPPING, ROW
from tests.support.organisations import Organisation
from tests.support.packs import CRAFT
from vekst.cli.importing import ServicesSink
from vekst.imports import import_events, load_mapping


async def test_a_number_of_hundreds_of_digits_sinks_its_row_alone(organisation: Organisation, tmp_path: Path) -> None:
    await organisation.publish(CRAFT)
    lengths = ("5", "9" * 400, "-" + "9" * 400, "9" * 5_000, "1e400", "6")
    rows = [ROW.replace(",1,", f",{number},").replace(",5,", f",{each},") for number, each in enumerate(lengths)]
    path, mapping_path = tmp_path / "rows.csv", tmp_path / "mapping.yaml"
    path.write_text(HEADER + "".join(rows))
    mapping_path.write_text(MAPPING.replace("  brave: {column: brave, as: flag}\n  channel: {value: phone}\n", ""))
    mapping = load_mapping(mapping_path)
    refused: list[tuple[int, str]] = []
    summary = await import_events(
        path,
        mapping=mapping,
        mapping_path=mapping_path,
        sink=ServicesSink(organisation.factory, organisation.id, mapping),
        on_refused=lambda each: refused.append((each.row, each.code)),
    )
    assert summary.stored == 2
    assert sorted(refused) == [
        (3, "NUMBER_OUT_OF_RANGE"),
        (4, "NUMBER_OUT_OF_RANGE"),
        (5, "WRONG_VALUE"),
        (6, "WRONG_VALUE"),
    ]
