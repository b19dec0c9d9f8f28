"""Texts that no sane client sends, in every place that takes a text: each has an answer, none an internal error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.graphql.client import Client
from tests.support.organisations import Organisation
from vekst.domain.actors import Role

SignIn = Callable[..., Client]

ODD = ("", " ", "\0", "a\0b", "\ud800", "x" * 100_000, "'; --", "%_\\", "\u202e", "🎈", "null", "../..", "{0}", "{x}")
AT = '"2026-03-02T09:00Z"'
PLACES = (
    "query ($t: ID!) { node(id: $t) { id } }",
    "query ($t: ID!) { nodes(ids: [$t]) { id } }",
    "query ($t: String!) { learner(person: $t) { person } }",
    "query ($t: String) { quests(after: $t) { edges { cursor } } }",
    "query ($t: String!) { leaderboard(key: $t) { size } }",
    'query ($t: String) { leaderboard(key: "learning-streaks", team: $t) { size } }',
    'query ($t: String) { leaderboard(key: "effort-ever", period: $t) { size } }',
    "query ($t: String) { me { recognitions(after: $t) { edges { cursor } } } }",
    'query ($t: Date!) { me { streaks { days(from: $t, to: "2026-03-02") { date } } } }',
    'mutation ($t: String!) { changeZone(input: {id: "i", zone: $t}) { __typename } }',
    'mutation ($t: String!) { changeZone(input: {id: $t, zone: "Europe/Oslo"}) { __typename } }',
    f'mutation ($t: String!) {{ acceptQuest(input: {{id: "i", quest: $t, occurredAt: {AT}}}) {{ __typename }} }}',
    f'mutation ($t: String!) {{ acceptQuest(input: {{id: $t, quest: "x", occurredAt: {AT}}}) {{ __typename }} }}',
    'mutation ($t: DateTime!) { acceptQuest(input: {id: "i", quest: "deep-dive", occurredAt: $t}) { __typename } }',
    f"""mutation ($t: Date!) {{ takeTimeOff(input: {{
      id: "i", from: $t, until: $t, occurredAt: {AT}}}) {{ __typename }} }}""",
    "mutation ($t: String!) { joinLeaderboard(input: {key: $t}) { __typename } }",
    "mutation ($t: String!) { leaveLeaderboard(input: {key: $t}) { __typename } }",
    f"""mutation ($t: String!) {{ recordProgress(input: {{events: [
      {{id: $t, type: $t, occurredAt: {AT}, person: $t, data: {{a: $t}}}}]}}) {{ __typename }} }}""",
    f"""mutation ($t: JSON!) {{ recordProgress(input: {{events: [
      {{id: "i", type: "call.practised", occurredAt: {AT}, data: $t}}]}}) {{ __typename }} }}""",
)


@pytest.mark.parametrize("place", PLACES)
async def test_an_odd_text_has_an_answer(organisation: Organisation, sign_in: SignIn, place: str) -> None:
    await organisation.publish()
    await organisation.hire("kari", role=Role.ADMIN)
    kari = sign_in("kari")
    for odd in ODD:
        answer = await kari.send(place, t=odd)
        assert answer.status_code == 200, (odd, answer.text)
        for error in answer.json().get("errors", ()):
            assert error["extensions"]["code"] != "INTERNAL", odd
            assert error["message"]
