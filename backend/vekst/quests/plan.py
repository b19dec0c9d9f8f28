"""Plans: judges stored events by the rules in force and by changed ones, learner by learner, and adds up (V2). Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final, Self

from vekst.domain.calendars import local_day
from vekst.domain.events import ProgressEvent
from vekst.domain.periods import Window, window_key, window_start
from vekst.domain.recognitions import Identity, Nature, Points, Recognition, RecognitionKind, recognised_points
from vekst.engine.checkpoint import Beginning, fold_from
from vekst.engine.fold import without_voided
from vekst.engine.pack import Pack, Texts
from vekst.quests.changes import Change, RuleKey, rule_changes
from vekst.quests.checks import outcome_share
from vekst.quests.compiler import Since, compile_pack
from vekst.quests.documents import PackDocument
from vekst.quests.plan_records import Affected, Bucket, Effect, Effects, Plan, RulePlan, Side, Tally, Week

__all__ = ["LearnerHistory", "Planner", "Ruleset"]

_KINDS: Final[Mapping[str, str]] = {
    RecognitionKind.EVENT: "events",
    RecognitionKind.STEP: "quests",
    RecognitionKind.QUEST: "quests",
    RecognitionKind.BADGE: "badges",
    RecognitionKind.MILESTONE: "streaks",
    RecognitionKind.LEVEL: "skills",
    RecognitionKind.CHALLENGE: "challenges",
}
_BUCKETS: Final = (0, 1, 10, 25, 50, 100, 250, 500, 1_000)

Given = Mapping[Identity, Recognition]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A version of a pack, compiled as published, and as if it had always been in force."""

    document: PackDocument
    pack: Pack
    timeless: Pack

    @classmethod
    def of(cls, document: PackDocument, *, version: int, digest: str, since: Since) -> Self:
        """The rules of a checked document; `since` as for `compile_pack`."""
        pack = compile_pack(document, version=version, digest=digest, since=since)
        timeless = compile_pack(document, version=version, digest=digest) if since else pack
        return cls(document, pack, timeless)


@dataclass(frozen=True, slots=True)
class LearnerHistory:
    """What is known of a learner: all events in canonical order, and what the ledger says they hold.

    `checkpoint` is what remains of events that were erased.

    `zone` is the one a fold begins with; None is the pack's.
    """

    person: str
    name: str
    zone: str | None
    events: Sequence[ProgressEvent]
    held: Sequence[Recognition]
    checkpoint: bytes | None = None


