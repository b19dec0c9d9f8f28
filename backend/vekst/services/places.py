"""Which places a learner has on a pack's boards: pure, from the standing, for judging, sweep and choice alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import assert_never

from vekst.domain.actors import Role
from vekst.engine.pack import BoardMeasure, Leaderboard, Pack, PointsMeasure, StreakMeasure, TallyMeasure
from vekst.engine.readings import StreakReading, streak_reading
from vekst.engine.standing import Standing
from vekst.storage.boards_store import ORGANISATION_SCOPE, Place, team_scope
from vekst.storage.standings_store import StandingRow

__all__ = ["places_of", "takes_part"]

Value = tuple[int, datetime | None]
"""A value, and the instant until which it holds."""


def places_of(pack: Pack, standing: Standing | None, row: StandingRow, now: datetime) -> list[Place]:
    """The learner's places as of `now`; without a standing every value is 0. Who did not join has none (L1)."""
    boards = [board for board in pack.leaderboards.values() if takes_part(board, row)]
    if not boards:
        return []
    streaks = _readings(pack, boards, standing, now) if standing else {}
    scopes = (ORGANISATION_SCOPE, *(team_scope(team_id) for team_id in row.teams))
    return [
        Place(board.key, scope, row.learner_id, value, holds_until)
        for board in boards
        for value, holds_until in _values(board.measure, standing, streaks, now)
        for scope in scopes
    ]


def takes_part(board: Leaderboard, row: StandingRow) -> bool:
    """Whether the board has a place for the learner: their choice rules, and by default only learners can be in."""
    if not row.active or board.key in row.left:
        return False
    return board.key in row.joined or (board.joins == "opt_out" and row.role == Role.LEARNER)


def _readings(pack: Pack, boards: Iterable[Leaderboard], standing: Standing, now: datetime) -> dict[str, StreakReading]:
    """The streaks that the boards rest on, each read once."""
    keys = {board.measure.streak for board in boards if isinstance(board.measure, StreakMeasure)}
    return {key: streak_reading(pack, standing, key, now) for key in keys}


def _values(
    measure: BoardMeasure, standing: Standing | None, streaks: Mapping[str, StreakReading], now: datetime
) -> Iterator[Value]:
    """The value under the measure; boards per week or month, and those of tallies, keep no places yet."""
    match measure:
        case StreakMeasure(streak, of):
            yield _streak_value(streaks.get(streak), of, now)
        case PointsMeasure(per):
            if per is None:
                yield (standing.effort if standing else 0, None)
        case TallyMeasure():
            return
        case _:
            assert_never(measure)


def _streak_value(reading: StreakReading | None, of: str, now: datetime) -> Value:
    if reading is None:
        return (0, None)
    if of == "longest":
        return (reading.longest, None)
    alive = reading.current > 0 and (reading.ends_at is None or reading.ends_at > now)
    return (reading.current, reading.ends_at) if alive else (0, None)
