"""Whom somebody may see where: an obvious list, written for this test and for nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tests.graphql.boards.by_hand import BOARDS, ChallengeBoard, Person, Shown, by_hand
from tests.graphql.walk.asking import Place, decoded

__all__ = ["Sight", "named_in"]

_MARK: Final = re.compile(r"key-of-([a-z]+\d*)", re.IGNORECASE)


def named_in(value: object, learners: dict[str, str]) -> set[str]:
    """The people whom a value names or points at, wherever in it: by key, by name, or by an id in an id."""
    if not isinstance(value, str):
        return set()
    found = {f"key-of-{match.lower()}" for match in _MARK.findall(value)}
    return found | {learners[part] for part in decoded(value) if part in learners}


@dataclass
class Sight:
    """Who may see whom, as things stand in the book."""

    people: dict[str, Person]
    manages: dict[str, str]
    admins: frozenset[str]
    feedback: set[frozenset[str]] = field(default_factory=set)
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    """By learner, who acknowledged something of theirs."""
    challenges: list[ChallengeBoard] = field(default_factory=list)

    def allowed(self, viewer: str, place: Place, now: datetime) -> set[str]:
        """All whom the viewer may see at that place of an answer."""
        fields = [step.field for step in place]
        types = {step.type for step in place}
        if "Feedback" in types or "FeedbackPerson" in types:
            return {person for pair in self.feedback if viewer in pair for person in pair}
        if "leaderboard" in fields:
            step = place[fields.index("leaderboard")]
            key = step.arguments.get("key")
            if step.type == "Challenge" or any(key == board.key for board in self.challenges):
                return self._in_challenges(viewer, key, now)
            return self._on_board(viewer, step.arguments, now)
        if "Acknowledgement" in types:
            return self.acknowledged.get(viewer, set()) | (self._anyone() if viewer in self.admins else set())
        if fields[0] == "team":
            return self._members(viewer, str(place[0].arguments["key"]))
        return self._anyone() if viewer in self.admins else {viewer}

    def _anyone(self) -> set[str]:
        return set(self.people)

    def _members(self, viewer: str, team: str) -> set[str]:
        """A team's members, for who leads it; to them it is named, and to nobody else."""
        leads = self.manages.get(viewer) == team or viewer in self.admins
        members = {name for name, person in self.people.items() if person.active and person.team == team}
        return members | {name for name, led in self.manages.items() if led == team} if leads else set()

    def _on_board(self, viewer: str, arguments: dict[str, object], now: datetime) -> set[str]:
        """The upper half of those who joined, and oneself; of a team's board, who belongs to it or leads it."""
        team = str(arguments["team"]) if arguments.get("team") is not None else None
        board = next((each for each in BOARDS if each.key == arguments["key"]), None)
        if board is None:
            return set()
        if team is not None and not self._has_part(viewer, team):
            return set()
        members = [person for person in self.people.values() if team in (None, person.team)]
        asked = arguments.get("period")
        period = str(asked) if asked else board.period(self.people[viewer], now)
        return _shown(by_hand(board, members, viewer, now, period))

    def _in_challenges(self, viewer: str, key: object, now: datetime) -> set[str]:
        """The same of the challenge's board of that key, or of any; who is in none of its teams now sees nobody."""
        found: set[str] = set()
        for board in self.challenges:
            if key in {None, board.key} and any(self._has_part(viewer, team) for team in board.teams):
                members = [person for person in self.people.values() if person.team in board.teams]
                found |= _shown(by_hand(board, members, viewer, now))
        return found

    def _has_part(self, viewer: str, team: str) -> bool:
        return self.people[viewer].team == team or self.manages.get(viewer) == team or viewer in self.admins


def _shown(shown: Shown) -> set[str]:
    return {row.person for row in (*shown.top, *shown.around, *((shown.me,) if shown.me else ()))}