class Planner:
    """Adds up what a change would do; it remembers sums and never learners, but for the names that are asked for."""

    def __init__(self, before: Ruleset | None, after: Ruleset, *, names: bool = False) -> None:
        self._before = before
        self._after = after
        self._names = names
        self._learners = self._events = 0
        self._gains = self._kept = Tally()
        self._effects: defaultdict[tuple[RuleKey, str | None, Effect], Tally] = defaultdict(Tally)
        self._people: defaultdict[tuple[RuleKey, Effect], list[Affected]] = defaultdict(list)
        self._active: Counter[int] = Counter()
        self._weekly: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
        self._sums: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._gained: Counter[int] = Counter()

    def add(self, learner: LearnerHistory) -> None:
        """Judge one learner by both versions. A learner without events is not counted."""
        if not learner.events:
            return
        events = without_voided(learner.events)
        self._learners += 1
        self._events += len(learner.events)
        self._active.update({self._week(event.occurred_at) for event in events})
        old = self._judge(self._before.timeless, learner, events) if self._before else {}
        new = self._judge(self._after.timeless, learner, events)
        self._sum(0, self._before, old)
        self._sum(1, self._after, new)
        gains = self._given_by_publishing(learner, events, old, new)
        self._tell(learner, [*_compared(old, new), *((Effect.GAINS, each, each.points) for each in gains)])

    def plan(self) -> Plan:
        """What it comes to in all."""
        changes = rule_changes(self._before.document if self._before else None, self._after.document)
        weeks = (self._week_plan(week) for week in sorted(self._active))
        return Plan(
            version=self._before.pack.version if self._before else None,
            learners=self._learners,
            events=self._events,
            rules=tuple(self._rule(rule, changes) for rule in changes),
            gains=self._gains,
            kept=self._kept,
            before=self._side(0, self._before) if self._before else None,
            after=self._side(1, self._after),
            weeks=tuple(weeks),
            gained=tuple(Bucket(at_least, self._gained[at_least]) for at_least in _BUCKETS),
        )

    # One learner

    def _judge(
        self, pack: Pack, learner: LearnerHistory, events: Sequence[ProgressEvent], kept: Sequence[Recognition] = ()
    ) -> Given:
        beginning = Beginning(learner.zone, learner.checkpoint, learner.held)
        return _by_rules(fold_from(pack, beginning, events, kept)[1])

    def _given_by_publishing(
        self, learner: LearnerHistory, events: Sequence[ProgressEvent], old: Given, new: Given
    ) -> list[Recognition]:
        """What would be added to the ledger once the worker has judged what waits, as judging again does it (V1)."""
        before, after = self._before, self._after
        if before is not None and before.pack is not before.timeless:
            old = self._judge(before.pack, learner, events)
        if after.pack is not after.timeless:
            new = self._judge(after.pack, learner, events)
        held = {**old, **_by_rules(learner.held)}
        kept = [each for each in held.values() if not _same(new.get(each.identity), each)]
        if kept:
            new = self._judge(after.pack, learner, events, kept)
            self._kept += Tally(1, len(kept), sum(each.points for each in kept))
        gains = [each for each in new.values() if each.identity not in held]
        if gains:
            points = sum(each.points for each in gains)
            self._gains += Tally(1, len(gains), points)
            self._gained[max(least for least in _BUCKETS if points >= least)] += 1
        return gains

    def _tell(self, learner: LearnerHistory, told: Iterable[tuple[Effect, Recognition, int]]) -> None:
        counted: defaultdict[tuple[RuleKey, str | None, Effect], Tally] = defaultdict(Tally)
        for effect, recognition, points in told:
            rule, part = _rule_of(recognition.identity)
            counted[rule, None, effect] += Tally(0, 1, points)
            counted[rule, part, effect] += Tally(0, 1, points)
        for (rule, whole, effect), tally in counted.items():
            self._effects[rule, whole, effect] += tally + Tally(learners=1)
            if self._names and whole is None:
                person = Affected(learner.person, learner.name, tally.recognitions, tally.points)
                self._people[rule, effect].append(person)

    def _sum(self, side: int, rules: Ruleset | None, given: Given) -> None:
        """The learner's points week by week, as far as they are recognised (P1)."""
        if rules is None:
            return
        points = Points(0, 0, 0, 0)
        effort = outcomes = 0
        for week, group in groupby(given.values(), lambda each: self._week(each.reached_at)):
            for each in group:
                if each.nature is Nature.OUTCOME:
                    outcomes += each.points
                else:
                    effort += each.points
            total, points = points.total, recognised_points(effort, outcomes, rules.pack.outcomes_at_most)
            self._weekly[side][week] += points.total - total
        self._sums[side].update(effort=effort, outcomes=outcomes, recognised=points.outcomes_recognised)

    def _week(self, at: datetime) -> int:
        return window_start(Window.WEEK, local_day(at, self._after.pack.zone))

    # All of them

    def _rule(self, rule: RuleKey, changes: Mapping[RuleKey, Change]) -> RulePlan:
        kind, key = rule
        parts = {part: self._effects_of(rule, part) for part in self._parts(rule)}
        people = {effect: tuple(self._people[rule, effect]) for effect in Effect if (rule, effect) in self._people}
        title = _title(self._after.document, kind, key) or _title(
            self._before.document if self._before else None, kind, key
        )
        return RulePlan(
            rule=rule,
            title=title,
            change=changes[rule],
            effects=self._effects_of(rule, None),
            parts=parts if len(parts) > 1 else {},
            people=people,
        )

    def _parts(self, rule: RuleKey) -> list[str]:
        found = {part for other, part, _ in self._effects if other == rule and part is not None}
        return sorted(found, key=lambda part: (int(part) if part.isdecimal() else 0, part))

    def _effects_of(self, rule: RuleKey, part: str | None) -> Effects:
        return {effect: self._effects[rule, part, effect] for effect in Effect if (rule, part, effect) in self._effects}

    def _side(self, side: int, rules: Ruleset) -> Side:
        sums = self._sums[side]
        return Side(
            effort=sums["effort"],
            outcomes=sums["outcomes"],
            recognised=sums["recognised"],
            at_most=rules.pack.outcomes_at_most,
            reachable_share=outcome_share(rules.document),
            learner_weeks=self._active.total(),
        )

    def _week_plan(self, week: int) -> Week:
        before, after = self._weekly
        return Week(window_key(Window.WEEK, week), self._active[week], before[week], after[week])


def _by_rules(recognitions: Iterable[Recognition]) -> Given:
    """What a pack's rules gave. Learners' own goals are no matter of a publication."""
    return {each.identity: each for each in recognitions if each.identity.kind in _KINDS}


def _compared(old: Given, new: Given) -> Iterator[tuple[Effect, Recognition, int]]:
    """How the two versions differ in what they give for the same events."""
    for identity, was in old.items():
        now = new.get(identity)
        if now is None:
            yield Effect.HARDER, was, was.points
            continue
        if now.reached_at != was.reached_at:
            yield (Effect.SOONER if now.reached_at < was.reached_at else Effect.LATER), now, now.points
        if now.points != was.points:
            more = now.points > was.points
            yield (Effect.WORTH_MORE if more else Effect.WORTH_LESS), now, now.points - was.points
    for identity, now in new.items():
        if identity not in old:
            yield Effect.EASIER, now, now.points


def _same(given: Recognition | None, held: Recognition) -> bool:
    """Whether the rules give what is held, with the same points to the same account."""
    return given is not None and (given.points, given.nature, given.skill) == (held.points, held.nature, held.skill)


def _rule_of(identity: Identity) -> tuple[RuleKey, str]:
    """The rule that a recognition comes from, and which part of it: tier, step, length or level."""
    kind = _KINDS[identity.kind]
    key, _, step = identity.key.partition("/")
    part = step or identity.tier
    if identity.kind in {RecognitionKind.MILESTONE, RecognitionKind.LEVEL}:
        part = identity.occurrence
    return (kind, key), part


def _title(document: PackDocument | None, kind: str, key: str) -> Texts:
    rule = getattr(document, kind).get(key) if document is not None else None
    if document is None or rule is None or rule.title is None:
        return {}
    titles: Texts = rule.title.in_locales(document.pack.locales)
    return titles
