"""What the fold knows of a learner: the accumulators of open rules and what the home screen shows, in compact bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from vekst.domain.events import Position, ProgressEvent, RecordedBy
from vekst.domain.instants import instant, micros
from vekst.domain.recognitions import Identity, Nature, Recognition, RecognitionKind
from vekst.engine.goals import GoalState
from vekst.engine.pack import Badge, Pack, Quest, Streak, Tally
from vekst.engine.states import States
from vekst.engine.version import ENGINE_VERSION

__all__ = [
    "BEGINNING",
    "BadgeState",
    "Earned",
    "GoalRun",
    "Kept",
    "QuestRun",
    "QuestState",
    "SameInstant",
    "SkillState",
    "Standing",
    "StepState",
    "StreakState",
    "TallyState",
    "TierRun",
    "account",
    "decode",
    "encode",
    "fresh_standing",
    "keep",
]


class _Struct(msgspec.Struct, array_like=True, gc=False):
    """Encoded as an array: small, and quick to read.

    A standing is a tree, so counting references frees it; the garbage collector need not look, which is quicker.
    """


class SkillState(_Struct):
    """A skill's points, the level reached, and the instant (µs) of its last evidence."""

    points: int = 0
    level: int = 0
    seen_at: int | None = None


class StepState(_Struct):
    """A step: its goal's accumulators until it is completed, the instant (µs) and evidence from then on."""

    goal: GoalState | None = None
    completed_at: int | None = None
    evidence: list[int] = []


class QuestRun(_Struct):
    """One occurrence of a quest; `ends` is the ordinal of its window's last date (0: it has no window)."""

    occurrence: str
    ends: int
    steps: list[StepState]
    completed_at: int | None = None


class QuestState(_Struct):
    """A quest: whether `requires` holds and the learner accepted, when it opened (µs), and its latest runs."""

    requires: GoalState | None = None
    met: bool = False
    accepted: bool = False
    opened_at: int | None = None
    runs: list[QuestRun] = []
    completions: int = 0
    evidence: list[int] = []


class Earned(_Struct):
    """The latest time a tier was earned: instant (µs) and occurrence."""

    at: int
    occurrence: str


class TierRun(_Struct):
    """One occurrence of a tier that is not earned yet: its goal's accumulators."""

    occurrence: str
    ends: int
    goal: GoalState | None


class BadgeState(_Struct):
    """A badge: per tier the open occurrences, and the latest that was earned."""

    runs: list[list[TierRun]]
    earned: list[Earned | None]


class StreakState(_Struct):
    """A streak: which periods were active (a bitmap from `first`), the open periods' accumulators, the runs alive.

    A run is [length, freezes spent]; `runs` are those that no other run will always match, the longest first.
    `unsettled` says that the learner went back to an earlier date than the last active one, so that dates between the
    two are not over yet. `told` is the longest run whose milestones were given. `evidence` holds [period, refs …] of
    the latest active periods, as many as the longest milestone needs.
    """

    first: int = 0
    active: bytes = b""
    open: dict[int, GoalState] = {}
    last: int | None = None
    unsettled: bool = False
    runs: list[list[int]] = []
    longest: int = 0
    told: int = 0
    evidence: list[list[int]] = []


class GoalRun(_Struct):
    """A learner's goal under way or over: its criterion as JSON, the ordinal of the last date that counts, and memory.

    `ref` is the event that set it. One that was reached is let go of.
    """

    goal: str
    earn: str
    until: int
    ref: int
    state: GoalState


class TallyState(_Struct):
    """What a board adds up: the value of each window, by its first date (0: ever), as the board shows it.

    `open` holds the accumulators of the windows that a later event can still fall into.
    """

    values: dict[int, int] = {}
    open: dict[int, list[Any]] = {}


class Kept(_Struct):
    """A recognition held that the fold of today's rules and events does not give, or gives with other points.

    `reached_at` is in µs.
    """

    kind: str
    key: str
    tier: str
    occurrence: str
    points: int
    outcome: bool
    skill: str | None
    reached_at: int

    @property
    def identity(self) -> Identity:
        """What it is told apart by."""
        return Identity(self.kind, self.key, self.tier, self.occurrence)


