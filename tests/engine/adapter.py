"""Lets the engine judge what the model judges, and puts both answers into the same plain words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.model.judge import Judged
from vekst.domain.events import ProgressEvent, RecordedBy
from vekst.domain.periods import window_key
from vekst.domain.recognitions import Recognition
from vekst.engine.fold import fold, follows, without_voided
from vekst.engine.pack import Pack, PointsMeasure, StreakMeasure, TallyMeasure
from vekst.engine.readings import points_reading, skill_readings, streak_readings
from vekst.engine.standing import Standing, decode, encode, fresh_standing
from vekst.engine.tallies import tally_values
from vekst.quests import Diagnostic, LoadedPack, check_pack, load_pack_files
from vekst.quests.compiler import compile_pack

__all__ = [
    "Judgement",
    "checked",
    "compiled",
    "engine_readings",
    "engine_recognitions",
    "model_readings",
    "model_recognitions",
    "progress_events",
]

Plain = tuple[str, str, str | None, str, int, str, datetime]
Readings = dict[str, Any]


def compiled(written: dict[str, Any]) -> Pack:
    """Take the pack through the real loader and compiler."""
    loaded = _loaded(written)
    assert loaded.document is not None, loaded.diagnostics
    return compile_pack(loaded.document, version=1, digest="random")


def checked(written: dict[str, Any]) -> tuple[Diagnostic, ...]:
    """Tell everything that is wrong with the pack."""
    return check_pack(_loaded(written))


def _loaded(written: dict[str, Any]) -> LoadedPack:
    rules = {kind: entries for kind, entries in written.items() if kind != "pack" and entries}
    return load_pack_files({"pack.yaml": _yaml(written["pack"]), "rules.yaml": _yaml(rules)})


def _yaml(written: Any) -> str:
    """Write YAML on one line, as JSON writes it but for keys that are numbers (a streak's milestones)."""
    if isinstance(written, dict):
        return "{" + ", ".join(f"{_yaml(key)}: {_yaml(value)}" for key, value in written.items()) + "}"
    if isinstance(written, list):
        return "[" + ", ".join(_yaml(value) for value in written) + "]"
    return json.dumps(written)


def progress_events(recorded: Iterable[dict[str, Any]]) -> list[ProgressEvent]:
    """Put recorded events as storage would hold them: each once, in no order."""
    told = {(event["source"], event["id"]): event for event in recorded}
    return [
        ProgressEvent(
            ref=ref,
            source=event["source"],
            id=event["id"],
            type=event["type"],
            occurred_at=event["at"],
            data=event["data"],
            recorded_by=RecordedBy(event["recorded_by"]),
        )
        for ref, event in enumerate(told.values(), start=1)
    ]


@dataclass(slots=True)
class Judgement:
    """A learner judged as a worker does it: batches are folded on top where they follow, and all anew where not.

    `recognitions` is what the last full fold and those on top of it gave, `ever_given` what any fold gave.
    """

    pack: Pack
    zone: str
    standing: Standing
    recorded: list[ProgressEvent] = field(default_factory=list)
    recognitions: list[Recognition] = field(default_factory=list)
    ever_given: list[Recognition] = field(default_factory=list)

    @classmethod
    def begin(cls, pack: Pack, zone: str) -> Judgement:
        """Begin with nothing recorded."""
        return cls(pack, zone, fresh_standing(pack, zone))

    def take(self, batch: list[ProgressEvent]) -> None:
        """Judge a batch that has arrived; between batches the standing goes through its stored form."""
        batch = sorted(batch, key=lambda event: event.position)
        self.recorded += batch
        if follows(self.pack, self.standing, batch):
            self.standing = decode(self.pack, encode(self.standing))
        else:
            self.standing = fresh_standing(self.pack, self.zone)
            self.recognitions = []
            batch = sorted(without_voided(self.recorded), key=lambda event: event.position)
        given = fold(self.pack, self.standing, batch)
        self.recognitions += given
        self.ever_given += given


def engine_recognitions(recognitions: Iterable[Recognition]) -> list[Plain]:
    """Put the engine's recognitions as the model does, in order of their moments."""
    told: list[Plain] = []
    for one in recognitions:
        kind, key, tier, occurrence = one.identity
        told.append((str(kind), key, tier or None, occurrence, one.points, one.nature.value, one.reached_at))
    return sorted(told, key=_order)


def model_recognitions(judged: Judged) -> list[Plain]:
    """Give the model's recognitions, in order of their moments."""
    told: list[Plain] = [
        (one.kind, one.key, one.tier, one.occurrence, one.points, one.nature, one.reached_at)
        for one in judged.recognitions
    ]
    return sorted(told, key=_order)


def _order(one: Plain) -> tuple[datetime, str, str, str, str]:
    kind, key, tier, occurrence, *_, reached_at = one
    return (reached_at, kind, key, tier or "", occurrence)


def engine_readings(pack: Pack, standing: Standing, instants: Iterable[datetime]) -> Readings:
    """Read points, skills and streaks off the engine's standing."""
    now = max(instants)
    points = points_reading(pack, standing)
    return {
        "points": (points.effort, points.outcomes_recognised + points.outcomes_held, points.outcomes_recognised),
        "skills": {one.key: (one.points, one.level) for one in skill_readings(pack, standing, now)},
        "streaks": {
            (at, one.key): (one.current, one.longest, one.freezes, one.keep_until, one.ends_at)
            for at in instants
            for one in streak_readings(pack, standing, at)
        },
        "boards": _board_values(pack, standing, _today(instants).toordinal()),
    }


def _board_values(pack: Pack, standing: Standing, today: int) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for key, board in pack.leaderboards.items():
        match board.measure:
            case PointsMeasure(tally=None):
                found[key] = {"ever": standing.effort} if standing.effort else {}
            case PointsMeasure(per, int(tally)) | TallyMeasure(per, tally):
                values = tally_values(pack, standing, tally, today)
                found[key] = {window_key(per, day) if per else "ever": value for day, value in values.items()}
            case StreakMeasure():
                pass
    return found


def _today(instants: Iterable[datetime]) -> date:
    """A date that no local date of the last event is later than."""
    return (min(instants) + timedelta(days=1)).date()


def model_readings(judged: Judged, instants: Iterable[datetime]) -> Readings:
    """Read the same off the model."""
    return {
        "points": tuple(judged.points),
        "skills": {key: (judged.skill_points[key], level) for key, level in judged.levels.items()},
        "streaks": {
            (at, key): (*reading, judged.keep_until(key, at), judged.ends_at(key, at))
            for at in instants
            for key, reading in judged.streaks(at).items()
        },
        "boards": judged.boards(_today(instants)),
    }
