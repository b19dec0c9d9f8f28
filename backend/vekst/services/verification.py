"""How one learner is verified: pure, from what is stored to every difference from what judging again gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from vekst.domain.events import VOIDED
from vekst.domain.recognitions import Identity, Recognition, RecognitionKind
from vekst.engine.checkpoint import Beginning, decode_checkpoint, fold_from, sums_given
from vekst.engine.fold import without_voided
from vekst.engine.learner_goals import criteria_of
from vekst.engine.order import OrderBound, goal_rests_on_order, order_bound, rests_on_order
from vekst.engine.pack import Pack
from vekst.engine.quests import new_run
from vekst.engine.standing import Standing, decode
from vekst.engine.states import States
from vekst.services.places import is_over, places_of
from vekst.storage.boards_store import Place
from vekst.storage.events_store import History
from vekst.storage.replay_store import LedgerEntry
from vekst.storage.standings_store import StandingRow

__all__ = ["Difference", "Fault", "Stored", "differences_of"]


class Fault(StrEnum):
    """What can be wrong."""

    MISSING = "MISSING"
    """The events earn it, and the ledger has it not."""
    OTHER_POINTS = "OTHER_POINTS"
    """It is held with other points, nature or skill than the events earn, and the standing does not keep it."""
    EXTRA = "EXTRA"
    """It is held, the events do not earn it, and the standing does not keep it."""
    UNJUSTIFIED = "UNJUSTIFIED"
    """It is kept, and neither the version it was given under nor the order of arrival justifies that (V1, M3)."""
    NOT_HELD = "NOT_HELD"
    """The standing keeps it, and the ledger does not hold it."""
    HELD_TWICE = "HELD_TWICE"
    """Two lives of it are open at once."""
    REVERSAL = "REVERSAL"
    """A reversal that takes back nothing, something else, or that names no void."""
    NUMBERING = "NUMBERING"
    """The ledger's entries are not numbered from 1 without gaps, or the standing has counted otherwise."""
    STANDING = "STANDING"
    """A part of the standing is not what the events give."""
    UNREADABLE = "UNREADABLE"
    """The standing can't be read."""
    PLACE = "PLACE"
    """A place on a board is not the one that follows from the standing."""
    CHECKPOINT = "CHECKPOINT"
    """What is held from before the horizon is not what the checkpoint says that the erased events gave."""
    COUNT = "COUNT"
    """A board's histogram is not what is on the board."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, named to the entry; `expected` is what judging again gives, `found` what is stored."""

    fault: Fault
    person: str
    kind: str
    key: str
    tier: str
    occurrence: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Stored:
    """All that is stored of a learner, as of one moment; `packs` holds every version that the ledger names."""

    person: str
    row: StandingRow
    history: History
    ledger: Sequence[LedgerEntry]
    places: Sequence[Place]
    packs: Mapping[int, Pack]


def differences_of(stored: Stored, now: datetime) -> list[Difference]:
    """Every difference of a learner whose standing was made by this engine, or who has none yet."""
    check = _Check(stored)
    if stored.row.state is None or stored.row.pack_version is None:
        return [
            *check.numbering(),
            *(check.tell(Fault.EXTRA, each.recognition, found="held") for each in stored.ledger),
        ]
    pack = stored.packs.get(stored.row.pack_version)
    if pack is None:
        return [check.part(Fault.UNREADABLE, "standing", "a published version", stored.row.pack_version)]
    try:
        standing = decode(pack, stored.row.state)
        return [
            *check.numbering(),
            *check.reversals(),
            *check.recognitions(pack, standing),
            *check.places(pack, standing, now),
        ]
    except msgspec.DecodeError as error:
        return [check.part(Fault.UNREADABLE, "standing", "a standing", str(error))]


