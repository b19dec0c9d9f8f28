"""The JSON Schema for editors says what the documents say."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.quests.packs import ROOT, ErrorPage, base_files, error_pages
from vekst.quests.messages.form import FORM
from vekst.quests.schema import SCHEMA_FILE, quest_file_schema, schema_text
from vekst.quests.yaml_tree import YamlValue, parse_yaml

PACK_FILES = sorted(file for pack in (ROOT / "quests").rglob("pack.yaml") for file in pack.parent.rglob("*.yaml"))
FORM_PAGES = [page for page in error_pages() if page.code in FORM and page.wrong]
ONLY_THE_CHECK_SEES = {"TEXT_TOO_LONG", "DUPLICATE_VALUE", "BAD_DATE", "BAD_INSTANT", "NUMBER_OUT_OF_RANGE", "BAD_LINK"}


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = quest_file_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def as_json(value: YamlValue) -> object:
    match value:
        case dict():
            return {str(key): as_json(entry) for key, entry in value.items()}
        case tuple():
            return [as_json(entry) for entry in value]
        case Decimal():
            return float(value)
        case _:
            return value


def fits(validator: Draft202012Validator, text: str) -> bool:
    return bool(validator.is_valid(as_json(parse_yaml(text, "f.yaml").value or {})))


def test_the_schema_file_is_current(golden: Callable[[Path, str], None]) -> None:
    golden(ROOT / SCHEMA_FILE, schema_text())


@pytest.mark.parametrize("file", PACK_FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_pack_fits(validator: Draft202012Validator, file: Path) -> None:
    assert fits(validator, file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(base_files()))
def test_the_base_pack_fits(validator: Draft202012Validator, name: str) -> None:
    assert fits(validator, base_files()[name])


@pytest.mark.parametrize("page", FORM_PAGES, ids=lambda page: page.code)
def test_a_wrong_form_does_not_fit_and_the_right_one_does(validator: Draft202012Validator, page: ErrorPage) -> None:
    if page.code not in ONLY_THE_CHECK_SEES:
        assert not all(fits(validator, text) for text in page.wrong.values())
    assert all(fits(validator, text) for text in page.right.values())


def test_a_pack_file_needs_its_whole_header(validator: Draft202012Validator) -> None:
    assert not fits(validator, "pack: base")
    assert fits(validator, "skills: {}")
