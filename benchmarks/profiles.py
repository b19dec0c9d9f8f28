"""How much is measured: a short profile that shows that everything works, and a full one for figures to stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["FULL", "PROFILES", "SHORT", "Profile"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Sizes and repetitions; `events` says, by batch size, how many events one measurement sends."""

    name: str
    rounds: int
    learners: int
    history: int
    """Events that every learner has behind them before anything is measured."""
    events: dict[int, int]
    posted: dict[int, int]
    """The same, over HTTP."""
    callers: tuple[int, ...]
    """Callers side by side, where services are called directly."""
    clients: tuple[int, ...]
    """Clients side by side over HTTP."""
    folded: int
    """Events per learner in the workload of the engine alone."""
    histories: tuple[int, ...]
    rules: tuple[int, ...]
    requests: int
    """Screens in one measurement."""
    members: int
    """Members of the widest board."""
    places: int
    """Boards in one measurement."""
    ended: int
    """Runs that end at one midnight."""
    subscribers: int
    """Learners whose apps follow what is recognised."""
    acts: int
    """Events of each of them in one measurement of the latency."""
    probed: int
    """Single events that find out the highest rate."""
    backlog: int
    """Events that wait when a worker is killed, and when one or two of them begin."""
    stored: int
    """Events that are stored when others come."""
    crowds: tuple[int, ...]
    """Learners in organisations in which a hundred act."""


SHORT: Final = Profile(
    name="short",
    rounds=5,
    learners=1_000,
    history=10,
    events={1: 200, 100: 2_000, 500: 4_000},
    posted={1: 40, 100: 1_200, 500: 2_000},
    callers=(4,),
    clients=(1, 4),
    folded=10,
    histories=(10, 100, 1_000, 10_000),
    rules=(10, 100, 1_000),
    requests=250,
    members=100_000,
    places=500,
    ended=20_000,
    subscribers=200,
    acts=1,
    probed=400,
    backlog=1_000,
    stored=100_000,
    crowds=(100, 1_000, 10_000),
)
FULL: Final = Profile(
    name="full",
    rounds=9,
    learners=1_000,
    history=40,
    events={1: 2_000, 10: 8_000, 100: 20_000, 500: 20_000},
    posted={1: 500, 10: 2_000, 100: 8_000, 500: 16_000},
    callers=(1, 4, 8),
    clients=(1, 4, 8),
    folded=60,
    histories=(10, 30, 100, 300, 1_000, 3_000, 10_000),
    rules=(10, 30, 100, 300, 1_000),
    requests=1_000,
    members=1_000_000,
    places=2_000,
    ended=200_000,
    subscribers=200,
    acts=5,
    probed=2_000,
    backlog=20_000,
    stored=10_000_000,
    crowds=(100, 1_000, 10_000),
)
PROFILES: Final = {profile.name: profile for profile in (SHORT, FULL)}
