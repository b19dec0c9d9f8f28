"""What remains of a learner's events once they were erased: the fold up to a horizon, where every full fold begins.

The states of rules are kept under the rules' marks, so that they are found again in later versions of the quest files;
a rule that is new or says something else begins at the horizon. Points are not here: the ledger has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from vekst.domain.events import ProgressEvent
from vekst.domain.instants import instant, micros
from vekst.domain.recognitions import Identity, Recognition, RecognitionKind
from vekst.engine.fold import fold
from vekst.engine.pack import Pack
from vekst.engine.standing import (
    Earned,
    GoalRun,
    QuestState,
    SameInstant,
    Standing,
    StreakState,
    TallyState,
    TierRun,
    account,
    fresh_standing,
    keep,
)

__all__ = [
    "FORMAT",
    "Beginning",
    "Checkpoint",
    "checkpoint_of",
    "decode_checkpoint",
    "encode_checkpoint",
    "fold_from",
    "sums_given",
]

FORMAT: Final = 1
"""Raise it with every change of what is kept here, or of what a rule's state holds, and add an upgrader."""

Upgrader = Callable[[list[Any]], list[Any]]
UPGRADERS: Final[Mapping[int, Upgrader]] = {}
"""By the format that it reads: makes of a checkpoint's fields those of the next format."""


class _Struct(msgspec.Struct, array_like=True, gc=False):
    pass


class TierState(_Struct):
    """One tier of a badge: its open occurrences, and the latest that was earned."""

    runs: list[TierRun]
    earned: Earned | None


class Checkpoint(_Struct):
    """The fold of all events before the instant `horizon` (in µs), by the marks of the rules.

    `seen` is the last evidence of each skill by its key; `kept` names what was held beside the fold then; `given` is
    [how many, points] that each rule had given by then, which the ledger must bear out.
    """

    horizon: int
    last_at: int
    last_source: str
    last_id: str
    zones: list[tuple[int, str]]
    time_off: list[tuple[int, int]]
    voided: list[tuple[str, str]]
    same_instant: list[SameInstant]
    seen: dict[str, int]
    paid: dict[str, dict[int, list[int]]]
    quests: dict[str, QuestState]
    tiers: dict[str, TierState]
    streaks: dict[str, StreakState]
    tallies: dict[str, TallyState]
    goals: list[GoalRun]
    kept: list[tuple[str, str, str, str]]
    given: dict[str, tuple[int, int]]

    @property
    def marks(self) -> frozenset[str]:
        """The marks of all rules whose states are here."""
        return frozenset((*self.paid, *self.quests, *self.tiers, *self.streaks))


class _Document(_Struct):
    format: int
    fields: msgspec.Raw


