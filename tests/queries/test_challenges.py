"""Reading challenges by their state: the statement chooses the same rows as the written state machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.organisations import Organisation
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.domain.challenges import ChallengeState
from vekst.factory import Process
from vekst.queries.challenges import ChallengeViewer, challenges_page
from vekst.services.challenge_forms import NewChallenge

DAY = timedelta(days=1)


async def test_challenges_are_chosen_by_the_state_that_they_are_in(
    organisation: Organisation, process: Process
) -> None:
    await organisation.publish(WITH_CHALLENGES)
    await organisation.hire("nora", team="north", role=Role.MANAGER)
    nora, start = await organisation.actor("nora"), datetime.now(UTC) + DAY
    challenges = organisation.factory.challenges()
    for number in range(4):
        wish = NewChallenge(
            f"c{number}", ("north",), "listening-days", starts_at=start + number * DAY, draft=number == 2
        )
        made = await challenges.create(nora, wish)
        if number == 3:
            await challenges.cancel(nora, made)
    viewer = ChallengeViewer(nora.learner_id, nora.manages, sees_everything=False)
    moments = [
        start + days * DAY + by for days in (-1, 0, 1, 7, 8, 20) for by in (-timedelta(microseconds=1), timedelta())
    ]
    met = set()
    async with process.reading(organisation.id) as connection:
        for now in moments:
            found = {}
            for state in (None, *ChallengeState):
                views = await challenges_page(
                    connection, organisation.id, viewer, team_id=None, state=state, before=None, count=9, now=now
                )
                found[state] = [view.row for view in views]
            assert len(found[None]) == 4
            for state in ChallengeState:
                assert found[state] == [row for row in found[None] if row.state(now) is state]
                met |= {state} if found[state] else set()
    assert met == set(ChallengeState) - {ChallengeState.SETTLED}
