"""A phone: one signed-in person's client of the GraphQL API, over HTTP like any other."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from vekst.cli.failures import Failure
from vekst.demo import Acceptance, PersonalGoal, SeasonEvent, TimeOff

__all__ = ["Phone"]

_RECORD: Final = """
mutation ($events: [ProgressEventInput!]!) {
  recordProgress(input: {events: $events}) {
    __typename
    ... on RecordProgress { receipts { id status problem { code message } } }
    ... on Refusal { code message cure }
  }
}
"""
_JOIN: Final = """
mutation ($key: String!) {
  joinLeaderboard(input: {key: $key}) { __typename ... on Refusal { code message cure } }
}
"""
_REST: Final = """
mutation ($input: TakeTimeOffInput!) {
  takeTimeOff(input: $input) { __typename ... on Refusal { code message cure } }
}
"""
_ACCEPT: Final = """
mutation ($input: AcceptQuestInput!) {
  acceptQuest(input: $input) { __typename ... on Refusal { code message cure } }
}
"""
_SET_GOAL: Final = """
mutation ($input: SetGoalInput!) {
  setGoal(input: $input) { __typename ... on SetGoal { goal { id } } ... on Refusal { code message cure } }
}
"""
_REFLECT: Final = """
mutation ($input: ReflectOnGoalInput!) {
  reflectOnGoal(input: $input) { __typename ... on Refusal { code message cure } }
}
"""
_GOALS: Final = "{ me { goals { edges { node { asks state why reflection } } } } }"
_KEPT: Final = frozenset({"STORED", "DUPLICATE"})


class Phone:
    """One person's way to the API; keeps its connection open."""

    def __init__(self, address: str, person: str, token: str) -> None:
        self.person = person
        self.token = token
        parts = urlsplit(address)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def record(self, events: Sequence[SeasonEvent]) -> None:
        """Send a batch of events; raises `Failure` if one is not kept."""
        answer = self._mutate(_RECORD, "recordProgress", {"events": [self._input(event) for event in events]})
        for receipt in answer["receipts"]:
            if receipt["status"] not in _KEPT:
                problem = receipt["problem"] or {"message": "its id is there with other content"}
                raise Failure(f"the API did not keep {receipt['id']} of {self.person}: {problem['message']}")

    def join(self, board: str) -> None:
        """Join a leaderboard."""
        self._mutate(_JOIN, "joinLeaderboard", {"key": board})

    def rest(self, time_off: TimeOff) -> None:
        """Declare time off."""
        declared = {
            "id": f"{time_off.first}-told-{time_off.declared_at:%Y-%m-%d}",
            "from": time_off.first.isoformat(),
            "until": time_off.last.isoformat(),
            "occurredAt": time_off.declared_at.isoformat(),
        }
        self._mutate(_REST, "takeTimeOff", {"input": declared})

    def accept(self, acceptance: Acceptance) -> None:
        """Say yes to a quest."""
        told = {
            "id": f"{acceptance.quest}-{acceptance.accepted_at:%Y-%m-%d}",
            "quest": acceptance.quest,
            "occurredAt": acceptance.accepted_at.isoformat(),
        }
        self._mutate(_ACCEPT, "acceptQuest", {"input": told})

    def set_goal(self, goal: PersonalGoal) -> None:
        """Set a goal, and look back at it where that has come."""
        told = {
            "id": f"goal-{goal.set_at:%Y-%m-%d}",
            "earn": goal.earn,
            "until": goal.until.isoformat(),
            "why": goal.why,
            "shared": goal.shared,
            "occurredAt": goal.set_at.isoformat(),
        }
        node = self._mutate(_SET_GOAL, "setGoal", {"input": told})["goal"]["id"]
        if goal.words is not None:
            said = {"id": told["id"], "goal": node, "words": goal.words, "occurredAt": goal.reflected_at.isoformat()}
            self._mutate(_REFLECT, "reflectOnGoal", {"input": said})

    def goals(self) -> list[dict[str, Any]]:
        """The person's goals, newest first: what they ask for, their state, why, and what was said afterwards."""
        return [edge["node"] for edge in self.ask(_GOALS)["me"]["goals"]["edges"]]

    def pending(self) -> int:
        """How many of the person's events wait to be judged."""
        return int(self.ask("{ me { pendingEvents } }")["me"]["pendingEvents"])

    def ask(self, document: str, variables: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - it is JSON
        """The data of the answer; raises `Failure` for one with errors."""
        body = json.dumps({"query": document, "variables": variables or {}})
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            answer = json.loads(self._sent(body, headers))
        except (OSError, HTTPException, ValueError) as error:
            raise Failure(f"the API does not answer ({type(error).__name__}: {error}); look into its log") from None
        if answer.get("errors") or not answer.get("data"):
            raise Failure(f"the API answered with an error: {json.dumps(answer)[:500]}")
        return answer["data"]

    def _sent(self, body: str, headers: dict[str, str]) -> bytes:
        """The answer; sent once more where the server had closed the line, which was quiet for a while."""
        try:
            return self._sent_once(body, headers)
        except (OSError, HTTPException):
            self._connection.close()
            return self._sent_once(body, headers)

    def _sent_once(self, body: str, headers: dict[str, str]) -> bytes:
        self._connection.request("POST", "/graphql", body, headers)
        return self._connection.getresponse().read()

    def _mutate(self, document: str, name: str, variables: Mapping[str, object]) -> Any:  # noqa: ANN401 - it is JSON
        answer = self.ask(document, variables)[name]
        if "code" in answer:
            raise Failure(f"the API refused {name} of {self.person}: {answer['message']} {answer['cure'] or ''}")
        return answer

    def _input(self, event: SeasonEvent) -> dict[str, object]:
        told: dict[str, object] = {
            "id": event.id,
            "type": event.type,
            "occurredAt": event.at.isoformat(),
            "data": event.data,
        }
        return told if event.person == self.person else {**told, "person": event.person}
