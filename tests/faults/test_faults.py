"""The fault program in short: some strikes of one seed, and all comparisons; `make faults` is the long one."""

from __future__ import annotations

import subprocess
import sys

from tests.repository.tree import ROOT


def test_strikes_lose_nothing_double_nothing_and_hang_nothing() -> None:
    # A process of its own: the servers end with the main thread that started them.
    arguments = ["--seed", "5", "--minutes", "0.2", "--people", "6"]
    ended = subprocess.run(
        [sys.executable, "-m", "tests.faults", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "nothing lost, nothing twice, nothing hung" in ended.stdout
