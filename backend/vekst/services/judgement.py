"""How one learner is judged: pure, from the standing, the events and the ledger to what must be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from vekst.domain.events import VOIDED, ProgressEvent
from vekst.domain.recognitions import Identity, Nature, Recognition, RecognitionKind
from vekst.engine.fold import fold, follows, without_voided
from vekst.engine.pack import Pack
from vekst.engine.standing import Standing, decode, fresh_standing
from vekst.engine.version import ENGINE_VERSION, is_newer
from vekst.storage.events_store import History
from vekst.storage.ledger_store import HeldEntry
from vekst.storage.standings_store import StandingRow

__all__ = ["Judgement", "Reversal", "judge_again", "judge_on_top", "leave_alone", "standing_below"]


@dataclass(frozen=True, slots=True)
class Reversal:
    """A recognition taken back because its evidence was voided (M3); `recognition` is the entry that says so."""

    held: HeldEntry
    recognition: Recognition
    reason: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome for one learner: the standing, what is new in the ledger, and the refs of the events judged."""

    standing: Standing
    recognitions: Sequence[Recognition]
    reversals: Sequence[Reversal]
    judged: Sequence[int]


def leave_alone(row: StandingRow, pack: Pack) -> bool:
    """Whether a newer engine, or a version of the pack that is not seen here yet, has judged the learner."""
    newer_engine = row.engine_version is not None and is_newer(row.engine_version, ENGINE_VERSION)
    return newer_engine or (row.pack_version is not None and row.pack_version > pack.version)


def standing_below(pack: Pack, row: StandingRow, pending: Sequence[ProgressEvent]) -> Standing | None:
    """The standing that the events can be folded on top of; None where the learner must be judged again from all events.

    So too after a failure: a judging from the events heals what a standing may have come to.
    """
    if row.failures:
        return None
    try:
        standing = _fresh(pack, row) if row.state is None else _decoded(pack, row.state, row)
    except msgspec.DecodeError:
        return None
    return standing if standing is not None and follows(pack, standing, pending) else None


def _decoded(pack: Pack, state: bytes, row: StandingRow) -> Standing | None:
    if (row.pack_version, row.engine_version) != (pack.version, ENGINE_VERSION):
        return None
    return decode(state)


def judge_on_top(pack: Pack, standing: Standing, pending: Sequence[ProgressEvent]) -> Judgement:
    """Fold the events, which follow the standing, on top of it."""
    return Judgement(standing, fold(pack, standing, pending), (), [event.ref for event in pending])


def judge_again(pack: Pack, row: StandingRow, history: History, held: Sequence[HeldEntry]) -> Judgement:
    """Fold all events anew, and make the ledger agree: what is missing is added, what is held stays as it was given.

    What the fold does not give (or gives with other points) is kept (V1, M3), unless a void took its evidence away.
    """
    events = without_voided(history.events)
    decided = {each.identity: each for each in fold(pack, _fresh(pack, row), events)}
    voids = _voids(history.events, events)
    reversals = [taken for entry in held if (taken := _reversal(entry, decided, voids)) is not None]
    reversed_seqs = {reversal.held.seq for reversal in reversals}
    living = {entry.recognition.identity: entry.recognition for entry in held if entry.seq not in reversed_seqs}
    kept = [each for identity, each in living.items() if not _gives(decided.get(identity), each)]
    standing = _fresh(pack, row, kept)
    recognitions = [each for each in fold(pack, standing, events) if each.identity not in living]
    return Judgement(standing, recognitions, reversals, history.waiting)


def _fresh(pack: Pack, row: StandingRow, kept: Sequence[Recognition] = ()) -> Standing:
    return fresh_standing(pack, row.first_zone or pack.zone, kept)


def _gives(decided: Recognition | None, held: Recognition) -> bool:
    """Whether the fold gives what is held, with the same points to the same account."""
    return decided is not None and (decided.points, decided.nature, decided.skill) == (
        held.points,
        held.nature,
        held.skill,
    )


def _voids(history: Sequence[ProgressEvent], events: Sequence[ProgressEvent]) -> dict[int, ProgressEvent]:
    """For each voided event's ref the void that took it out."""
    counted = {event.ref for event in events}
    gone = {(event.source, event.id): event.ref for event in history if event.ref not in counted}
    named = (((str(void.data.get("source")), str(void.data.get("id"))), void) for void in events if void.type == VOIDED)
    return {gone[target]: void for target, void in named if target in gone}


def _reversal(
    entry: HeldEntry, decided: Mapping[Identity, Recognition], voids: Mapping[int, ProgressEvent]
) -> Reversal | None:
    given = entry.recognition
    if given.identity in decided:
        return None
    void = next((voids[ref] for ref in given.evidence if ref in voids), None)
    if void is None:
        return None
    _, key, tier, occurrence = given.identity
    taken = Recognition(
        identity=Identity(RecognitionKind.REVERSAL, key, tier, occurrence),
        points=-given.points,
        nature=Nature(given.nature),
        skill=given.skill,
        reached_at=void.occurred_at,
        evidence=(void.ref,),
    )
    reason = void.data.get("reason")
    return Reversal(entry, taken, str(reason) if reason is not None else None)
