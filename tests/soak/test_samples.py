"""The rule by which a soak is flat: what grows is named, and what only swings is not."""

from __future__ import annotations

import pytest

from tests.soak.samples import Sample, grown, thirds


def samples(memory: tuple[float, ...], connections: tuple[int, ...], lag: tuple[float, ...]) -> list[Sample]:
    """Ten looks in each third."""
    return [
        Sample({"worker": memory[third] + look % 3}, connections[third], lag[third])
        for third in range(3)
        for look in range(10)
    ]


def test_what_swings_or_fills_in_the_beginning_is_flat() -> None:
    flat = samples((80, 200, 205), (10, 30, 30), (0.1, 0.2, 1.9))
    assert [*grown(thirds(flat))] == []


@pytest.mark.parametrize(
    ("memory", "connections", "lag", "says"),
    [
        ((80, 100, 110), (30, 30, 30), (0.1, 0.1, 0.1), "memory of worker grew from 101 to 111"),
        ((100, 100, 100), (10, 20, 21), (0.1, 0.1, 0.1), "connections grew from 20 to 21"),
        ((100, 100, 100), (30, 30, 30), (0.1, 2.0, 4.0), "lag grew from 2.0 to 4.0"),
    ],
)
def test_what_grows_is_named(
    memory: tuple[float, ...], connections: tuple[int, ...], lag: tuple[float, ...], says: str
) -> None:
    assert says in " ".join(grown(thirds(samples(memory, connections, lag))))
