from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from vekst.domain.instants import instant, micros

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=OFFSETS)


@given(at=INSTANTS)
@settings(max_examples=200)
def test_microseconds_stand_for_an_instant_exactly(at: datetime) -> None:
    assert instant(micros(at)) == at
    assert instant(micros(at)).tzinfo is UTC


@given(one=INSTANTS, other=INSTANTS)
@settings(max_examples=200)
def test_microseconds_are_in_the_order_of_the_instants(one: datetime, other: datetime) -> None:
    assert (micros(one) < micros(other)) is (one < other)
    assert instant(micros(one) + 1) - one == timedelta(microseconds=1)


def test_microseconds_by_hand() -> None:
    assert micros(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert micros(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC)) == 1_000_005
    assert micros(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1
    assert micros(datetime.fromisoformat("1970-01-01T01:00+01:00")) == 0
