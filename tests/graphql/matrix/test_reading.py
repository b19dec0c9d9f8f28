"""What each caller reads: every query, every type of node and every field of what is found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import httpx
from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_leaf_type,
    is_required_argument,
)

from tests.graphql.client import Client
from tests.graphql.matrix.world import ABSENT, CALLERS, SIGHT, World, admitted
from vekst.graphql.permissions import NODES, PERMISSIONS, Reach
from vekst.graphql.schema import build_schema

CORE = build_schema().core


@dataclass(frozen=True)
class Question:
    """A query about a thing, `$x`; who is shown something by it is said by a reach, where the field's is wider."""

    text: str
    thing: str | None = None
    reach: Reach | None = None


def _about(thing: str, asked: str, reach: Reach | None = None, *, key: bool = False) -> Question:
    return Question(f"query ($x: {'String' if key else 'ID'}!) {{ {asked} }}", thing, reach)


def _of_nodes(asked: str) -> list[Question]:
    """The same question about a node of every type, and about a draft, which is for its managers alone."""
    kinds = [_about(kind.lower(), asked, reach) for kind, reach in NODES.items()]
    return [*kinds, _about("draft", asked, Reach.LED_TEAM)]


QUESTIONS: Final[dict[str, list[Question]]] = {
    "Query.me": [Question("{ me { id } }")],
    "Query.node": _of_nodes("node(id: $x) { id }"),
    "Query.nodes": _of_nodes("nodes(ids: [$x]) { id }"),
    "Query.learner": [_about("person", "learner(person: $x) { id }", key=True)],
    "Query.team": [_about("team", "team(key: $x) { name }", key=True)],
    "Query.quests": [Question("{ quests { edges { node { id } } } }")],
    "Query.changes": [Question("{ changes { cursor } }")],
    "Query.push": [Question("{ push { publicKey } }")],
    "Query.transparency": [Question("{ transparency { purpose } }")],
    "Query.auditLog": [Question("{ auditLog { edges { node { act author person } } } }")],
    "Query.leaderboard": [
        _about("board", "leaderboard(key: $x) { key }", Reach.ORGANISATION, key=True),
        _about("team", 'leaderboard(key: "learning-streaks", team: $x) { key }', key=True),
        _about("challenge's board", "leaderboard(key: $x) { key }", key=True),
    ],
    "Query.challenge": [
        _about("challenge", "challenge(id: $x) { title }"),
        _about("draft", "challenge(id: $x) { title }", Reach.LED_TEAM),
    ],
    "Query.challenges": [
        _about("team", "challenges(team: $x) { edges { node { id } } }", key=True),
        _about("team", "challenges(team: $x, state: DRAFT) { edges { node { id } } }", Reach.LED_TEAM, key=True),
    ],
}


def shown(answer: dict[str, Any]) -> bool:
    """Whether the answer shows anything."""

    def has(value: Any) -> bool:
        match value:
            case dict():
                return any(map(has, value.values()))
            case list():
                return any(map(has, value))
            case _:
                return value is not None

    return has(answer.get("data"))


async def ask(client: Client, question: Question, thing: str | None) -> tuple[int, dict[str, Any]]:
    """The answer, with the name of the thing left out, which is all that may differ."""
    answer: httpx.Response = await client.send(question.text, **({"x": thing} if thing else {}))
    body = answer.text.replace(f"{thing}", "…") if thing else answer.text
    return answer.status_code, httpx.Response(200, text=body).json()


def test_every_query_is_asked_and_every_reach_is_known() -> None:
    assert CORE.query_type is not None
    fields = {f"Query.{name}" for name in CORE.query_type.fields}
    assert fields
    assert set(QUESTIONS) == fields
    assert set(SIGHT) == {*(rule.reach for rule in PERMISSIONS.values()), *NODES.values()} - {Reach.NODE}
    assert set(ABSENT) >= {each.thing for questions in QUESTIONS.values() for each in questions if each.thing}


async def test_each_caller_is_shown_what_their_rule_says_and_cannot_tell_hidden_from_absent(world: World) -> None:
    wrong: list[str] = []
    for rule, questions in QUESTIONS.items():
        for question in questions:
            reach = question.reach or PERMISSIONS[rule].reach
            for caller in CALLERS:
                expected = caller in SIGHT[reach] & admitted(rule)
                thing = world.things[question.thing] if question.thing else None
                status, answer = await ask(world.clients[caller], question, thing)
                if shown(answer) != expected or (expected and "errors" in answer):
                    wrong.append(f"{rule} {question} as {caller}: {answer}")
                if thing is None or expected:
                    continue
                absent = await ask(world.clients[caller], question, ABSENT[question.thing or ""])
                if absent != (status, answer):
                    wrong.append(f"{rule} {question} as {caller}: {answer}, but {absent} where there is none")
    assert not wrong, "\n".join(wrong)


