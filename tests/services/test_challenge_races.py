"""Races about one challenge, with the interleaving forced: whoever comes second sees the first, or is refused.

Whatever the order, the challenge is in one of its legal states, nobody is recognised twice, and all see the same.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from tests.support.challenges import (
    DAY,
    HOUR,
    StillClock,
    given,
    own,
    practise,
    result,
    settle,
    two_teams,
    values,
    verified,
)
from tests.support.interleaving import held
from tests.support.organisations import Organisation
from vekst.domain.challenges import ChallengeState
from vekst.domain.errors import InvalidInput
from vekst.factory import Factory, Process
from vekst.queries.challenges import ChallengeViewer, challenges_by_id, read_progress
from vekst.services.challenge_forms import ChallengeChange
from vekst.settings import Settings

MEMBERS = ("kari", "per", "nora")


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def craft(settings: Settings, organisation: Organisation, clock: StillClock) -> AsyncIterator[Organisation]:
    async with two_teams(settings, organisation, clock) as craft:
        yield craft


@pytest.fixture
async def other(settings: Settings, clock: StillClock) -> AsyncIterator[Factory]:
    """Another process, with connections of its own."""
    async with Process.running(settings, clock=clock) as process:
        yield Factory(process)


async def seen(craft: Organisation, challenge: UUID, clock: StillClock) -> tuple[ChallengeState, bool, int]:
    """What it has come to; the same for everyone."""
    found = set()
    for person in MEMBERS:
        actor = await craft.actor(person)
        viewer = ChallengeViewer(actor.learner_id, actor.manages, sees_everything=False)
        async with craft.factory.reading(craft.id) as connection:
            views = await challenges_by_id(connection, craft.id, [challenge], viewer)
            view = views[challenge]
            pack = await craft.factory._process.packs.version(connection, craft.id, view.row.pack_version)
            assert pack is not None
            progress = await read_progress(
                connection, craft.id, [view], {pack.version: pack}, viewer=actor.learner_id, now=clock()
            )
        found.add((view.row.state(clock()), progress[view].verdict.met, progress[view].verdict.total))
    [one] = found
    return one


async def over(craft: Organisation, clock: StillClock) -> UUID:
    """A challenge whose goal is met, and which waits to be settled."""
    challenge = await own(craft, clock)
    await practise(craft, "kari", clock(), "1", "2", "3")
    clock.move(11 * DAY)
    return challenge


async def test_who_calls_off_while_it_is_settled_is_refused(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge, nora = await over(craft, clock), await craft.actor("nora")
    settling = craft.factory.settling().settle(craft.id, challenge)
    async with held(craft, monkeypatch, settling, "challenge_results_store.settle", before=True) as first:
        second = await first.keeps_waiting(other.challenges().cancel(nora, challenge))
        assert await first.goes_on() is True
        with pytest.raises(InvalidInput, match="CHALLENGE_OVER"):
            await second
    assert await seen(craft, challenge, clock) == (ChallengeState.SETTLED, True, 3)
    assert await given(craft) == {"kari": 7}


async def test_who_called_off_in_time_wins_over_a_settling_that_comes_before_the_commit(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge, nora = await own(craft, clock), await craft.actor("nora")
    await practise(craft, "kari", clock(), "1", "2", "3")
    clock.move(9 * DAY)
    calling_off = craft.factory.challenges().cancel(nora, challenge)
    async with held(craft, monkeypatch, calling_off, "challenges_store.cancel") as first:
        clock.move(2 * DAY)
        assert await other.settling().settle(craft.id, challenge) is False
        assert await first.goes_on() is None
    assert await settle(craft) == 0
    assert await seen(craft, challenge, clock) == (ChallengeState.CANCELLED, True, 3)
    assert await given(craft) == {}


async def test_calling_off_twice_at_once_is_calling_off_once(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge, nora = await own(craft, clock), await craft.actor("nora")
    at = clock()
    async with held(
        craft, monkeypatch, craft.factory.challenges().cancel(nora, challenge), "challenges_store.cancel"
    ) as first:
        clock.move(HOUR)
        second = await first.keeps_waiting(other.challenges().cancel(nora, challenge))
        assert await first.goes_on() is None
        assert await second is None
    assert await craft.rows("SELECT cancelled_at FROM challenges") == [(at,)]


async def test_an_extension_in_time_wins_over_a_settling_that_comes_before_the_commit(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge, nora = await own(craft, clock), await craft.actor("nora")
    clock.move(9 * DAY)
    change = ChallengeChange(ends_at=clock() + 8 * DAY)
    extending = craft.factory.challenges().change(nora, challenge, change)
    async with held(craft, monkeypatch, extending, "challenges_store.change") as first:
        clock.move(2 * DAY)
        assert await other.settling().settle(craft.id, challenge) is False
        assert await first.goes_on() is None
    assert await settle(craft) == 0
    await practise(craft, "kari", clock(), "1", "2", "3")
    assert await seen(craft, challenge, clock) == (ChallengeState.RUNNING, True, 3)
    clock.move(7 * DAY)
    assert await settle(craft) == 1
    assert await given(craft) == {"kari": 7}


async def test_who_extends_while_it_is_settled_is_refused(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge, nora = await over(craft, clock), await craft.actor("nora")
    settling = craft.factory.settling().settle(craft.id, challenge)
    async with held(craft, monkeypatch, settling, "challenge_results_store.settle_sides") as first:
        change = other.challenges().change(nora, challenge, ChallengeChange(ends_at=clock() + DAY))
        second = await first.keeps_waiting(change)
        assert await first.goes_on() is True
        with pytest.raises(InvalidInput, match="CHALLENGE_OVER"):
            await second
    assert await seen(craft, challenge, clock) == (ChallengeState.SETTLED, True, 3)


async def test_two_managers_that_change_it_at_once_lose_nothing_of_each_other(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second change is read against the first one's: what it eases is eased, and what it takes back is refused."""
    challenge, nora, adam = await own(craft, clock), await craft.actor("nora"), await craft.actor("adam")
    ends = clock() + 20 * DAY
    service = craft.factory.challenges()
    longer = service.change(nora, challenge, ChallengeChange(ends_at=ends))
    async with held(craft, monkeypatch, longer, "challenges_store.change") as first:
        lower = ChallengeChange(goal={"together": 2})
        second = await first.keeps_waiting(other.challenges().change(adam, challenge, lower))
        assert await first.goes_on() is None
        assert await second is None
    assert await craft.rows("SELECT ends_at, goal FROM challenges") == [(ends, {"together": 2})]
    even_longer = service.change(nora, challenge, ChallengeChange(ends_at=ends + 2 * DAY))
    async with held(craft, monkeypatch, even_longer, "challenges_store.change") as first:
        change = other.challenges().change(adam, challenge, ChallengeChange(ends_at=ends + DAY))
        second = await first.keeps_waiting(change)
        assert await first.goes_on() is None
        with pytest.raises(InvalidInput, match="CHALLENGE_ONLY_LONGER"):
            await second
    assert await craft.rows("SELECT ends_at FROM challenges") == [(ends + 2 * DAY,)]


