from __future__ import annotations

import pytest

from vekst.domain.storable import is_storable


@pytest.mark.parametrize("text", ["", "words", "Øvde på en samtale", "\U0001f331", "\x01"])
def test_texts_can_be_stored(text: str) -> None:
    assert is_storable(text)


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "half \udc00"])
def test_a_nul_and_half_of_a_pair_can_not(text: str) -> None:
    assert not is_storable(text)
