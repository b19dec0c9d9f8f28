"""`python -m benchmarks.scaling`: writes docs/scaling.md from docs/benchmarks/latest.json."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.reports.record import Record
from benchmarks.reports.scaling import scaling_page

__all__ = ["main"]

_DOCS: Final = Path(__file__).resolve().parent.parent / "docs"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page anew."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description="Writes docs/scaling.md anew.")
    parser.add_argument("--record", type=Path, default=_DOCS / "benchmarks" / "latest.json", help="what was measured")
    parser.add_argument("--out", type=Path, default=_DOCS / "scaling.md", help="the page to write")
    asked = parser.parse_args(arguments)
    record = msgspec.json.decode(asked.record.read_bytes(), type=Record)
    asked.out.write_text(scaling_page(record), encoding="utf-8")


if __name__ == "__main__":
    main()
