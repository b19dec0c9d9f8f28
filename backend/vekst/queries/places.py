"""What a viewer may see of a board: its upper half and the viewer's own place (L1), ties as the board wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from vekst.queries.ranks import BoardReading, PlaceRow

__all__ = ["BoardManners", "BoardView", "Place", "view_board"]


@dataclass(frozen=True, slots=True)
class BoardManners:
    """How a board shows people: ties, how many at the top and beside the viewer, and the smallest group with ranks."""

    ties: Literal["shared", "dense"]
    top: int
    neighbours: int
    smallest_group: int


@dataclass(frozen=True, slots=True)
class Place:
    """One place that the viewer may see."""

    rank: int
    person: str
    name: str
    value: int
    is_me: bool


@dataclass(frozen=True, slots=True)
class BoardView:
    """A board as one viewer sees it; `to_next` is how much the viewer lacks to share the next better place."""

    size: int
    entries: tuple[Place, ...] = ()
    around_me: tuple[Place, ...] = ()
    me: Place | None = None
    to_next: int | None = None


def view_board(reading: BoardReading, viewer: UUID | None, manners: BoardManners) -> BoardView:
    """The view of one reading; fewer members than the smallest group see no ranks at all, nor does anyone else."""
    if reading.size < manners.smallest_group:
        return BoardView(reading.size)
    mine = reading.place_of(viewer)
    top = reading.places[: manners.top]
    return BoardView(
        size=reading.size,
        entries=tuple(_place(row, viewer, manners) for row in top if _in_upper_half(row, reading.size)),
        around_me=tuple(_place(row, viewer, manners) for row in _around(reading, mine, manners.neighbours)),
        me=_place(mine, viewer, manners) if mine else None,
        to_next=reading.next_value - mine.value if mine and reading.next_value is not None else None,
    )


def _in_upper_half(row: PlaceRow, size: int) -> bool:
    """Whether at most half of the members have this place or a better one; a tie is in it as a whole or not at all."""
    return (row.above + row.beside) * 2 <= size


def _around(reading: BoardReading, mine: PlaceRow | None, neighbours: int) -> list[PlaceRow]:
    if mine is None:
        return []
    if not _in_upper_half(mine, reading.size):
        return [mine]
    at = reading.places.index(mine)
    near = reading.places[max(0, at - neighbours) : at + neighbours + 1]
    return [row for row in near if _in_upper_half(row, reading.size)]


def _place(row: PlaceRow, viewer: UUID | None, manners: BoardManners) -> Place:
    better = row.above if manners.ties == "shared" else row.values_above
    return Place(better + 1, row.person, row.name, row.value, row.learner_id == viewer)