class _Check:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        waiting = set(stored.history.waiting)
        self._judged = [event for event in stored.history.events if event.ref not in waiting]
        self._events = without_voided(self._judged)
        self._gone = {event.ref for event in self._judged} - {event.ref for event in self._events}
        reversed_seqs = {entry.reverses_seq for entry in stored.ledger if entry.reverses_seq is not None}
        given = (entry for entry in stored.ledger if entry.reverses_seq is None)
        self._open = [entry for entry in given if entry.seq not in reversed_seqs]
        self._held = {entry.recognition.identity: entry for entry in self._open}
        held = [entry.recognition for entry in self._open]
        self._beginning = Beginning(stored.row.first_zone, stored.history.checkpoint, held)
        self._horizon = stored.history.horizon

    def tell(self, fault: Fault, about: Recognition, *, expected: str = "", found: str = "") -> Difference:
        return Difference(fault, self._stored.person, *about.identity, expected, found)

    def part(self, fault: Fault, kind: str, expected: object, found: object, key: str = "") -> Difference:
        return Difference(fault, self._stored.person, kind, key, "", "", str(expected), str(found))

    # The ledger by itself

    def numbering(self) -> Iterator[Difference]:
        ledger = self._stored.ledger
        if [entry.seq for entry in ledger] != list(range(1, len(ledger) + 1)):
            yield self.part(Fault.NUMBERING, "ledger", f"1 to {len(ledger)}", _gaps(entry.seq for entry in ledger))
        if self._stored.row.ledger_seq != len(ledger):
            yield self.part(Fault.NUMBERING, "standing", len(ledger), self._stored.row.ledger_seq, "ledger_seq")
        for identity, times in Counter(entry.recognition.identity for entry in self._open).items():
            if times > 1:
                yield self.tell(Fault.HELD_TWICE, self._held[identity].recognition, expected="1", found=str(times))

    def reversals(self) -> Iterator[Difference]:
        entries = {entry.seq: entry for entry in self._stored.ledger}
        voids = {event.ref for event in self._judged if event.type == VOIDED}
        for entry in self._stored.ledger:
            if entry.reverses_seq is None:
                continue
            original = entries.get(entry.reverses_seq)
            if (
                original is None
                or original.seq >= entry.seq
                or not _takes_back(entry.recognition, original.recognition)
            ):
                found = f"reverses entry {entry.reverses_seq}"
                yield self.tell(Fault.REVERSAL, entry.recognition, expected="the entry that it takes back", found=found)
            if not voids.intersection(entry.recognition.evidence):
                found = f"evidence {list(entry.recognition.evidence)}"
                yield self.tell(Fault.REVERSAL, entry.recognition, expected="a void as evidence", found=found)

    # The ledger and the standing beside the fold

    def recognitions(self, pack: Pack, standing: Standing) -> Iterator[Difference]:
        kept = [self._held[each.identity] for each in standing.kept if each.identity in self._held]
        for each in standing.kept:
            if each.identity not in self._held:
                lost = Difference(Fault.NOT_HELD, self._stored.person, *each.identity, "", f"{each.points} points")
                yield lost
        again, found = fold_from(pack, self._beginning, self._events, [entry.recognition for entry in kept])
        given = {each.identity: each for each in found}
        yield from self._sums(pack)
        yield from self._compare(given, {entry.recognition.identity for entry in kept})
        yield from self._unjustified(kept, pack)
        _tidy(pack, again)
        _tidy(pack, standing)
        for name in again.__struct_fields__:
            expected, found = getattr(again, name), getattr(standing, name)
            if expected != found:
                yield self.part(Fault.STANDING, "standing", *_apart(expected, found), name)
        if (self._stored.row.pack_version, self._stored.row.engine_version) != (
            standing.pack_version,
            standing.engine_version,
        ):
            row = f"{self._stored.row.pack_version} {self._stored.row.engine_version}"
            yield self.part(
                Fault.STANDING, "standing", f"{standing.pack_version} {standing.engine_version}", row, "row"
            )

    def _compare(self, given: Mapping[Identity, Recognition], kept: set[Identity]) -> Iterator[Difference]:
        for identity, each in given.items():
            entry = self._held.get(identity)
            if entry is None:
                yield self.tell(Fault.MISSING, each, expected=_worth(each), found="")
            elif not _same(entry.recognition, each):
                yield self.tell(
                    Fault.OTHER_POINTS, each, expected=_worth(each), found=f"{_worth(entry.recognition)}, {_at(entry)}"
                )
        for identity, entry in self._held.items():
            if identity not in given and identity not in kept:
                found = f"{_worth(entry.recognition)}, {_at(entry)}"
                yield self.tell(Fault.EXTRA, entry.recognition, expected="", found=found)

    def _unjustified(self, kept: Sequence[LedgerEntry], pack: Pack) -> Iterator[Difference]:
        for version in sorted({entry.pack_version for entry in kept}):
            given_under = self._stored.packs[version]
            given = self._given_under(given_under)
            bound = order_bound(given_under) | order_bound(pack)
            for entry in kept:
                identity = entry.recognition.identity
                if entry.pack_version != version or identity.kind == RecognitionKind.CHALLENGE:
                    continue
                if self._horizon is not None and entry.recognition.reached_at < self._horizon:
                    # What it rested on was erased.
                    continue
                if version < pack.version and not self._gone.isdisjoint(entry.recognition.evidence):
                    # It outlived a void by the rules of then, which need not be those it was given under.
                    continue
                found = given.get(identity)
                if not (found and _same(found, entry.recognition)) and not self._by_order(pack, bound, identity):
                    expected = f"given by version {version}"
                    yield self.tell(Fault.UNJUSTIFIED, entry.recognition, expected=expected, found=_at(entry))

    def _by_order(self, pack: Pack, bound: OrderBound, identity: Identity) -> bool:
        """Whether the order of arrival may have given it (M3)."""
        if identity.kind != RecognitionKind.GOAL:
            return rests_on_order(bound, identity)
        asked = criteria_of(pack, identity.key, self._events)
        return any(goal_rests_on_order(pack, bound, goal) for goal in asked)

    def _given_under(self, pack: Pack) -> Mapping[Identity, Recognition]:
        """What a version gives for the events, beside what was held from versions before it."""
        given = {each.identity: each for each in fold_from(pack, self._beginning, self._events)[1]}
        earlier = (
            entry.recognition
            for entry in self._stored.ledger
            if entry.pack_version < pack.version and entry.reverses_seq is None
        )
        kept = [each for each in earlier if not ((found := given.get(each.identity)) and _same(found, each))]
        if not kept:
            return given
        return {each.identity: each for each in fold_from(pack, self._beginning, self._events, kept)[1]}

    def _sums(self, pack: Pack) -> Iterator[Difference]:
        """What the ledger holds from before the horizon is what the checkpoint says that the erased events gave."""
        if self._beginning.checkpoint is None:
            return
        expected = decode_checkpoint(self._beginning.checkpoint).given
        found = sums_given(pack, self._beginning.given(pack))
        for mark in sorted(found.keys() & expected.keys()):
            if expected[mark] != found[mark]:
                yield self.part(Fault.CHECKPOINT, "checkpoint", _sum(expected[mark]), _sum(found[mark]), mark)

    # The boards beside the standing

    def places(self, pack: Pack, standing: Standing, now: datetime) -> Iterator[Difference]:
        """A place whose value no longer holds waits to be swept, and readers leave it out until then."""
        wanted = {(each.board, each.scope): each for each in places_of(pack, standing, self._stored.row, now)}
        stored = {(each.board, each.scope): each for each in self._stored.places if not is_over(pack, each, now)}
        for board, scope in sorted(wanted.keys() | stored.keys()):
            expected, found = wanted.get((board, scope)), stored.get((board, scope))
            if expected != found and not (found and found.holds_until is not None and found.holds_until <= now):
                yield Difference(
                    Fault.PLACE, self._stored.person, "board", board, scope, "", _value(expected), _value(found)
                )


