"""Ranks from few rows: the top of a board and the viewer's neighbourhood, each without a gap, and one known place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

__all__ = ["BoardReading", "MemberRow", "MemberValue", "PlaceRow", "ranked", "ranked_whole"]


class MemberRow(NamedTuple):
    """A member that was read: of the top or (else) around the viewer; `beside` members have the value."""

    learner_id: UUID
    person: str
    name: str
    value: int
    beside: int
    is_top: bool


class MemberValue(NamedTuple):
    """A member of a board that is read as a whole."""

    learner_id: UUID
    person: str
    name: str
    value: int


class PlaceRow(NamedTuple):
    """One member's place: `above` members and `values_above` different values are better, `beside` members share it."""

    learner_id: UUID
    person: str
    name: str
    value: int
    above: int
    values_above: int
    beside: int


@dataclass(frozen=True, slots=True)
class BoardReading:
    """A board as read: places best first, the top and those around the viewer; `next_value` is the next better."""

    size: int
    places: tuple[PlaceRow, ...]
    next_value: int | None

    def place_of(self, learner_id: UUID | None) -> PlaceRow | None:
        """The place of that learner, if it was read."""
        return next((place for place in self.places if place.learner_id == learner_id), None)


def ranked(
    size: int,
    members: Sequence[MemberRow],
    *,
    viewer: UUID | None,
    above: int,
    different_above: int,
    next_value: int | None,
) -> BoardReading:
    """Places from members, best first; above the viewer are `above` members with `different_above` values.

    Between two values of the top, or of the neighbourhood, there is none that was not read.
    """
    best = [*_places([member for member in members if member.is_top], 0, 0)]
    around = [member for member in members if not member.is_top]
    mine = next((member for member in around if member.learner_id == viewer), None)
    if mine is not None:
        better = {member.value: member.beside for member in around if member.value > mine.value}
        known = {place.learner_id for place in best}
        near = _places(around, above - sum(better.values()), different_above - len(better))
        best += [place for place in near if place.learner_id not in known]
    return BoardReading(size, tuple(best), next_value)


def ranked_whole(members: Sequence[MemberValue], viewer: UUID | None) -> BoardReading:
    """The reading of a board of these members; who has nothing yet is on it, without a place."""
    placed = sorted(
        (member for member in members if member.value > 0), key=lambda each: (each.value, each.learner_id), reverse=True
    )
    places: list[PlaceRow] = []
    for values_above, (_, same) in enumerate(groupby(placed, key=lambda each: each.value)):
        tied, above = list(same), len(places)
        places += [
            PlaceRow(each.learner_id, each.person, each.name, each.value, above, values_above, len(tied))
            for each in tied
        ]
    mine = next((place for place in places if place.learner_id == viewer), None)
    better = [place.value for place in places if mine is not None and place.value > mine.value]
    return BoardReading(len(members), tuple(places), min(better, default=None))


def _places(members: Iterable[MemberRow], above: int, different: int) -> Iterator[PlaceRow]:
    """The places of members without a gap, best first, from the members and the different values above the first."""
    last = None
    for learner_id, person, name, value, beside, _ in members:
        if last is not None and value != last.value:
            above, different = above + last.beside, different + 1
        last = PlaceRow(learner_id, person, name, value, above, different, beside)
        yield last
