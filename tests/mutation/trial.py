"""A trial of each mutant, inside a copy of the tree: the tests nearest to the change, the model, then all of the core.

Run by `python -m tests.mutation`, never by hand: it writes the changes into the tree it is in.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import hypothesis
import msgspec
import pytest

from tests.mutation.mutants import Mutant, sample

__all__ = ["try_all"]

# Imported once here, not by every trial; the code under test is imported by the trial alone.
_SHARED = (hypothesis, msgspec)

# Of processor time, so that a busy machine kills no mutant; all tests together take about a third.
_LIMIT_S = 60
_OPTIONS = ["-n0", "-x", "-q", "--noconftest", "-p", "no:cacheprovider", "-p", "tests.mutation.profile"]
# A second run in one process finds the plugins of the first.
_OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
_UNCHANGED = "backend/vekst/engine/streaks.py"
_MODEL = "tests/engine/test_against_model.py"
_UNIT = ["tests/domain", "tests/engine", f"--ignore={_MODEL}"]
_NEAREST = {
    "awards": ["quests", "badges", "skills"],
    "badges": ["badges", "forgetting"],
    "fold": ["order", "voids"],
    "goals": ["goals", "quests", "conditions", "readings"],
    "improvement": ["improvement", "personal_best"],
    "leaves": ["conditions", "measures", "quests"],
    "measures": ["measures", "since"],
    "milestones": ["forgetting", "streak_milestones", "streaks"],
    "moment": ["order", "streaks"],
    "pack": ["quests", "badges", "streaks", "event_points"],
    "quests": ["quests", "forgetting"],
    "records": ["readings", "points", "skills"],
    "rules": ["readings"],
    "standing": ["standing", "order"],
    "streaks": ["streaks", "streak_favour", "streak_milestones", "streak_readings", "streak_walks", "forgetting"],
}


def try_all(root: Path, report: Path, *, seed: int, size: int, start: int = 0) -> None:
    """Append a line of JSON to `report` for each mutant, as soon as its fate is known."""
    if _fate(Mutant(_UNCHANGED, "", 0, 0), report.with_suffix(".out"))[0] != "survived":
        sys.exit(report.with_suffix(".out").read_text(encoding="utf-8"))
    for mutant in sample(root, seed=seed, size=size)[start:]:
        file = root / mutant.module
        original = file.read_text(encoding="utf-8")
        began = time.monotonic()
        file.write_text(mutant.written(original), encoding="utf-8")
        try:
            fate, said = _fate(mutant, report.with_suffix(".out"))
        finally:
            file.write_text(original, encoding="utf-8")
        line = {"module": mutant.module, "line": mutant.line, "operator": mutant.operator.removeprefix("core/")}
        line |= {"occurrence": mutant.occurrence, "fate": fate, "seconds": round(time.monotonic() - began, 1)}
        with report.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line | {"said": said}) + "\n")


def _fate(mutant: Mutant, output: Path) -> tuple[str, str]:
    """Let a process of its own run the tests, so that nothing of a mutant outlives it."""
    child = os.fork()
    if child == 0:
        _run_tests(mutant, output)
    _, status = os.waitpid(child, 0)
    said = output.read_text(encoding="utf-8").strip().splitlines()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
        return "timeout", ""
    return ("survived", "") if status == 0 else ("killed", said[-2] if len(said) > 1 else "")


def _run_tests(mutant: Mutant, output: Path) -> None:
    """End the process with 0 if every test passes; a signal ends it otherwise if it takes too long."""
    signal.setitimer(signal.ITIMER_PROF, _LIMIT_S)
    sys.dont_write_bytecode = True
    to = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(to, 1)
    os.dup2(to, 2)
    failed = 1
    try:
        nearest = _nearest(mutant)
        failed = int(
            bool(nearest and pytest.main([*_OPTIONS, *nearest]))
            or bool(pytest.main([*_OPTIONS, _MODEL]))
            or bool(pytest.main([*_OPTIONS, *_UNIT, *(f"--ignore={file}" for file in nearest)]))
        )
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(failed)


def _nearest(mutant: Mutant) -> list[str]:
    stem = Path(mutant.module).stem
    files = [f"tests/{mutant.package}/test_{name}.py" for name in _NEAREST.get(stem, [stem])]
    return [file for file in files if Path(file).is_file()]


if __name__ == "__main__":
    try_all(Path.cwd(), Path(sys.argv[1]), seed=int(sys.argv[2]), size=int(sys.argv[3]), start=int(sys.argv[4]))