class SameInstant(_Struct):
    """An event at the instant of the last one; a quest that opens then counts it too (Q2)."""

    ref: int
    source: str
    id: str
    type: str
    data: dict[str, int | float | str | bool | None]
    recorded_by: str

    def event(self, at: datetime) -> ProgressEvent:
        """The event again."""
        return ProgressEvent(self.ref, self.source, self.id, self.type, at, self.data, RecordedBy(self.recorded_by))


def _same_instant(event: ProgressEvent) -> SameInstant:
    return SameInstant(event.ref, event.source, event.id, event.type, dict(event.data), event.recorded_by.value)


class Standing(_Struct):
    """A learner under one version of a pack and of the engine; the rules' states are told by their place in the pack.

    `zones` is the learner's history of zones as [from µs, name], the first from ever; `time_off` is [first, last]
    ordinals; `voided` names events, by source and id, that a void took out; `paid` counts, per paying event type and
    window, the refs of the events that were paid (E1); `goals` are those that the learner set; `tallies` is what
    boards rest on, without what is kept. It is `settled` where no rule has yet to be looked at for what it names of the
    whole state.
    """

    pack_version: int
    pack_digest: str
    engine_version: str
    zones: list[tuple[int, str]]
    skills: list[SkillState]
    quests: States[QuestState]
    badges: States[BadgeState]
    streaks: States[StreakState]
    tallies: States[TallyState]
    last_at: int | None = None
    last_source: str = ""
    last_id: str = ""
    effort: int = 0
    outcomes: int = 0
    time_off: list[tuple[int, int]] = []
    voided: list[tuple[str, str]] = []
    paid: dict[str, dict[int, list[int]]] = {}
    same_instant: list[SameInstant] = []
    kept: list[Kept] = []
    goals: list[GoalRun] = []
    settled: bool = False

    @property
    def last(self) -> Position | None:
        """The place in canonical order of the last event that was folded in."""
        return None if self.last_at is None else (instant(self.last_at), self.last_source, self.last_id)

    @property
    def zone(self) -> str:
        """The zone the learner is in."""
        return self.zones[-1][1]

    def kept_at(self, kind: str, key: str, occurrence: str, tier: str = "") -> int | None:
        """The instant (µs) at which a kept recognition was reached; None where it is not kept."""
        if not self.kept:
            return None
        identity = Identity(kind, key, tier, occurrence)
        return next((entry.reached_at for entry in self.kept if entry.identity == identity), None)

    def longest(self, streak: int) -> int:
        """The longest run of the streak at that index."""
        return self.streaks[streak].longest

    def level(self, skill: int) -> int:
        """The level reached in the skill at that index."""
        return self.skills[skill].level

    def completed(self, quest: int) -> bool:
        """Whether the quest at that index was completed."""
        return self.quests[quest].completions > 0

    def earned(self, badge: int, tier: int | None) -> bool:
        """Whether that tier (None: any) of the badge at that index was earned."""
        earned = self.badges[badge].earned
        return any(earned) if tier is None else earned[tier] is not None

    def remembered(self, at: datetime) -> list[ProgressEvent]:
        """The events at that instant, if it is that of the last one."""
        return [same.event(at) for same in self.same_instant] if self.last_at == micros(at) else []

    def remember(self, events: Sequence[ProgressEvent]) -> None:
        """Make these events, all at one instant, the last ones."""
        last = events[-1]
        at = micros(last.occurred_at)
        before = self.same_instant if at == self.last_at else []
        self.last_at, self.last_source, self.last_id = at, last.source, last.id
        self.same_instant = [*before, *map(_same_instant, events)]


BEGINNING = -(1 << 62)
"""The instant from which the first zone holds."""


def fresh_standing(pack: Pack, zone: str, kept: Sequence[Recognition] = ()) -> Standing:
    """The standing before any event, holding what the ledger keeps besides the fold (`kept`: M3, V1)."""
    standing = Standing(
        pack_version=pack.version,
        pack_digest=pack.digest,
        engine_version=ENGINE_VERSION,
        zones=[(BEGINNING, zone)],
        skills=[SkillState() for _ in pack.skills],
        quests=States(),
        badges=States(),
        streaks=States(),
        tallies=States(),
    )
    _bind(pack, standing)
    for recognition in kept:
        keep(pack, standing, recognition)
    return standing


