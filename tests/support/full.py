"""An organisation with a row in every table, so that a test can try each of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import text

from tests.support.organisations import Organisation, new_event
from vekst.services.feedback import Unasked
from vekst.services.goal_terms import GoalTerms

__all__ = ["expire_something", "fill"]

_BY_HAND = {
    "outbox": "INSERT INTO outbox VALUES (:org, :id, :id, 'recognised', '{}', now())",
    "verifications": "INSERT INTO verifications VALUES (:org, now(), 0, 0)",
    "challenges": """
        INSERT INTO challenges (org_id, challenge_id, created_by, client_id, request, created_at, pack_version,
                                title, measure, goal, nature, points, zone, starts_at, ends_at, settles_at, draft)
        VALUES (:org, :id, :learner, 'c', '{}', now(), 1, 'x', '{}', '{}', 'effort', 0, 'UTC',
                now(), now() + interval '1 day', now() + interval '2 days', true)
    """,
    "challenge_teams": "INSERT INTO challenge_teams (org_id, challenge_id, team_id) VALUES (:org, :id, :team)",
    "challenge_progress": """
        INSERT INTO challenge_progress (org_id, challenge_id, learner_id, value, asked, reached)
        VALUES (:org, :id, :learner, 0, false, false)
    """,
    "challenge_sides": "INSERT INTO challenge_sides VALUES (:org, :id, :team, false, 1, 1, 0, 0)",
    "challenge_side_progress": """
        INSERT INTO challenge_side_progress VALUES (:org, :id, :team, :learner, 0, false, false)
    """,
    "devices": """
        INSERT INTO devices VALUES (:org, 'https://push.example.com', :learner, '', '', 'en', 0, 0, NULL, now())
    """,
    "acknowledgements": "INSERT INTO acknowledgements VALUES (:org, :learner, 1, NULL, now())",
}
"""What services write only after much has happened."""


async def expire_something(organisation: Organisation, *persons: str) -> None:
    """Judge, with an event of each person so old that it goes again; a checkpoint stays."""
    long_ago = datetime.now(UTC) - timedelta(days=3_660)
    events = [new_event("long ago", at=long_ago, person=person) for person in persons]
    await organisation.factory.ingestion().record_import(organisation.id, source="bank", events=events)
    await organisation.judge()
    await organisation.factory.retention().expire(organisation.id)


async def fill(organisation: Organisation) -> None:
    """Let kari, nora and eli leave a row in every table; the same keys in every organisation."""
    await organisation.publish()
    await organisation.hire("kari", team="north")
    await organisation.hire("nora", "eli")
    await organisation.integration()
    kari = await organisation.actor("kari")
    await organisation.factory.boards().join(kari, "learning-streaks")
    await organisation.record("kari", new_event("1"))
    await expire_something(organisation, "kari")
    await organisation.factory.feedback().give(
        kari, client_id="1", to=Unasked("nora"), worked="w", try_next="t", occurred_at=datetime.now(UTC)
    )
    now = datetime.now(UTC)
    goal = GoalTerms({"count": {"event": "call.practised", "at_least": 3}}, now.date() + timedelta(days=2))
    await organisation.factory.goals().set(kari, client_id="1", goal=goal, occurred_at=now)
    await organisation.factory.privacy().erase(organisation.id, "eli")
    [(learner, team)] = await organisation.rows("SELECT learner_id, team_id FROM memberships")
    given = {"org": organisation.id, "id": uuid4(), "learner": learner, "team": team}
    async with organisation.factory._process.database.writing(organisation.id) as connection:
        for statement in _BY_HAND.values():
            named = {name: value for name, value in given.items() if f":{name}" in statement}
            await connection.execute(text(statement), named)
