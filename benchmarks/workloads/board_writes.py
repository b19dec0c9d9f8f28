"""What boards cost judging: the same batches in an organisation with the boards of its pack, and in one without any."""

from __future__ import annotations

from typing import Final

from benchmarks.companies import Company, check_judged, found_company
from benchmarks.crowds import Crowd
from benchmarks.findings import Comparison, Finding
from benchmarks.stage import Stage
from benchmarks.turns import Contender, Stopwatch, in_turn
from vekst.factory import Factory, Process

__all__ = ["cost_of_boards"]

_BATCH: Final = 500
_GOAL: Final = 0.8


async def cost_of_boards(stage: Stage) -> list[Finding]:
    """Batches judged by one worker, four boards that everybody joined beside none; storing them is not measured."""
    events = stage.profile.events[_BATCH]
    async with Process.running(stage.settings) as process:
        contenders: dict[str, Contender] = {}
        for name, boards in (("with", True), ("without", False)):
            stage.say(f"boards-cost: an organisation of {stage.profile.learners:,} learners {name} boards")
            company = await found_company(
                stage, Factory(process), f"{name}-boards", history=stage.profile.history, boards=boards
            )
            planned = (stage.profile.rounds + 2) * events
            contenders[name] = _judged(company, company.crowd(1, planned), events // _BATCH)
        measured = await in_turn(stage.profile.rounds, contenders, rest=stage.rest)
    return [
        Comparison.of(
            "boards",
            f"judging batches of {_BATCH}",
            unit="events/s",
            floor_name="the same without boards",
            ours=measured["with"],
            floor=measured["without"],
            goal=_GOAL,
        )
    ]


def _judged(company: Company, crowd: Crowd, batches: int) -> Contender:
    async def rate() -> float:
        seconds, events = 0.0, 0
        for _ in range(batches):
            await company.record(crowd.batch(_BATCH))
            with Stopwatch() as watch:
                judged = await company.factory.judging().judge_everything(company.id)
            check_judged(judged)
            seconds, events = seconds + watch.wall, events + judged.events
        return events / seconds

    return rate
