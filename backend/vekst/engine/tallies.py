"""What boards add up, window by window of the learner's local dates: effort points, or a measure over events (L2).

Values are what a board shows: whole numbers, a sum rounded down, and none above VALUE_AT_MOST. They are kept for as
long as raw events are (the pack's retention), so that a standing stays small however old it gets.
"""

from __future__ import annotations

from typing import Final

from vekst.domain.calendars import local_day
from vekst.domain.events import ProgressEvent
from vekst.domain.instants import instant
from vekst.domain.periods import Window, window_start
from vekst.engine.measures import DAYS_BACK
from vekst.engine.pack import Pack, Tally
from vekst.engine.standing import Standing, TallyState

__all__ = ["EVER", "VALUE_AT_MOST", "oldest_window", "tally_event", "tally_points", "tally_values"]

EVER: Final = 0
"""The window of what is never counted anew."""

VALUE_AT_MOST: Final = 2**31 - 1
"""The largest value that a board shows; whoever has more shares its place."""


def tally_points(pack: Pack, standing: Standing, points: int, day: int) -> None:
    """Add effort points given on the local date `day`."""
    for index in pack.points_tallies:
        tally, state = pack.tallies[index], standing.tallies[index]
        window = _window(tally, day)
        _put(pack, tally, state, window, state.values.get(window, 0) + points, day=day)


def tally_event(pack: Pack, standing: Standing, index: int, event: ProgressEvent, *, day: int) -> None:
    """Let the tally at `index` take in an event of the local date `day` that fits it."""
    tally, state = pack.tallies[index], standing.tallies[index]
    leaf = tally.leaf
    if leaf is None:
        return
    window = _window(tally, day)
    total = state.open.get(window)
    if total is None:
        total = leaf.measure.start()
        # In canonical order no later event falls into a window that ended before this date less DAYS_BACK.
        first = _window(tally, day - DAYS_BACK)
        state.open = {**{start: each for start, each in state.open.items() if start >= first}, window: total}
    if leaf.measure.add(total, event, day):
        _put(pack, tally, state, window, leaf.measure.have(total) // leaf.unit, day=day)


def tally_values(pack: Pack, standing: Standing, index: int, today: int) -> dict[int, int]:
    """The values of the tally's windows that are kept on the date `today`, by the windows' first dates.

    Points that the standing holds besides the fold (M3, V1) are in them.
    """
    tally = pack.tallies[index]
    values = dict(standing.tallies[index].values)
    for kept in standing.kept if tally.leaf is None else ():
        if kept.points and not kept.outcome:
            zone = next(name for since, name in reversed(standing.zones) if since <= kept.reached_at)
            window = _window(tally, local_day(instant(kept.reached_at), zone))
            values[window] = min(VALUE_AT_MOST, values.get(window, 0) + kept.points)
    oldest = oldest_window(pack, tally.per, today)
    return {window: value for window, value in values.items() if window >= oldest}


def oldest_window(pack: Pack, per: Window | None, day: int) -> int:
    """The first date of the first window that is kept on the date `day`."""
    return EVER if per is None else window_start(per, max(1, day - pack.retention.days))


def _put(pack: Pack, tally: Tally, state: TallyState, window: int, value: int, *, day: int) -> None:
    if not value:
        return
    if window not in state.values:
        oldest = oldest_window(pack, tally.per, day)
        for start in [start for start in state.values if start < oldest]:
            del state.values[start]
    state.values[window] = min(VALUE_AT_MOST, value)


def _window(tally: Tally, day: int) -> int:
    return EVER if tally.per is None else window_start(tally.per, max(1, day))
