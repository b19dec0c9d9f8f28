"""The error pages are complete, and every example on them is true."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.quests.packs import ErrorPage, error_pages, told
from vekst.quests.messages import CATALOGUE, LOCALES

DATA = Path(__file__).parent / "data"
PAGES = [page for page in error_pages() if page.wrong]
FOLDER_CODES = {"NO_PACK_FILE", "UNREADABLE_FILE", "IGNORED_FILE", "TOO_LARGE", "NOT_UTF8", "BAD_CHARACTER"}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(page.code for page in error_pages()) == sorted(CATALOGUE)


def test_only_what_takes_more_than_text_has_no_example() -> None:
    without = {page.code for page in error_pages()} - {page.code for page in PAGES}
    assert without == FOLDER_CODES | {"WRONG_VALUE", "FIELD_TYPE_CHANGED"}


def test_the_base_pack_of_the_pages_has_no_finding() -> None:
    assert told({}) == ()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_the_wrong_example_brings_its_code_about(page: ErrorPage) -> None:
    assert page.code in [each.code for each in told(page.wrong)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_the_right_example_does_not(page: ErrorPage) -> None:
    assert page.code not in [each.code for each in told(page.right)]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_words_of_every_example_are_as_they_were(locale: str, golden: Callable[[Path, str], None]) -> None:
    lines: list[str] = []
    for page in PAGES:
        lines += [f"# {page.code}", *(each.render(locale) for each in told(page.wrong) if each.code == page.code), ""]
    golden(DATA / f"error-pages.{locale}.txt", "\n".join(lines))
