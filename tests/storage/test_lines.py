"""Columns of texts that are sent as lines."""

from __future__ import annotations

import pytest

from vekst.storage.lines import lines


@pytest.mark.parametrize("column", [[], ["one"], ["one", "", "three"], ["æ", "{}"]])
def test_texts_have_a_line_each(column: list[str]) -> None:
    assert lines(column) == "\n".join(column)


@pytest.mark.parametrize("column", [["a\nb"], ["one", "t\nwo"], ["\n", "b"]])
def test_a_text_with_a_break_is_refused_rather_than_moved_to_other_rows(column: list[str]) -> None:
    with pytest.raises(ValueError, match="line"):
        lines(column)
