"""A pack tests itself: its examples are judged by the real engine, and what turns out otherwise is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from vekst.domain.calendars import has_zone
from vekst.domain.events import (
    QUEST_ACCEPTED,
    RESERVED_PREFIX,
    TIME_OFF,
    ZONE_CHANGED,
    FieldValue,
    ProgressEvent,
    RecordedBy,
)
from vekst.domain.recognitions import Recognition
from vekst.engine.fold import fold
from vekst.engine.pack import Pack
from vekst.engine.standing import Standing, fresh_standing
from vekst.engine.validation import data_problem, event_problems, time_off_days
from vekst.quests.built_in import BUILT_IN_KEYS
from vekst.quests.compiler import compile_pack
from vekst.quests.diagnostics import Argument, Diagnostic, Reason, Term, in_order
from vekst.quests.documents import ExampleDocument, GivenEvent, PackDocument
from vekst.quests.documents.values import Scalar
from vekst.quests.outcomes import Outcome, compare
from vekst.quests.places import Location, Places

__all__ = ["check_examples"]

_SOURCE = "example"


def check_examples(document: PackDocument, places: Places | None = None) -> tuple[Diagnostic, ...]:
    """Judge every example of a pack that has no errors; each expectation that is not met is one diagnostic."""
    where = places or Places()
    pack = compile_pack(document, version=1, digest=_SOURCE)
    told: list[Diagnostic] = []
    for index, example in enumerate(document.examples):
        told.extend(_check(pack, document, example, _Teller(where, ("examples", index))))
    return in_order(told)


@dataclass(frozen=True, slots=True)
class _Teller:
    places: Places
    root: Location

    def tell(self, below: Location, code: str, arguments: Mapping[str, Argument]) -> Diagnostic:
        return self.places.value((*self.root, *below)).diagnostic(code, arguments)


def _check(pack: Pack, document: PackDocument, example: ExampleDocument, teller: _Teller) -> list[Diagnostic]:
    unfit = [
        teller.tell(("given", index), "EXAMPLE_EVENT_UNFIT", {"reason": reason})
        for index, given in enumerate(example.given)
        if (reason := _unfitness(pack, document, given)) is not None
    ]
    if unfit:
        return unfit
    outcome = judge_example(pack, document, example)
    failures: list[Diagnostic] = []
    for index, expectation in enumerate(example.expect):
        failure = compare(expectation, outcome)
        if failure is not None:
            told: dict[str, Argument] = {"expected": failure.expected, "actual": failure.actual}
            failures.append(teller.tell(("expect", index), "EXAMPLE_FAILED", told))
    return failures


def judge_example(pack: Pack, document: PackDocument, example: ExampleDocument) -> Outcome:
    """What the engine makes of an example's events."""
    events = sorted(_events(example.given), key=lambda event: event.position)
    standing: Standing = fresh_standing(pack, example.zone or document.pack.zone)
    recognitions: Sequence[Recognition] = fold(pack, standing, events)
    last = events[-1].occurred_at
    return Outcome(pack, standing, tuple(recognitions), max(example.as_of or last, last))


def _events(given: Sequence[GivenEvent]) -> list[ProgressEvent]:
    moments: list[tuple[GivenEvent, datetime]] = [(each, at) for each in given for at in each.instants()]
    return [
        ProgressEvent(
            ref=ref,
            source=_SOURCE,
            id=f"{ref:06d}",
            type=each.event,
            occurred_at=at.astimezone(UTC),
            data=_data(each),
            recorded_by=RecordedBy.SYSTEM if each.event in BUILT_IN_KEYS else each.recorded_by,
        )
        for ref, (each, at) in enumerate(moments, start=1)
    ]


def _data(given: GivenEvent) -> dict[str, FieldValue]:
    return {name: _plain(value) for name, value in given.data.items()}


def _plain(value: Scalar) -> FieldValue:
    """A number as it comes out of JSON; at most 15 digits, so nothing is lost."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _unfitness(pack: Pack, document: PackDocument, given: GivenEvent) -> Argument | None:
    """Why ingestion would refuse the event; `None` for one that it would store."""
    if given.event in BUILT_IN_KEYS:
        problem = data_problem(pack.event_types[given.event], _data(given))
    elif given.event.startswith(RESERVED_PREFIX):
        return _reserved_unfitness(document, given)
    else:
        problem = event_problems(pack, given.event, _data(given), given.recorded_by)
    if problem is None:
        return None
    return Reason(problem.code, problem.params)


def _reserved_unfitness(document: PackDocument, given: GivenEvent) -> Argument | None:
    """Whether an event of Vekst's own says what the engine will look for."""
    checks: Mapping[str, tuple[Callable[[], bool], Term]] = {
        TIME_OFF: (
            lambda: time_off_days(_data(given)) is not None,
            Term("time_off_fields"),
        ),
        QUEST_ACCEPTED: (
            lambda: given.data.get("quest") in document.quests,
            Term("accepted_fields"),
        ),
        ZONE_CHANGED: (
            lambda: has_zone(str(given.data.get("zone"))),
            Term("zone_fields"),
        ),
    }
    if given.event not in checks:
        known = ", ".join(checks)
        return Term("events_of_vekst", {"known": known})
    fits, reason = checks[given.event]
    return None if fits() else reason
