"""What one moment of the fold gives: recognitions with their points, and the skill levels that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from vekst.domain.events import ProgressEvent
from vekst.domain.instants import micros
from vekst.domain.recognitions import Identity, Nature, Recognition, RecognitionKind
from vekst.engine.goals import Node, SkillNode
from vekst.engine.pack import Pack
from vekst.engine.standing import Standing
from vekst.engine.tallies import tally_points

__all__ = ["Awards"]


class Awards:
    """A moment of a fold: the event being judged, the learner's local `day` (ordinal) of it, and what it brings.

    `state_moved` says whether something that other rules may name (a level, a run, a quest, a badge) has moved since
    they were last looked at. Those that are `restless` have not been looked at since something moved that they name; to
    look at the others would change nothing.
    """

    __slots__ = (
        "_instant",
        "_kept",
        "at",
        "day",
        "event",
        "pack",
        "recognitions",
        "restless_badges",
        "restless_quests",
        "standing",
        "state_moved",
    )

    event: ProgressEvent
    day: int
    at: int
    state_moved: bool

    def __init__(self, pack: Pack, standing: Standing) -> None:
        self.pack = pack
        self.standing = standing
        self.recognitions: list[Recognition] = []
        self.restless_quests = set(() if standing.settled else pack.state_quests)
        self.restless_badges = set(() if standing.settled else pack.state_badges)
        self._kept = {entry.identity for entry in standing.kept}
        self._instant: list[ProgressEvent] = []

    def begin(self, event: ProgressEvent, day: int) -> None:
        """Go on to the moment of that event."""
        if self._instant and event.occurred_at != self.event.occurred_at:
            self._instant = []
        self._instant.append(event)
        self.event = event
        self.day = day
        self.at = micros(event.occurred_at)
        self.state_moved = bool(self._kept)

    def end(self) -> None:
        """Let the standing remember the last event, those at its instant, and whether all rules have been looked at."""
        if self._instant:
            self.standing.remember(self._instant)
        self.standing.settled = not self.restless_quests and not self.restless_badges

    def same_instant(self) -> list[ProgressEvent]:
        """The moment's event and those before it at its instant (Q2), also from earlier folds."""
        return [*self.standing.remembered(self.event.occurred_at), *self._instant]

    def give(
        self, identity: Identity, points: int, nature: Nature, *, skill: str | None, evidence: Sequence[int] = ()
    ) -> None:
        """Give a recognition at this moment; without evidence of its own it rests on the moment's event."""
        if identity in self._kept:
            return
        refs = tuple(evidence) or (self.event.ref,)
        self.recognitions.append(Recognition(identity, points, nature, skill, self.event.occurred_at, refs))
        self.practised(skill)
        if nature is Nature.OUTCOME:
            self.standing.outcomes += points
            return
        self.standing.effort += points
        if points:
            tally_points(self.pack, self.standing, points, self.day)
        if skill is not None and points:
            self._add_to_skill(skill, points)

    def move(self, kind: type[Node], index: int) -> None:
        """Something that other rules may name has moved."""
        self.state_moved = True
        resting = self.pack.resting.get((kind, index))
        if resting is not None:
            self.restless_quests.update(resting.quests)
            self.restless_badges.update(resting.badges)

    def counts_for(self, since: datetime | None) -> bool:
        """Whether the moment's event counts for a rule that judges from `since` on (V1)."""
        return since is None or self.event.occurred_at >= since

    def practised(self, skill: str | None) -> None:
        """This moment is evidence of the skill (K2)."""
        index = self.pack.skill_index.get(skill) if skill else None
        if index is not None:
            self.standing.skills[index].seen_at = self.at

    def _add_to_skill(self, key: str, points: int) -> None:
        """K1; a level is a recognition of its own, without points."""
        index = self.pack.skill_index.get(key)
        if index is None:
            return
        skill, state = self.pack.skills[index], self.standing.skills[index]
        state.points += points
        while state.level < len(skill.levels) and state.points >= skill.levels[state.level]:
            state.level += 1
            self.move(SkillNode, index)
            identity = Identity(RecognitionKind.LEVEL, key, "", str(state.level))
            self.give(identity, 0, Nature.EFFORT, skill=None)