async def test_a_second_worker_leaves_it_to_the_first(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = await over(craft, clock)
    settling = craft.factory.settling().settle(craft.id, challenge)
    async with held(craft, monkeypatch, settling, "challenge_results_store.settle") as first:
        assert await other.settling().settle(craft.id, challenge) is False
        assert await first.goes_on() is True
    assert await other.settling().settle(craft.id, challenge) is False
    assert await given(craft) == {"kari": 7}
    await verified(craft)


async def test_a_late_event_counts_if_it_is_stored_when_the_members_are_read_and_else_never(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C3; and both ways the worker judges it afterwards, and gives nothing for the challenge again."""
    start = clock()
    one = await own(craft, clock)
    two = await own(craft, clock, id="c2")
    await practise(craft, "kari", start, "1", "2")
    clock.move(11 * DAY)
    # Nothing waited when it looked, and one more is stored before it reads.
    async with held(
        craft, monkeypatch, craft.factory.settling().settle(craft.id, one), "events_store.pending", where=_looks_ahead
    ) as settling:
        await practise(craft, "kari", start + HOUR, "3")
        assert await settling.goes_on() is True
    assert await seen(craft, one, clock) == (ChallengeState.SETTLED, True, 3)
    assert await given(craft) == {"kari": 7}
    # The members are read, and one more is stored before the commit.
    async with held(
        craft, monkeypatch, craft.factory.settling().settle(craft.id, two), "challenge_results_store.settle"
    ) as settling:
        await practise(craft, "kari", start + 2 * HOUR, "4")
        judging = await settling.keeps_waiting(
            other.judging().judge_learners(craft.id, [(await craft.actor("kari")).learner_id])  # type: ignore[list-item]
        )
        assert await settling.goes_on() is True
        await judging
    assert (await result(craft, two))["total"] == 3
    await craft.judge()
    await verified(craft)
    assert await seen(craft, two, clock) == (ChallengeState.SETTLED, True, 3)
    rows = await craft.rows("SELECT key, points FROM ledger_entries WHERE kind = 'CHALLENGE' ORDER BY key")
    assert rows == [(str(each), 7) for each in sorted((one, two))]


def _looks_ahead(*arguments: object) -> bool:
    """Whether it is the settling's own look, which asks for one event only."""
    return arguments[-1] == 1


async def test_a_member_who_leaves_while_it_is_settled_keeps_what_they_did(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C1: either way round; and a team that they join by it has no claim on what they did before."""
    challenge = await over(craft, clock)
    people = Organisation(other, craft.id, craft.key)
    settling = craft.factory.settling().settle(craft.id, challenge)
    async with held(craft, monkeypatch, settling, "challenge_results_store.settle") as first:
        leaving = await first.keeps_waiting(people.hire("kari", team="south"))
        assert await first.goes_on() is True
        await leaving
    assert await values(craft, challenge) == {"kari": (3, False, False), "per": (0, False, False)}
    second = await own(craft, clock, "siri", id="c2", teams=("south",))
    await practise(craft, "kari", clock(), "4", "5", "6")
    clock.move(11 * DAY)
    async with held(craft, monkeypatch, people.hire("kari", team="north"), "standings_store.lock") as moving:
        late = await moving.keeps_waiting(craft.factory.settling().settle(craft.id, second))
        assert await moving.goes_on() is None
        assert await late is True
    assert await values(craft, second) == {"kari": (3, False, False), "ola": (0, False, False)}
    assert len(await craft.rows("SELECT 1 FROM ledger_entries WHERE kind = 'CHALLENGE'")) == 2
    await craft.judge()
    await verified(craft)


async def test_a_member_who_was_let_in_before_the_end_and_is_seen_only_at_the_settling_counts(
    craft: Organisation, clock: StillClock, other: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import that moved them began before the end and commits while it is settled."""
    challenge = await own(craft, clock)
    await practise(craft, "kari", clock(), "1", "2")
    clock.move(10 * DAY - HOUR)
    moving_in = Organisation(other, craft.id, craft.key).hire("ola", team="north")
    async with held(craft, monkeypatch, moving_in, "people_store.end_memberships", before=True) as moving:
        await practise(craft, "ola", clock(), "1")
        clock.move(2 * DAY)
        settling = craft.factory.settling().settle(craft.id, challenge)
        async with held(craft, monkeypatch, settling, "events_store.pending", where=_looks_ahead) as first:
            assert await moving.goes_on() is None
            assert await first.goes_on() is True
    assert (await values(craft, challenge))["ola"] == (1, False, False)
    assert await seen(craft, challenge, clock) == (ChallengeState.SETTLED, True, 3)
    assert await given(craft) == {"kari": 7, "ola": 7}
    await craft.judge()
    await verified(craft)
