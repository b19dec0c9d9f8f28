"""Which places a learner has on a pack's boards: pure, from the standing, for judging, sweep and choice alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple, assert_never

from vekst.domain.actors import Role
from vekst.domain.periods import Window, window_key, window_named, window_start
from vekst.engine.pack import Leaderboard, Pack, PointsMeasure, StreakMeasure, TallyMeasure
from vekst.engine.standing import Standing
from vekst.engine.streaks import current_run, next_losses
from vekst.engine.tallies import EVER, VALUE_AT_MOST, oldest_window, tally_values
from vekst.storage.board_scopes import EVERYONE, period_of, window_scope
from vekst.storage.boards_store import Place
from vekst.storage.standings_store import StandingRow

__all__ = ["is_over", "oldest_windows", "places_of", "takes_part"]


class _Value(NamedTuple):
    """A value, the scope that it is of, and the instant until which it holds."""

    value: int
    scope: str = EVERYONE
    holds_until: datetime | None = None


def places_of(
    pack: Pack, standing: Standing | None, row: StandingRow, now: datetime, *, since: datetime | None = None
) -> list[Place]:
    """The learner's places as of `now`; without a standing every value is 0. Who did not join has none (L1).

    With `since` only those that can have moved by what was folded into the standing from that instant on.
    """
    boards = [board for board in pack.leaderboards.values() if takes_part(board, row)]
    if standing and since:
        boards = [board for board in boards if _has_moved(pack, standing, board)]
    if not boards:
        return []
    reader = _Reader(pack, standing, now, since)
    return [
        Place(board.key, value.scope, row.learner_id, value.value, value.holds_until)
        for board in boards
        for value in reader.values(board)
    ]


def takes_part(board: Leaderboard, row: StandingRow) -> bool:
    """Whether the board has a place for the learner: their choice rules, and by default only learners can be in."""
    if not row.active or board.key in row.left:
        return False
    return board.key in row.joined or (board.joins == "opt_out" and row.role == Role.LEARNER)


def _has_moved(pack: Pack, standing: Standing, board: Leaderboard) -> bool:
    """Whether the fold has changed what the board's values rest on."""
    match board.measure:
        case StreakMeasure(key):
            return standing.streaks.has_moved(pack.streak_index[key])
        case PointsMeasure(tally=index) | TallyMeasure(tally=index):
            return index is None or standing.tallies.has_moved(index)
        case _:
            assert_never(board.measure)


def oldest_windows(pack: Pack, now: datetime) -> dict[str, str]:
    """For each board with windows the name of the first that is kept."""
    today = now.date().toordinal()
    measures = {board.key: board.measure for board in pack.leaderboards.values()}
    return {
        key: window_key(measure.per, oldest_window(pack, measure.per, today))
        for key, measure in measures.items()
        if not isinstance(measure, StreakMeasure) and measure.per is not None
    }


def is_over(pack: Pack, place: Place, now: datetime) -> bool:
    """Whether the place is in a window that is no longer kept, and waits to be taken away."""
    board, period = pack.leaderboards.get(place.board), period_of(place.scope)
    if board is None or period is None or isinstance(board.measure, StreakMeasure) or board.measure.per is None:
        return False
    first = window_named(board.measure.per, period)
    return first is not None and first < oldest_window(pack, board.measure.per, now.date().toordinal())


class _Reader:
    """The values of one standing."""

    def __init__(self, pack: Pack, standing: Standing | None, now: datetime, since: datetime | None) -> None:
        self._pack = pack
        self._standing = standing
        self._now = now
        # Where the local date is the furthest behind, it is still the day before that of UTC.
        self._since = since.date().toordinal() - 1 if since else None

    def values(self, board: Leaderboard) -> Iterator[_Value]:
        """The values under the board's measure; where it has windows, first a row that says who is on the board."""
        standing = self._standing
        match board.measure:
            case StreakMeasure(streak, of):
                yield self._run(standing, streak, of) if standing else _Value(0)
            case PointsMeasure(per=None):
                yield _Value(min(VALUE_AT_MOST, standing.effort) if standing else 0)
            case TallyMeasure(per=None, tally=index):
                yield _Value(standing.tallies[index].values.get(EVER, 0) if standing else 0)
            case PointsMeasure(Window() as per, int(index)) | TallyMeasure(Window() as per, index):
                if self._since is None:
                    yield _Value(0)
                if standing:
                    yield from self._windows(per, index, standing)
            case PointsMeasure() | TallyMeasure():
                raise TypeError(board.measure)
            case _:
                assert_never(board.measure)

    def _windows(self, per: Window, index: int, standing: Standing) -> Iterator[_Value]:
        today = self._now.date().toordinal()
        first = 0 if self._since is None else window_start(per, self._since)
        for window, value in tally_values(self._pack, standing, index, today).items():
            if window >= first:
                yield _Value(value, window_scope(window_key(per, window)))

    def _run(self, standing: Standing, key: str, of: str) -> _Value:
        index = self._pack.streak_index[key]
        streak, state = self._pack.streaks[index], standing.streaks[index]
        if of == "longest":
            return _Value(state.longest)
        run = current_run(streak, standing, state, self._now)
        _, ends_at = next_losses(streak, standing, state, self._now, run)
        alive = run[0] > 0 and (ends_at is None or ends_at > self._now)
        return _Value(run[0], holds_until=ends_at) if alive else _Value(0)