async def test_who_is_not_let_in_is_shown_nothing_and_told_the_same_of_all(world: World) -> None:
    for name, client in world.outsiders.items():
        told = set()
        for questions in QUESTIONS.values():
            for question in questions:
                for thing in (world.things, ABSENT):
                    known = {"x": thing[question.thing]} if question.thing else {}
                    answer = await client.send(question.text, **known)
                    told.add((answer.status_code, answer.text))
        [(status, text)] = told
        assert (status, '"NOT_SIGNED_IN"' in text, '"data"' in text) == (401, True, False), name


FIELDS_OF: Final = {
    "Learner": ("person", "query ($x: String!) { learner(person: $x) {{ {field} }} }", Reach.LEARNER),
    "Team": ("team", "query ($x: String!) {{ team(key: $x) {{ {field} }} }}", Reach.TEAM),
    "Challenge": ("challenge", "query ($x: ID!) {{ challenge(id: $x) {{ {field} }} }}", Reach.TEAM),
    "AuditEntry": (
        "auditentry",
        "query ($x: ID!) {{ node(id: $x) {{ ... on AuditEntry {{ {field} }} }} }}",
        Reach.ACT,
    ),
    "Feedback": ("feedback", "query ($x: ID!) {{ node(id: $x) {{ ... on Feedback {{ {field} }} }} }}", Reach.EXCHANGE),
    "Goal": ("goal", "query ($x: ID!) {{ node(id: $x) {{ ... on Goal {{ {field} }} }} }}", Reach.GOAL),
    "Recognition": (
        "recognition",
        "query ($x: ID!) {{ node(id: $x) {{ ... on Recognition {{ {field} }} }} }}",
        Reach.LEARNER,
    ),
    "Quest": ("quest", "query ($x: ID!) {{ node(id: $x) {{ ... on Quest {{ {field} }} }} }}", Reach.ORGANISATION),
    "Leaderboard": ("board", "query ($x: String!) {{ leaderboard(key: $x) {{ {field} }} }}", Reach.ORGANISATION),
}
"""Types that are found by an id or a key: how, and by whom."""

NARROWER: Final = {
    "Team.members": frozenset({"nora", "adam"}),
    "Team.growth": frozenset({"nora", "adam"}),
    "Learner.feedback": frozenset({"kari"}),
    "Learner.goals": frozenset({"kari"}),
    "Learner.goalSuggestions": frozenset({"kari"}),
}
"""Fields that not all may read who see what they belong to."""

ARGUMENTS: Final = {"from": '"2026-03-02"', "to": '"2026-03-08"'}
"""A value for every argument that a field requires."""


def written(name: str, field: GraphQLField, depth: int = 3) -> str:
    """The field with all that it requires and everything below it."""
    given = [f"{key}: {ARGUMENTS[key]}" for key, each in field.args.items() if is_required_argument(each)]
    named = get_named_type(field.type)
    text = f"{name}({', '.join(given)})" if given else name
    if not is_composite_type(named):
        return text
    assert isinstance(named, GraphQLObjectType), named
    below = [written(key, each, depth - 1) for key, each in named.fields.items() if depth or is_leaf_type(_leaf(each))]
    return f"{text} {{ {' '.join(below)} }}"


def _leaf(field: GraphQLField) -> Any:
    return get_named_type(field.type)


async def test_every_field_is_read_by_all_who_see_its_object_but_for_those_that_say_so(world: World) -> None:
    wrong: list[str] = []
    asked: set[str] = set()
    for kind, (thing, text, reach) in FIELDS_OF.items():
        found = CORE.type_map[kind]
        assert isinstance(found, GraphQLObjectType)
        for name, field in found.fields.items():
            query = text.replace("{field}", written(name, field, 1)).replace("{{", "{").replace("}}", "}")
            asked.add(f"{kind}.{name}")
            for caller in sorted(SIGHT[reach]):
                expected = caller in NARROWER.get(f"{kind}.{name}", SIGHT[reach])
                answer = (await world.clients[caller].send(query, x=world.things[thing])).json()
                codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
                if codes != ([] if expected else ["NOT_ALLOWED"]):
                    wrong.append(f"{kind}.{name} as {caller}: {answer}")
    assert not wrong, "\n".join(wrong)
    assert set(NODES) <= set(FIELDS_OF)
    assert set(NARROWER) <= asked
