"""`me` and `learner`: what the home screen shows, and who may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from tests.graphql.client import Client
from tests.support.organisations import Organisation, new_event
from tests.support.statements import Statements

SignIn = Callable[..., Client]


async def test_me(organisation: Organisation, sign_in: SignIn) -> None:
    await organisation.publish()
    await organisation.hire("kari")
    await organisation.record("kari", *(new_event(f"e{n}", minutes=5, score=7) for n in range(3)))
    kari = sign_in("kari")
    data = await kari.ask("{ me { person name zone locale pendingEvents points { total } } }")
    assert data["me"] == {
        "person": "kari",
        "name": "Kari",
        "zone": "Europe/Oslo",
        "locale": "en",
        "pendingEvents": 3,
        "points": {"total": 0},
    }
    await organisation.judge()
    data = await kari.ask(
        """{ me { pendingEvents points { total effort outcomesRecognised outcomesHeld }
             recognitions(first: 50) { edges { node { kind key tier occurrence title points nature
             why { text packVersion evidence { id type occurredAt } } reversedBy { id } } } } } }"""
    )
    print(data)
