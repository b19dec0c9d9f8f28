"""What the audit log is told of people who were added or changed: which facts differ, and never what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from vekst.domain.audit import Act, Note
from vekst.storage.people_store import PersonRow, TeamPlace

__all__ = ["Placed", "notes_of"]

_FIELDS: Final = {"name": "name", "email": "email", "zone": "zone", "locale": "locale", "joined_at": "joined"}
"""What is known of a person beside role and activity, by the names of the columns of a file."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The memberships that ended, and those that began: in another team, or in the same one in another part."""

    left: Sequence[TeamPlace] = ()
    joined: Sequence[TeamPlace] = ()


def notes_of(
    added: Iterable[PersonRow], changed: Iterable[tuple[PersonRow, PersonRow]], placed: Placed
) -> Iterator[Note]:
    """A note for each that was added, and one for each kind of change of the others, before and after."""
    teams = _by_learner(placed)
    for row in added:
        yield Note(Act.PERSON_ADDED, row.learner_id, facts={"role": row.role, **teams.pop(row.learner_id, {})})
    for before, after in changed:
        yield from _changes(before, after)
    for learner_id, facts in teams.items():
        yield Note(Act.TEAMS_CHANGED, learner_id, facts=facts)


def _changes(before: PersonRow, after: PersonRow) -> Iterator[Note]:
    learner_id = after.learner_id
    if before.role != after.role:
        yield Note(Act.ROLE_CHANGED, learner_id, facts={"from": before.role, "to": after.role})
    if before.active != after.active:
        yield Note(Act.PERSON_BROUGHT_BACK if after.active else Act.PERSON_LET_GO, learner_id)
    fields = [told for name, told in _FIELDS.items() if getattr(before, name) != getattr(after, name)]
    if fields:
        yield Note(Act.PERSON_CHANGED, learner_id, facts={"changed": fields})


def _by_learner(placed: Placed) -> dict[UUID, dict[str, list[str]]]:
    """By learner the keys of the teams that they left, are in from now on without managing them, and manage."""
    facts: dict[UUID, dict[str, list[str]]] = defaultdict(dict)
    still = {(place.learner_id, place.team) for place in placed.joined}
    for place in placed.left:
        if (place.learner_id, place.team) not in still:
            facts[place.learner_id].setdefault("left", []).append(place.team)
    for place in placed.joined:
        facts[place.learner_id].setdefault("manages" if place.manages else "in", []).append(place.team)
    return facts
