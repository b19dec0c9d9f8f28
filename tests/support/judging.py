"""A learner in a test, who does things and is judged by the real loader, compiler and fold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from textwrap import dedent

from vekst.domain.calendars import zone as named_zone
from vekst.domain.events import (
    APP_SOURCE,
    QUEST_ACCEPTED,
    TIME_OFF,
    VOIDED,
    ZONE_CHANGED,
    FieldValue,
    ProgressEvent,
    RecordedBy,
)
from vekst.domain.recognitions import Identity, Points, Recognition
from vekst.engine.fold import fold, without_voided
from vekst.engine.pack import Pack
from vekst.engine.readings import (
    BadgeReading,
    QuestReading,
    SkillReading,
    StreakReading,
    badge_readings,
    points_reading,
    quest_readings,
    skill_readings,
    streak_days,
    streak_readings,
)
from vekst.engine.standing import Standing, fresh_standing
from vekst.quests.compiler import compile_pack
from vekst.quests.loader import load_pack_files

__all__ = ["EVENTS", "HEADER", "Learner", "earned", "judged", "pack_of"]

HEADER = """
pack: test-pack
title: Test pack
purpose: Grow
locales: [en, nb]
zone: Europe/Oslo
calendar: norway
recognition: {outcomes_at_most: %s}
"""

EVENTS = """
calendars:
  norway: {holidays: "NO"}
events:
  call.practised:
    title: {en: Practised a call, nb: Øvde på en samtale}
    nature: practice
    recorded_by: [self, manager, system]
    fields:
      minutes: {type: number, min: 0}
      score: {type: number, min: 0}
      customer: {type: text}
      brave: {type: flag}
      channel: {type: choice, of: [phone, video]}
  lesson.completed:
    title: {en: Completed a lesson, nb: Fullførte en leksjon}
    nature: learning
    fields:
      lesson: {type: text}
      minutes: {type: number, min: 0}
  call.reflected: {title: {en: Reflected, nb: Reflekterte}, nature: reflection}
  deal.closed:
    title: {en: Closed a deal, nb: Fikk en avtale}
    nature: outcome
    fields: {amount: {type: number, min: 0}}
