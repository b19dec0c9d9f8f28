from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given, settings
from hypothesis import strategies as st

from vekst.domain.ids import RANDOM_BYTES, uuid7, uuid7s
from vekst.domain.instants import micros

INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
RANDOM = st.binary(min_size=10, max_size=16)


@given(at=INSTANTS, randomness=RANDOM)
@settings(max_examples=200)
def test_an_id_holds_its_millisecond_its_version_and_the_rest_of_chance(at: datetime, randomness: bytes) -> None:
    made = uuid7(at, randomness)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == micros(at) // 1000
    chance = int.from_bytes(randomness[:10], "big")
    assert made.int >> 64 & 0xFFF == chance >> 64 & 0xFFF
    assert made.int & (1 << 62) - 1 == chance & (1 << 62) - 1


def test_ids_sort_by_time() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    made = [uuid7(at + timedelta(milliseconds=step), bytes([255 - step] * 10)) for step in range(200)]
    assert made == sorted(made)
    assert len(set(made)) == 200


@given(at=INSTANTS, chances=st.lists(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES), max_size=5))
@settings(max_examples=50)
def test_ids_of_one_instant_are_those_of_their_parts_of_chance(at: datetime, chances: list[bytes]) -> None:
    assert uuid7s(at, b"".join(chances)) == [uuid7(at, chance) for chance in chances]


def test_an_id_in_full() -> None:
    made = uuid7(datetime(2026, 3, 2, 9, tzinfo=UTC), bytes.fromhex("ffffffffffffffffffff"))
    assert (
        str(made) == f"{1_772_442_000_000:012x}"[:8] + "-" + f"{1_772_442_000_000:012x}"[8:] + "-7fff-bfff-ffffffffffff"
    )
