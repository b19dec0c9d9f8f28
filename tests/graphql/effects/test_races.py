"""Both sides of a race at once: it ends as if one had come after the other, and both are told so."""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any, Final

import pytest
from fastapi import FastAPI

from tests.graphql.effects.play import Play, Sent, Traces
from vekst.factory import Factory
from vekst.tokens import DevelopmentIssuer

RUNS: Final = 20 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 1
_NOW: Final[dict[str, Any]] = {"occurredAt": "$now"}
_LATER: Final = {"id": "later", "type": "call.practised", **_NOW}


def _give(id: str, words: str) -> Sent:
    return Sent("giveFeedback", {"id": id, "feedback": "$asked", "worked": words, "tryNext": "t", **_NOW}, "nora")


def _act(id: str, words: str) -> Sent:
    return Sent("actOnFeedback", {"id": id, "feedback": "$given", "tried": words, "event": {"id": "later"}, **_NOW})


def _acknowledge(by: str) -> Sent:
    return Sent("acknowledge", {"id": f"by-{by}", "recognition": "$recognition", **_NOW}, by)


def _void(id: str, by: str) -> Sent:
    return Sent("voidEvent", {"id": id, "person": "kari", "event": {"source": "app", "id": "e1"}, "reason": id}, by)


def _board(what: str, key: str = "longest-streaks") -> Sent:
    return Sent(f"{what}Leaderboard", {"key": key})


def _record(id: str, minutes: int) -> Sent:
    event = {"id": id, "type": "call.practised", "data": {"minutes": minutes}, **_NOW}
    return Sent("recordProgress", {"events": [event]})


def _create(template: str) -> Sent:
    return Sent("createChallenge", {"id": "same", "teams": ["north"], "template": template}, "nora")


_ERASE: Final = Sent("eraseMe", {"confirm": "kari"})
_CANCEL: Final = Sent("cancelChallenge", {"challenge": "$challenge"}, "mona")

RACES: Final = {
    "join and leave": (_board("join"), _board("leave")),
    "join and leave a challenge's": (_board("join", "$board"), _board("leave", "$board")),
    "give in two ways": (_give("a", "This"), _give("b", "That")),
    "give under one id": (_give("a", "This"), _give("a", "That")),
    "act in two ways": (_act("a", "This"), _act("b", "That")),
    "give and delete": (_give("a", "This"), Sent("deleteFeedback", {"feedback": "$asked"})),
    "act and delete": (_act("a", "This"), Sent("deleteFeedback", {"feedback": "$given"})),
    "accept twice": tuple(Sent("acceptQuest", {"id": name, "quest": "deep-dive", **_NOW}) for name in "ab"),
    "acknowledge by two": (_acknowledge("nora"), _acknowledge("mona")),
    "void by two": (_void("a", "kari"), _void("b", "nora")),
    "record under one id": (_record("m", 1), _record("m", 2)),
    "record and void": (_record("e1", 5), _void("a", "kari")),
    "create under one id": (_create("practice-sprint"), _create("listening-days")),
    "change and cancel": (Sent("changeChallenge", {"challenge": "$challenge", "title": "Ours"}, "nora"), _CANCEL),
    "two zones": tuple(Sent("changeZone", {"id": zone, "zone": zone}) for zone in ("Asia/Tokyo", "America/Lima")),
    "rest under one id": tuple(
        Sent("takeTimeOff", {"id": "m", "from": "2026-03-02", "until": until, **_NOW})
        for until in ("2026-03-03", "2026-03-04")
    ),
    "erase and record": (_ERASE, _record("m", 1)),
    "erase and join": (_ERASE, _board("join")),
    "erase and join a challenge's": (_ERASE, _board("join", "$board")),
    "erase and be given": (_ERASE, _give("a", "This")),
    "erase and ask": (_ERASE, Sent("askForFeedback", {"id": "q", "person": "ola", "question": "?", **_NOW})),
    "erase and be acknowledged": (_ERASE, _acknowledge("nora")),
    "erase and export": (_ERASE, Sent("exportMyData", {})),
}
"""What contradicts each other, or is in each other's way."""


async def outcome(
    factory: Factory, app: FastAPI, issuer: DevelopmentIssuer, *stages: list[Sent]
) -> tuple[Counter[tuple[str, str]], Traces]:
    """Who was answered what, and what is there in the end."""
    async with AsyncExitStack() as stack:
        play = await Play.begin(factory, app, issuer, stack)
        await play.send([Sent("recordProgress", {"events": [_LATER]})])
        answers = await play.send(*stages)
        told = zip((sent for stage in stages for sent in stage), answers, strict=True)
        return Counter((repr(sent), _heard(answer)) for sent, answer in told), await play.traces()


def _heard(answer: str) -> str:
    """The answer; who was erased is told so at the door, or where they were when it happened."""
    return "gone" if re.search('"code":"(ACCOUNT_UNKNOWN|PERSON_ERASED)"', answer) else answer


@pytest.mark.parametrize("race", RACES)
async def test_a_race_ends_as_if_one_had_come_after_the_other(
    factory: Factory, app: FastAPI, issuer: DevelopmentIssuer, race: str
) -> None:
    one, other = RACES[race]
    serial = [await outcome(factory, app, issuer, [first], [second]) for first, second in ((one, other), (other, one))]
    for _ in range(RUNS):
        told, left = await outcome(factory, app, issuer, [one, other])
        fitting = [answers for answers, traces in serial if traces == left]
        assert fitting, [difference(left, traces) for _, traces in serial]
        assert told in fitting, (told, fitting)


def difference(found: Traces, expected: Traces) -> dict[str, tuple[Counter[str], Counter[str]]]:
    """What there is too much of, and too little, by table."""
    return {
        table: (found[table] - expected[table], expected[table] - found[table])
        for table in found
        if found[table] != expected[table]
    }