def _tidy(pack: Pack, standing: Standing) -> None:
    """Take out what says nothing: occurrences in which nothing has happened yet, the order of what is kept, and whether
    rules have yet to be looked at, which is never wrong.
    """
    for badge, badge_state in zip(pack.badges, standing.badges, strict=False):
        for index, (tier, runs) in enumerate(zip(badge.tiers, badge_state.runs, strict=False)):
            badge_state.runs[index] = [run for run in runs if run.goal != tier.goal.start()]
    for quest, quest_state in zip(pack.quests, standing.quests, strict=False):
        quest_state.runs = [run for run in quest_state.runs if run.steps != new_run(quest, run.ends or 1).steps]
    standing.kept.sort(key=lambda each: each.identity)
    standing.settled = False


def _same(one: Recognition, other: Recognition) -> bool:
    return (one.points, one.nature, one.skill) == (other.points, other.nature, other.skill)


def _takes_back(reversal: Recognition, original: Recognition) -> bool:
    return (
        original.identity.kind != RecognitionKind.REVERSAL
        and reversal.identity[1:] == original.identity[1:]
        and reversal.points == -original.points
        and reversal.nature == original.nature
    )


def _worth(recognition: Recognition) -> str:
    of = f" of {recognition.skill}" if recognition.skill else ""
    return f"{recognition.points} points, {recognition.nature.value}{of}"


def _at(entry: LedgerEntry) -> str:
    return f"entry {entry.seq} of version {entry.pack_version}"


def _sum(given: tuple[int, int]) -> str:
    return f"{given[0]} recognitions with {given[1]} points"


def _value(place: Place | None) -> str:
    if place is None:
        return "no place"
    return f"{place.value}" if place.holds_until is None else f"{place.value} until {place.holds_until.isoformat()}"


def _gaps(seqs: Iterable[int]) -> str:
    told = [str(seq) for seq in seqs]
    return ", ".join(told if len(told) <= 20 else [*told[:19], "…", told[-1]])


def _apart(expected: object, found: object) -> tuple[object, object]:
    """Of the states of many rules only the first that differs, by its index."""
    if isinstance(expected, list | States) and isinstance(found, list | States) and len(expected) == len(found):
        index = next(index for index, (one, other) in enumerate(zip(expected, found, strict=True)) if one != other)
        return f"[{index}] {expected[index]}", f"[{index}] {found[index]}"
    return expected, found
