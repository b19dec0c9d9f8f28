"""Every mutation sent twice has one effect: one after the other, and at once."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack
from typing import Any, Final

import pytest
from fastapi import FastAPI

from tests.graphql.effects.play import CORE, Play, Sent
from tests.support.push_service import Browser
from vekst.factory import Factory
from vekst.tokens import DevelopmentIssuer

_AT: Final[dict[str, Any]] = {"id": "m", "occurredAt": "$now"}
_EARN: Final = {"count": {"event": "call.practised", "at_least": 9}}
_DEVICE: Final = Browser("https://push.example.com/to/kari").subscription
GOOD: Final = (
    Sent("recordProgress", {"events": [{**_AT, "type": "call.practised", "data": {"minutes": 3}}]}),
    Sent("voidEvent", {"id": "m", "event": {"id": "e1"}, "reason": "A mistake"}),
    Sent("acceptQuest", {**_AT, "quest": "deep-dive"}),
    Sent("changeZone", {"id": "m", "zone": "Asia/Kathmandu"}),
    Sent("takeTimeOff", {**_AT, "from": "2026-03-02", "until": "2026-03-04"}),
    Sent("joinLeaderboard", {"key": "learning-streaks"}),
    Sent("joinLeaderboard", {"key": "$board"}),
    Sent("leaveLeaderboard", {"key": "longest-streaks"}),
    Sent("leaveLeaderboard", {"key": "$board"}),
    Sent("createChallenge", {"id": "m", "teams": ["north"], "template": "listening-days"}, "nora"),
    Sent("changeChallenge", {"challenge": "$challenge", "title": "Ours"}, "nora"),
    Sent("cancelChallenge", {"challenge": "$challenge"}, "nora"),
    Sent("askForFeedback", {**_AT, "person": "ola", "question": "And now?", "event": {"id": "e0"}}),
    Sent("giveFeedback", {**_AT, "feedback": "$asked", "worked": "w", "tryNext": "t"}, "nora"),
    Sent("actOnFeedback", {**_AT, "feedback": "$given", "tried": "t", "event": {"id": "later"}}),
    Sent("deleteFeedback", {"feedback": "$given"}),
    Sent("acknowledge", {**_AT, "recognition": "$recognition"}, "nora"),
    Sent("setGoal", {**_AT, "earn": _EARN, "until": "$later"}),
    Sent("proposeGoal", {"id": "m", "person": "kari", "earn": _EARN, "until": "$later"}, "nora"),
    Sent("changeGoal", {**_AT, "goal": "$goal", "until": "$later"}),
    Sent("reflectOnGoal", {**_AT, "goal": "$goal", "words": "I tried"}),
    Sent("dropGoal", {"goal": "$goal"}),
    Sent("deleteGoal", {"goal": "$goal"}),
    Sent("registerDevice", _DEVICE),
    Sent("removeDevice", {"endpoint": _DEVICE["endpoint"]}),
    Sent("exportMyData", {}),
    Sent("eraseMe", {"confirm": "kari"}),
)
"""For each mutation an input that is right."""

BEFORE: Final = {
    "removeDevice": [Sent("registerDevice", _DEVICE)],
    "reflectOnGoal": [Sent("dropGoal", {"goal": "$goal"})],
    "actOnFeedback": [
        Sent("recordProgress", {"events": [{"id": "later", "type": "call.practised", "occurredAt": "$now"}]})
    ],
}
"""What has to be there first."""

SECOND: Final = {
    "deleteFeedback": '"deleted":false',
    "deleteGoal": '"deleted":false',
    "removeDevice": '"removed":false',
    "eraseMe": '"code":"ACCOUNT_UNKNOWN"',
}
"""How a second one is answered where it is not as the first but for DUPLICATE."""

AT_ONCE: Final = 4


@pytest.mark.check
def test_every_mutation_has_an_input() -> None:
    assert CORE.mutation_type is not None
    assert CORE.mutation_type.fields
    assert {sent.mutation for sent in GOOD} == set(CORE.mutation_type.fields)


@pytest.mark.parametrize("sent", GOOD, ids=lambda sent: sent.mutation)
async def test_sent_twice_it_happens_once(
    factory: Factory, app: FastAPI, issuer: DevelopmentIssuer, sent: Sent
) -> None:
    async with AsyncExitStack() as stack:
        one, other = [await Play.begin(factory, app, issuer, stack) for _ in range(2)]
        for play in (one, other):
            await play.send(BEFORE.get(sent.mutation, []))
        [first] = await one.send([sent])
        assert f'"__typename":"{sent.mutation[0].upper()}{sent.mutation[1:]}"' in first
        once = await one.traces()
        [second] = await one.send([sent])
        assert second == first.replace('"STORED"', '"DUPLICATE"') or SECOND.get(sent.mutation, "-") in second
        assert await one.traces() == once
        at_once = await other.send([sent] * AT_ONCE)
        assert Counter(at_once) == Counter([first, *[second] * (AT_ONCE - 1)])
        assert await other.traces() == once
