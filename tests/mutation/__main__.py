"""`make mutants`: copies the tree, tries a seeded sample of mutants in the copy, and prints what became of them."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

__all__ = ["main"]

ROOT = Path(__file__).parents[2]
_COPIED = ("backend", "tests", "quests", "schema", "docs", "pyproject.toml", "README.md")
_FATES = ("killed", "timeout", "survived")


def main() -> None:
    """Try the mutants; the exit code is 1 if fewer than nine of ten die."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=2026, help="of the sample (default 2026)")
    parser.add_argument("--size", type=int, default=300, help="how many mutants (default 300)")
    parser.add_argument("--start", type=int, default=0, help="how many of them to leave out (default 0)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vekst-mutants-") as folder:
        copy, report = Path(folder) / "tree", Path(folder) / "fates.jsonl"
        _copy(copy)
        _try(copy, report, [str(asked.seed), str(asked.size), str(asked.start)])
        fates = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    sys.stdout.writelines(f"{line}\n" for line in _figures(fates))
    sys.exit(10 * sum(fate["fate"] == "survived" for fate in fates) > len(fates))


def _copy(copy: Path) -> None:
    copy.mkdir()
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, copy / name)


def _try(copy: Path, report: Path, sample: list[str]) -> None:
    """Only what lies in the copy is imported there; bytecode is written once, before anything is changed."""
    env = {**os.environ, "PYTHONPATH": str(copy / "backend"), "HYPOTHESIS_PROFILE": "mutation"}
    for module in (["compileall", "-q", "backend", "tests"], ["tests.mutation.trial", str(report), *sample]):
        subprocess.run([sys.executable, "-m", *module], cwd=copy, env=env, check=True)


def _figures(fates: list[dict[str, Any]]) -> list[str]:
    lines = []
    for package in ("engine", "domain"):
        count = Counter(fate["fate"] for fate in fates if fate["module"].split("/")[2] == package)
        lines.append(f"{package}: " + ", ".join(f"{count[fate]} {fate}" for fate in _FATES))
    dead = sum(fate["fate"] != "survived" for fate in fates)
    lines.append(f"{dead} of {len(fates)} died ({100 * dead / max(1, len(fates)):.1f} %)")
    told = [fate for fate in fates if fate["fate"] != "killed"]
    return [*lines, *("{fate}: {module}:{line} {operator} #{occurrence}".format(**fate) for fate in told)]


if __name__ == "__main__":
    main()