def encode_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The checkpoint as bytes, which say their format."""
    return msgspec.msgpack.encode(_Document(FORMAT, msgspec.Raw(msgspec.msgpack.encode(checkpoint))))


def decode_checkpoint(state: bytes, upgraders: Mapping[int, Upgrader] = UPGRADERS) -> Checkpoint:
    """The checkpoint of those bytes, of this format or an earlier one; `msgspec.DecodeError` for others."""
    document = msgspec.msgpack.decode(state, type=_Document)
    if document.format == FORMAT:
        return msgspec.msgpack.decode(document.fields, type=Checkpoint)
    fields: list[Any] = msgspec.msgpack.decode(document.fields)
    for known in range(document.format, FORMAT):
        if known not in upgraders:
            raise msgspec.DecodeError(f"no way from format {known} of a checkpoint to {FORMAT}")
        fields = upgraders[known](fields)
    if document.format > FORMAT:
        raise msgspec.DecodeError(f"format {document.format} of a checkpoint is newer than {FORMAT}")
    return msgspec.convert(fields, Checkpoint)


def checkpoint_of(pack: Pack, standing: Standing, horizon: datetime, held: Iterable[Recognition]) -> Checkpoint:
    """What to keep of a standing that all events before `horizon` were folded into; `held` is what the ledger holds."""
    if standing.last_at is None:
        raise ValueError("there is nothing to keep of a learner without events")
    kept = [each.identity for each in standing.kept]
    return Checkpoint(
        horizon=micros(horizon),
        last_at=standing.last_at,
        last_source=standing.last_source,
        last_id=standing.last_id,
        zones=standing.zones,
        time_off=standing.time_off,
        voided=standing.voided,
        same_instant=standing.same_instant,
        seen={
            skill.key: state.seen_at
            for skill, state in zip(pack.skills, standing.skills, strict=True)
            if state.seen_at is not None
        },
        paid={each.mark: standing.paid.get(each.key, {}) for each in pack.event_types.values()},
        quests={quest.mark: state for quest, state in zip(pack.quests, standing.quests, strict=True)},
        tiers={
            tier.mark: TierState(runs, earned)
            for badge, state in zip(pack.badges, standing.badges, strict=True)
            for tier, runs, earned in zip(badge.tiers, state.runs, state.earned, strict=True)
        },
        streaks={streak.mark: state for streak, state in zip(pack.streaks, standing.streaks, strict=True)},
        tallies={tally.mark: state for tally, state in zip(pack.tallies, standing.tallies, strict=True)},
        goals=standing.goals,
        kept=[(*identity,) for identity in kept],
        given=sums_given(pack, _before(held, horizon, frozenset(kept))),
    )


def sums_given(pack: Pack, given: Iterable[Recognition]) -> dict[str, tuple[int, int]]:
    """(How many, points) by the marks of the rules that gave them."""
    sums: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for each in given:
        of = pack.mark_of(each.identity)
        sums[of] = sums[of][0] + 1, sums[of][1] + each.points
    return dict(sums)


def _before(held: Iterable[Recognition], horizon: datetime, kept: frozenset[Identity]) -> list[Recognition]:
    return [each for each in held if each.reached_at < horizon and each.identity not in kept]


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a full fold begins: with nothing (in `zone`, or the pack's), or with a checkpoint's bytes.

    `held` is all that the ledger holds; it matters with a checkpoint only.
    """

    zone: str | None
    checkpoint: bytes | None = None
    held: Sequence[Recognition] = ()

    def standing(self, pack: Pack, kept: Sequence[Recognition] = ()) -> Standing:
        """The standing before the first event that is still there, holding what is `kept` besides the fold."""
        zone = self.zone or pack.zone
        if self.checkpoint is None:
            return fresh_standing(pack, zone, kept)
        checkpoint = decode_checkpoint(self.checkpoint)
        standing = _carried(pack, fresh_standing(pack, zone), checkpoint)
        for each in self._given(pack, checkpoint):
            account(pack, standing, each)
            if each.identity.kind == RecognitionKind.LEVEL and each.identity.key in pack.skill_index:
                skill = standing.skills[pack.skill_index[each.identity.key]]
                skill.level = max(skill.level, int(each.identity.occurrence))
        known = {Identity(*identity) for identity in checkpoint.kept}
        for each in kept:
            # Levels are not among the states that were carried over.
            seen = each.identity in known and pack.mark_of(each.identity) in checkpoint.marks
            keep(pack, standing, each, known=seen)
        return standing

    def given(self, pack: Pack) -> list[Recognition]:
        """What the erased events gave, and still give under these rules."""
        return [] if self.checkpoint is None else self._given(pack, decode_checkpoint(self.checkpoint))

    def _given(self, pack: Pack, checkpoint: Checkpoint) -> list[Recognition]:
        kept = frozenset(Identity(*identity) for identity in checkpoint.kept)
        before = _before(self.held, instant(checkpoint.horizon), kept)
        return [each for each in before if _has(pack, checkpoint, each.identity)]


def fold_from(
    pack: Pack, beginning: Beginning, events: Iterable[ProgressEvent], kept: Sequence[Recognition] = ()
) -> tuple[Standing, list[Recognition]]:
    """Fold all events that are there, in canonical order: the standing, and all that was ever given."""
    standing = beginning.standing(pack, kept)
    # Nothing is let in from before a horizon; what was there all the same has no say any more.
    last = standing.last
    following = [event for event in events if last is None or event.position > last]
    return standing, [*beginning.given(pack), *fold(pack, standing, following)]


def _has(pack: Pack, checkpoint: Checkpoint, identity: Identity) -> bool:
    """Whether what gave the recognition is still the same rule: one that the checkpoint knows, or no rule at all."""
    if identity.kind == RecognitionKind.LEVEL:
        return identity.key in pack.skill_index
    if identity.kind in {RecognitionKind.GOAL, RecognitionKind.REFLECTION}:
        return True
    return pack.mark_of(identity) in checkpoint.marks


def _carried(pack: Pack, standing: Standing, checkpoint: Checkpoint) -> Standing:
    """Put the states of the rules that are still the same into a fresh standing."""
    standing.zones, standing.time_off = checkpoint.zones, checkpoint.time_off
    standing.voided, standing.same_instant = checkpoint.voided, checkpoint.same_instant
    standing.last_at, standing.last_source, standing.last_id = (
        checkpoint.last_at,
        checkpoint.last_source,
        checkpoint.last_id,
    )
    standing.goals = checkpoint.goals
    for index, skill in enumerate(pack.skills):
        standing.skills[index].seen_at = checkpoint.seen.get(skill.key)
    for each in pack.event_types.values():
        if paid := checkpoint.paid.get(each.mark):
            standing.paid[each.key] = paid
    for index, quest in enumerate(pack.quests):
        standing.quests[index] = checkpoint.quests.get(quest.mark, standing.quests[index])
    for badge, state in zip(pack.badges, standing.badges, strict=True):
        for index, tier in enumerate(badge.tiers):
            if (carried := checkpoint.tiers.get(tier.mark)) is not None:
                state.runs[index], state.earned[index] = carried.runs, carried.earned
    for index, streak in enumerate(pack.streaks):
        standing.streaks[index] = checkpoint.streaks.get(streak.mark, standing.streaks[index])
    for index, tally in enumerate(pack.tallies):
        standing.tallies[index] = checkpoint.tallies.get(tally.mark, standing.tallies[index])
    return standing