"""


@cache
def pack_of(rules: str, outcomes_at_most: str = "25%") -> Pack:
    """Compile the rules, written as an author would, beside the four event types above (which pay nothing)."""
    files = {"pack.yaml": HEADER % outcomes_at_most, "events.yaml": EVENTS, "rules.yaml": dedent(rules)}
    loaded = load_pack_files(files)
    assert loaded.document is not None, loaded.diagnostics
    return compile_pack(loaded.document, version=1, digest="x")


def judged(
    pack: Pack, zone: str, events: Iterable[ProgressEvent], kept: Sequence[Recognition] = ()
) -> tuple[Standing, list[Recognition]]:
    """Judge events, in any order, from the beginning."""
    standing = fresh_standing(pack, zone, kept)
    counted = sorted(without_voided(list(events)), key=lambda event: event.position)
    return standing, fold(pack, standing, counted)


def earned(recognitions: Iterable[Recognition]) -> list[str]:
    """Name recognitions by what tells them apart, such as `BADGE brave-caller bronze once`."""
    return [" ".join(part for part in recognition.identity if part) for recognition in recognitions]


class Learner:
    """Somebody who begins in a zone; a time without an offset is a wall-clock time there.

    What the learner does is told in any order, and returns its ref.
    """

    def __init__(
        self,
        rules: str,
        *,
        zone: str = "Europe/Oslo",
        outcomes_at_most: str = "25%",
        kept: Sequence[Recognition] = (),
    ) -> None:
        self.pack = pack_of(rules, outcomes_at_most)
        self.zone = zone
        self.kept = kept
        self.events: list[ProgressEvent] = []
        self._judged: tuple[int, tuple[Standing, list[Recognition]]] | None = None

    def at(self, text: str) -> datetime:
        """Read an instant, in UTC."""
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=named_zone(self.zone))).astimezone(UTC)

    def records(
        self,
        type_: str,
        at: str | datetime,
        data: Mapping[str, FieldValue],
        *,
        source: str = "crm",
        name: str | None = None,
        by: RecordedBy = RecordedBy.SELF,
    ) -> int:
        """Record an event as it is."""
        when = self.at(at) if isinstance(at, str) else at
        ref = len(self.events) + 1
        self.events.append(ProgressEvent(ref, source, name or f"{ref:04}", type_, when, data, by))
        return ref

    def does(
        self,
        type_: str,
        at: str | datetime,
        *,
        source: str = "crm",
        name: str | None = None,
        by: RecordedBy = RecordedBy.SELF,
        **data: FieldValue,
    ) -> int:
        """Do something, once; `data` are the event's fields."""
        return self.records(type_, at, data, source=source, name=name, by=by)

    def practises(self, *days: str, **data: FieldValue) -> list[int]:
        """Practise a call at nine in the morning of each date."""
        return [self.records("call.practised", f"{day}T09:00", data) for day in days]

    def accepts(self, quest: str, at: str) -> int:
        """Accept a quest."""
        return self.records(QUEST_ACCEPTED, at, {"quest": quest}, source=APP_SOURCE)

    def moves_to(self, zone: str, at: str) -> int:
        """Change the zone, at an instant of the server."""
        return self.records(ZONE_CHANGED, at, {"zone": zone}, source=APP_SOURCE)

    def rests(self, first: str, until: str, at: str) -> int:
        """Declare time off, at an instant."""
        return self.records(TIME_OFF, at, {"from": first, "until": until}, source=APP_SOURCE)

    def voids(self, ref: int, at: str) -> int:
        """Have an event voided, at an instant."""
        event = self.events[ref - 1]
        return self.records(VOIDED, at, {"source": event.source, "id": event.id, "reason": "error"}, source=APP_SOURCE)

    @property
    def standing(self) -> Standing:
        """The standing after all that was done."""
        return self._judge()[0]

    @property
    def recognitions(self) -> list[Recognition]:
        """All that was recognised, in the order in which it was reached."""
        return self._judge()[1]

    @property
    def earned(self) -> list[str]:
        """What was recognised, by name, in the order in which it was reached."""
        return earned(self.recognitions)

    @property
    def points(self) -> Points:
        """The points of P1."""
        return points_reading(self.pack, self.standing)

    def has(self, kind: str, key: str, tier: str = "", occurrence: str = "once") -> bool:
        """Tell whether it was recognised."""
        return Identity(kind, key, tier, occurrence) in {each.identity for each in self.recognitions}

    def found(self, kind: str, key: str, tier: str = "", occurrence: str = "once") -> Recognition:
        """Find the one recognition of that identity."""
        (found,) = [each for each in self.recognitions if each.identity == Identity(kind, key, tier, occurrence)]
        return found

    def occurrences(self, kind: str, key: str) -> list[str]:
        """The occurrences of a rule, in the order in which they were reached."""
        return [each.identity.occurrence for each in self.recognitions if each.identity[:2] == (kind, key)]

    def quest(self, key: str, now: str) -> QuestReading:
        """Read a quest at an instant."""
        return next(each for each in quest_readings(self.pack, self.standing, self.at(now)) if each.key == key)

    def badge(self, key: str, now: str) -> BadgeReading:
        """Read a badge at an instant."""
        return next(each for each in badge_readings(self.pack, self.standing, self.at(now)) if each.key == key)

    def streak(self, key: str, now: str) -> StreakReading:
        """Read a streak at an instant."""
        return next(each for each in streak_readings(self.pack, self.standing, self.at(now)) if each.key == key)

    def skill(self, key: str, now: str) -> SkillReading:
        """Read a skill at an instant."""
        return next(each for each in skill_readings(self.pack, self.standing, self.at(now)) if each.key == key)

    def days(self, key: str, first: str, last: str, now: str) -> list[str]:
        """Read a streak's calendar at an instant, a word per date."""
        span = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
        return [day.state.value for day in streak_days(self.pack, self.standing, key, **span, now=self.at(now))]

    def _judge(self) -> tuple[Standing, list[Recognition]]:
        if self._judged is None or self._judged[0] != len(self.events):
            self._judged = len(self.events), judged(self.pack, self.zone, self.events, self.kept)
        return self._judged[1]
