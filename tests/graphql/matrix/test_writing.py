"""What each caller does: every mutation, on what is theirs and what is not; what is refused changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from tests.graphql.client import Client
from tests.graphql.matrix.world import ABSENT, ACTIVE, CALLERS, SIGHT, World, admitted
from tests.support.push_service import Browser
from tests.support.tables import every_row
from vekst.graphql.permissions import PERMISSIONS, Reach
from vekst.graphql.schema import build_schema
from vekst.settings import Settings

CORE = build_schema().core


@dataclass(frozen=True)
class Change:
    """A mutation with an input about a thing, `$x` in it.

    `by` says who does it, where the turn or the author decides within the reach. `seen_by` know of the thing, and
    may be told that it is not for them; to all others it is as if there were none.
    """

    input: dict[str, Any]
    thing: str | None = None
    seen_by: frozenset[str] = frozenset()
    by: frozenset[str] | None = None


_ID: Final = {"id": "$id"}
_AT: Final = {"occurredAt": "$now"}
_CALL: Final = {**_ID, "type": "call.practised", **_AT}
_WORDS: Final = {**_ID, "worked": "w", "tryNext": "t", **_AT}
_SPRINT: Final = {**_ID, "template": "practice-sprint"}
_GOAL: Final = {
    "earn": {"count": {"event": "call.practised", "at_least": 3}},
    "until": f"{datetime.now(UTC) + timedelta(days=9):%Y-%m-%d}",
}
_KARI: Final = frozenset({"kari"})
_MEMBERS: Final = SIGHT[Reach.TEAM]
_KNOWN: Final = frozenset({"crm"})
"""An integration may record about everyone, and so knows who is there."""
_BOTH: Final = SIGHT[Reach.EXCHANGE]

CHANGES: Final[dict[str, list[Change]]] = {
    "recordProgress": [
        Change({"events": [{**_CALL, "person": "$x"}]}, "person"),
        Change({"events": [_CALL]}, by=SIGHT[Reach.OWN]),
    ],
    "voidEvent": [
        Change({**_ID, "person": "kari", "event": {"source": "app", "id": "$x"}, "reason": "r"}, "event"),
        Change({**_ID, "person": "$x", "event": {"source": "app", "id": "e2"}, "reason": "r"}, "person", _KNOWN),
    ],
    "acceptQuest": [Change({**_ID, "quest": "$x", **_AT}, "quest to take")],
    "changeZone": [Change({**_ID, "zone": "Europe/Oslo"})],
    "takeTimeOff": [Change({**_ID, "from": "2026-03-02", "until": "2026-03-02", **_AT})],
    "joinLeaderboard": [
        Change({"key": "$x"}, "board"),
        Change({"key": "$x"}, "challenge's board", _MEMBERS, by=_KARI),
        Change({"key": "$x"}, "draft's board", by=frozenset()),
    ],
    "leaveLeaderboard": [
        Change({"key": "$x"}, "board"),
        Change({"key": "$x"}, "challenge's board", _MEMBERS, by=_KARI),
        Change({"key": "$x"}, "draft's board", by=frozenset()),
    ],
    "createChallenge": [Change({**_SPRINT, "teams": ["$x"]}, "team to lead", _MEMBERS)],
    "changeChallenge": [
        Change({"challenge": "$x", "title": "Ours"}, "challenge", _MEMBERS),
        Change({"challenge": "$x", "title": "Ours"}, "draft"),
    ],
    "cancelChallenge": [
        Change({"challenge": "$x"}, "draft"),
        Change({"challenge": "$x"}, "challenge", _MEMBERS),
    ],
    "askForFeedback": [Change({**_ID, "person": "$x", "question": "q", **_AT}, "colleague", frozenset(ACTIVE))],
    "giveFeedback": [
        Change({**_WORDS, "feedback": "$x"}, "feedback", _BOTH, by=frozenset({"nora"})),
        Change({**_WORDS, "person": "$x"}, "colleague", frozenset(ACTIVE), by=SIGHT[Reach.COLLEAGUE]),
    ],
    "actOnFeedback": [
        Change(
            {**_ID, "feedback": "$x", "tried": "t", "event": {"id": "e0"}, **_AT},
            "feedback",
            _BOTH,
            by=frozenset({"kari"}),
        )
    ],
    "deleteFeedback": [Change({"feedback": "$x"}, "feedback", _BOTH, by=frozenset({"kari"}))],
    "setGoal": [Change({**_ID, **_GOAL, **_AT})],
    "proposeGoal": [Change({**_ID, "person": "$x", **_GOAL}, "person", frozenset({"kari"}))],
    "changeGoal": [Change({**_ID, "goal": "$x", "why": "w", **_AT}, "goal", by=_KARI)],
    "reflectOnGoal": [Change({**_ID, "goal": "$x", "words": "w", **_AT}, "goal", by=_KARI)],
    "dropGoal": [Change({"goal": "$x"}, "goal", by=_KARI)],
    "deleteGoal": [Change({"goal": "$x"}, "goal", by=_KARI)],
    "acknowledge": [Change({**_ID, "recognition": "$x", **_AT}, "recognition", frozenset({"kari"}))],
    "registerDevice": [Change(Browser("https://push.example.com/to/all").subscription)],
    "removeDevice": [Change({"endpoint": "$x"}, "device", by=_KARI)],
    "exportMyData": [Change({})],
    "eraseMe": [Change({"confirm": "not-me"})],
}
"""Each is right but for who does it. Erasing is asked for another, which is refused for its input and not by a rule."""

_REFUSALS: Final = frozenset({"NotSignedIn", "NotAllowed", "NotFound"})
_NUMBERS: Final = count()


def text_of(name: str) -> str:
    """The mutation with all that tells one refusal from another."""
    assert CORE.mutation_type is not None
    argument = CORE.mutation_type.fields[name].args.get("input")
    head, call = (f"mutation ($input: {argument.type})", f"{name}(input: $input)") if argument else ("mutation", name)
    told = "__typename ... on Refusal { code message field cure }"
    receipts = "... on RecordProgress { receipts { status problem { code message field cure } } }"
    told_more = {
        "recordProgress": receipts,
        "deleteFeedback": "... on DeleteFeedback { deleted }",
        "deleteGoal": "... on DeleteGoal { deleted }",
        "removeDevice": "... on RemoveDevice { removed }",
    }
    more = told_more.get(name, "")
    return f"{head} {{ {call} {{ {told} {more} }} }}"


async def attempt(client: Client, name: str, change: Change, thing: str | None) -> Any:
    """The answer, with the names of the thing and of the attempt left out, which are all that may differ."""
    client_id = f"attempt-{next(_NUMBERS)}"
    given = json.dumps(change.input)
    for word, value in {"$id": client_id, "$now": datetime.now(UTC).isoformat(), "$x": thing}.items():
        given = given.replace(json.dumps(word), json.dumps(value))
    answer = await client.send(text_of(name), **({"input": json.loads(given)} if change.input else {}))
    assert answer.status_code == 200, (name, answer.text)
    text = answer.text.replace(client_id, "…")
    body = json.loads(text.replace(thing, "…") if thing else text)
    assert "errors" not in body, (name, body)
    return body["data"][name]


def is_done(name: str, answer: Any) -> bool:
    """Whether the change was made."""
    refused = any(each["status"] == "REFUSED" for each in answer.get("receipts", ()))
    return answer["__typename"] == f"{name[0].upper()}{name[1:]}" and not refused and _was_there(answer)


def is_refused(answer: Any) -> bool:
    """Whether the caller may not do it, or was not told of what it is about."""
    refused = any(each["status"] == "REFUSED" for each in answer.get("receipts", ()))
    return answer["__typename"] in _REFUSALS or refused or not _was_there(answer)


def _was_there(answer: Any) -> bool:
    """Whether there was anything to take away, for what takes away."""
    return bool(answer.get("deleted", answer.get("removed", True)))


def doers(name: str, change: Change) -> frozenset[str]:
    """Who may do it."""
    rule = PERMISSIONS[f"Mutation.{name}"]
    return (SIGHT[rule.reach] if change.by is None else change.by) & admitted(f"Mutation.{name}")


CASES: Final = [(name, change) for name, changes in CHANGES.items() for change in changes]


def test_every_mutation_is_tried() -> None:
    assert CORE.mutation_type is not None
    assert CORE.mutation_type.fields
    assert set(CHANGES) == set(CORE.mutation_type.fields)
    assert all(CHANGES.values())


async def test_who_may_not_changes_nothing_and_cannot_tell_hidden_from_absent(world: World, settings: Settings) -> None:
    before = await every_row(settings)
    wrong: list[str] = []
    for name, change in CASES:
        for caller in sorted(set(CALLERS) - doers(name, change)):
            client = world.clients[caller]
            answer = await attempt(client, name, change, world.things[change.thing] if change.thing else None)
            if is_done(name, answer):
                wrong.append(f"{name} {change} was done by {caller}")
            if change.thing is None or caller in change.seen_by:
                continue
            absent = await attempt(client, name, change, ABSENT[change.thing])
            if answer != absent:
                wrong.append(f"{name} {change} as {caller}: {answer}, but {absent} where there is none")
    assert not wrong, "\n".join(wrong)
    assert await every_row(settings) == before


async def test_who_may_is_not_refused(world: World) -> None:
    wrong: list[str] = []
    for name, change in CASES:
        for caller in sorted(doers(name, change)):
            thing = world.things[change.thing] if change.thing else None
            answer = await attempt(world.clients[caller], name, change, thing)
            if is_refused(answer):
                wrong.append(f"{name} {change} as {caller}: {answer}")
    assert not wrong, "\n".join(wrong)


async def test_who_is_not_let_in_changes_nothing_and_is_told_the_same_of_all(world: World, settings: Settings) -> None:
    before = await every_row(settings)
    for outsider, client in world.outsiders.items():
        told = []
        for name, change in CASES:
            for things in (world.things, ABSENT):
                answer = await attempt(client, name, change, things[change.thing] if change.thing else None)
                told += [answer] if answer not in told else []
        assert [answer["__typename"] for answer in told] == ["NotSignedIn"], outsider
    assert await every_row(settings) == before
