"""How one learner is judged: pure, from the standing, the events and the ledger to what must be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from vekst.domain.events import TIME_OFF, VOIDED, ZONE_CHANGED, ProgressEvent
from vekst.domain.recognitions import Identity, Nature, Recognition, RecognitionKind
from vekst.engine.checkpoint import Beginning, fold_from
from vekst.engine.fold import fold, follows, without_voided
from vekst.engine.goals import Goal
from vekst.engine.learner_goals import criteria_of
from vekst.engine.pack import Pack
from vekst.engine.standing import Standing, decode
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


class Judgement(msgspec.Struct, frozen=True):
    """The outcome for one learner: the standing, what is new in the ledger, and the refs of the events judged.

    `folded` is how many events were looked at for it; `since` is the first instant at which anything was judged, None
    where everything was judged again, or may be seen in another light.
    """

    standing: Standing
    recognitions: Sequence[Recognition]
    reversals: Sequence[Reversal]
    judged: Sequence[int]
    folded: int = 0
    since: datetime | None = None


def leave_alone(row: StandingRow, pack: Pack) -> bool:
    """Whether a newer engine, or a version of the pack that is not seen here yet, has judged the learner."""
    newer_engine = row.engine_version is not None and is_newer(row.engine_version, ENGINE_VERSION)
    return newer_engine or (row.pack_version is not None and row.pack_version > pack.version)


def standing_below(pack: Pack, row: StandingRow, pending: Sequence[ProgressEvent]) -> Standing | None:
    """The standing that the events can be folded on top of; None where all events must be judged again.

    So too after a failure: a judging from the events heals what a standing may have come to.
    """
    if row.failures:
        return None
    try:
        standing = Beginning(row.first_zone).standing(pack) if row.state is None else _decoded(pack, row.state, row)
    except msgspec.DecodeError:
        return None
    return standing if standing is not None and follows(pack, standing, pending) else None


def _decoded(pack: Pack, state: bytes, row: StandingRow) -> Standing | None:
    if (row.pack_version, row.engine_version) != (pack.version, ENGINE_VERSION):
        return None
    return decode(pack, state)


def judge_on_top(pack: Pack, standing: Standing, pending: Sequence[ProgressEvent]) -> Judgement:
    """Fold the events, which follow the standing, on top of it."""
    # Time off and a change of zone alter what was due and what will be, wherever the events stand.
    alike = pending and all(event.type not in {TIME_OFF, ZONE_CHANGED} for event in pending)
    since = pending[0].occurred_at if alike else None
    given = fold(pack, standing, pending)
    return Judgement(standing, given, (), [event.ref for event in pending], len(pending), since)


def judge_again(pack: Pack, row: StandingRow, history: History, held: Sequence[HeldEntry]) -> Judgement:
    """Fold all events anew, and make the ledger agree: what is missing is added, what is held stays as it was given.

    What the fold does not give (or gives with other points) is kept (V1, M3), unless a void took its evidence away.
    """
    events = without_voided(history.events)
    beginning = Beginning(row.first_zone, history.checkpoint, [entry.recognition for entry in held])
    decided = {each.identity: each for each in fold_from(pack, beginning, events)[1]}
    missing = [entry for entry in held if not _gives(decided.get(entry.recognition.identity), entry.recognition)]
    lost = [entry for entry in missing if entry.recognition.identity not in decided and not _is_final(entry)]
    taken = _taken_away(pack, beginning, history, lost)
    kept = [entry.recognition for entry in missing if entry.seq not in taken]
    standing, given = fold_from(pack, beginning, events, kept)
    # What is kept may still earn, with the rest, what a void seemed to have taken away: it stays, with its points (V1).
    earned = {each.identity: each for each in given}
    back = [entry for entry in missing if entry.seq in taken and entry.recognition.identity in earned]
    repriced = [each.recognition for each in back if not _gives(earned[each.recognition.identity], each.recognition)]
    if repriced:
        standing, given = fold_from(pack, beginning, events, [*kept, *repriced])
    reversals = [taken[entry.seq] for entry in missing if entry.seq in taken and entry not in back]
    living = {entry.recognition.identity for entry in held} - {each.held.recognition.identity for each in reversals}
    new = [each for each in given if each.identity not in living]
    return Judgement(standing, new, reversals, history.waiting, len(history.events))


def _is_final(entry: HeldEntry) -> bool:
    """Whether nothing that comes later changes it: the result of a challenge, once settled (C3)."""
    return entry.recognition.identity.kind == RecognitionKind.CHALLENGE


def _gives(decided: Recognition | None, held: Recognition) -> bool:
    """Whether the fold gives what is held, with the same points to the same account."""
    return decided is not None and (decided.points, decided.nature, decided.skill) == (
        held.points,
        held.nature,
        held.skill,
    )


def _taken_away(pack: Pack, beginning: Beginning, history: History, lost: Sequence[HeldEntry]) -> dict[int, Reversal]:
    """Of the held entries that the fold does not give those that voids took away (M3), by their seq.

    A void takes away what names the voided event as evidence, and all else that only the voided events had earned:
    evidence reaches through conditions, earlier steps and named recognitions. A rule that looks at order loses by its
    own evidence only, since a void elsewhere may have moved what it is compared with. Voids that were judged before
    have taken away what they could: what outlived them, a change of rules or a late event does not take (V1).
    """
    stood = _events_before(history)
    counted = {event.ref for event in stood}
    voids = {ref: void for ref, void in _voids(history.events).items() if ref in counted}
    if not voids or not lost:
        return {}
    gone = {event.ref for event in history.events} - counted
    before = {each.identity: each for each in fold_from(pack, beginning, stood)[1]}
    latest = max(voids.values(), key=lambda void: void.position)
    reversals: dict[int, Reversal] = {}
    for entry in lost:
        identity, evidence = entry.recognition.identity, entry.recognition.evidence
        if identity in before and not gone.isdisjoint(evidence):
            # An earlier void took some of it, and this is what has earned it since.
            evidence = (*evidence, *before[identity].evidence)
        void = next((voids[ref] for ref in evidence if ref in voids), None)
        by_order = any(goal.looks_at_order for goal in _criteria(pack, identity, history.events))
        if void is None and identity in before and not by_order:
            void = latest
        if void is not None:
            reversals[entry.seq] = _reversal(entry, void)
    return reversals


def _events_before(history: History) -> list[ProgressEvent]:
    """The events that would count without the voids that wait to be judged."""
    waiting = set(history.waiting)
    return without_voided([event for event in history.events if event.type != VOIDED or event.ref not in waiting])


def _criteria(pack: Pack, identity: Identity, events: Sequence[ProgressEvent]) -> Sequence[Goal]:
    """What a recognition asked for: by the rule that gave it, or by the learner's own goal."""
    is_own = identity.kind == RecognitionKind.GOAL
    return criteria_of(pack, identity.key, events) if is_own else pack.goals_of(identity)


def _voids(history: Sequence[ProgressEvent]) -> dict[int, ProgressEvent]:
    """For each voided event's ref the void that took it out."""
    events = without_voided(history)
    counted = {event.ref for event in events}
    gone = {(event.source, event.id): event.ref for event in history if event.ref not in counted}
    named = (((str(void.data.get("source")), str(void.data.get("id"))), void) for void in events if void.type == VOIDED)
    return {gone[target]: void for target, void in named if target in gone}


def _reversal(entry: HeldEntry, void: ProgressEvent) -> Reversal:
    given = entry.recognition
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