def _bind(pack: Pack, standing: Standing) -> None:
    standing.quests.bind(pack.quests, _fresh_quest, _READ_QUEST)
    standing.badges.bind(pack.badges, _fresh_badge, _READ_BADGE)
    standing.streaks.bind(pack.streaks, _fresh_streak, _READ_STREAK)
    standing.tallies.bind(pack.tallies, _fresh_tally, _READ_TALLY)


def _fresh_quest(quest: Quest) -> QuestState:
    """A quest without conditions is open from the beginning (Q1)."""
    if quest.requires is not None:
        return QuestState(requires=quest.requires.start())
    return QuestState(met=True, opened_at=None if quest.when_accepted else BEGINNING)


def _fresh_badge(badge: Badge) -> BadgeState:
    return BadgeState([[] for _ in badge.tiers], [None] * len(badge.tiers))


def _fresh_streak(_: Streak) -> StreakState:
    return StreakState()


def _fresh_tally(_: Tally) -> TallyState:
    return TallyState()


def keep(pack: Pack, standing: Standing, recognition: Recognition, *, known: bool = False) -> None:
    """Let the standing hold what the fold of its events does not give: what a challenge gave, or a rule before it.

    `known` says that the rules' states have seen it already.
    """
    outcome = recognition.nature is Nature.OUTCOME
    reached_at = micros(recognition.reached_at)
    standing.kept.append(Kept(*recognition.identity, recognition.points, outcome, recognition.skill, reached_at))
    account(pack, standing, recognition)
    standing.settled = False
    if not known:
        _mark_held(pack, standing, recognition)


def account(pack: Pack, standing: Standing, recognition: Recognition) -> None:
    """Add the points of a recognition to the accounts that they belong to (P1, K1)."""
    if recognition.nature is Nature.OUTCOME:
        standing.outcomes += recognition.points
    else:
        standing.effort += recognition.points
        index = pack.skill_index.get(recognition.skill or "")
        if index is not None:
            standing.skills[index].points += recognition.points


def _mark_held(pack: Pack, standing: Standing, recognition: Recognition) -> None:
    """Let rules that name a kept badge, quest or level see it."""
    identity, at = recognition.identity, micros(recognition.reached_at)
    if identity.kind == RecognitionKind.BADGE:
        for index, badge in enumerate(pack.badges):
            for tier_index, tier in enumerate(badge.tiers):
                if (badge.key, tier.tier) == (identity.key, identity.tier):
                    standing.badges[index].earned[tier_index] = Earned(at, identity.occurrence)
    elif identity.kind == RecognitionKind.QUEST:
        for index, quest in enumerate(pack.quests):
            if quest.key == identity.key:
                standing.quests[index].completions += 1
    elif identity.kind == RecognitionKind.LEVEL and identity.key in pack.skill_index:
        skill = standing.skills[pack.skill_index[identity.key]]
        skill.level = max(skill.level, int(identity.occurrence))


def _written(states: object) -> bytes:
    if not isinstance(states, States):
        raise TypeError(states)
    return states.write()


def _states(_: type, written: object) -> States[QuestState]:
    # Which kind of states they are, `_bind` says.
    if not isinstance(written, bytes):
        raise msgspec.DecodeError("the states of rules are not bytes")
    return States(written)


_READ_QUEST: Final = msgspec.msgpack.Decoder(QuestState).decode
_READ_BADGE: Final = msgspec.msgpack.Decoder(BadgeState).decode
_READ_STREAK: Final = msgspec.msgpack.Decoder(StreakState).decode
_READ_TALLY: Final = msgspec.msgpack.Decoder(TallyState).decode
_ENCODER: Final = msgspec.msgpack.Encoder(enc_hook=_written)
_DECODER: Final = msgspec.msgpack.Decoder(Standing, dec_hook=_states)


def encode(standing: Standing) -> bytes:
    """The standing as bytes."""
    return _ENCODER.encode(standing)


def decode(pack: Pack, state: bytes) -> Standing:
    """The standing of those bytes, under the version of the pack that they were made with.

    `msgspec.DecodeError` for other bytes; those of a rule's state are looked at when it is first asked for.
    """
    standing = _DECODER.decode(state)
    _bind(pack, standing)
    return standing
