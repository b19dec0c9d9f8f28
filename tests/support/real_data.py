"""Real data sets, which lie beside a checkout and in no repository; tests that need one skip, saying so, without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["ROOT", "data_file"]

ROOT = Path(__file__).parents[2]
_BESIDE = ROOT.parent / "shared" / "data"


def data_file(name: str) -> Path:
    """The file of that name below VEKST_TEST_DATA, or where data usually lies."""
    folder = Path(os.environ.get("VEKST_TEST_DATA") or _BESIDE)
    if not (folder / name).is_file():
        pytest.skip(f"the real data set {name} is not in {folder}; name its folder with VEKST_TEST_DATA")
    return folder / name
