"""How large the answers to an app's operations are, asked of the running demonstration as its people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import Any, Final

import httpx

from tests.graphql.operations import operation
from tests.support.push_service import Browser
from vekst.graphql.compression import compressed

__all__ = ["Size", "measured"]

_BOARD: Final = "learning-streaks"
_PEOPLE: Final = ("kari", "lars", "nora")
_PAGES: Final = 5


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of an answer: as it is, and as the server compresses it; streams are not compressed."""

    plain: int
    gzip: int | None = None
    zstd: int | None = None

    @classmethod
    def of(cls, body: bytes) -> Size:
        """The size of an answer over HTTP."""
        return cls(len(body), *(len(compressed(body, coding)[0]) for coding in ("gzip", "zstd")))

    @property
    def cells(self) -> list[str]:
        """How a table shows it."""
        return ["–" if size is None else f"{size:,} B" for size in (self.plain, self.gzip, self.zstd)]

    def is_about(self, shown: list[str]) -> bool:
        """Whether nobody would plan differently by what is shown: names and days differ from run to run."""
        pairs = zip((self.plain, self.gzip, self.zstd), shown, strict=True)
        return all(_about(size, text) for size, text in pairs)


def _about(size: int | None, shown: str) -> bool:
    if size is None:
        return shown == "–"
    told = int(shown.removesuffix(" B").replace(",", ""))
    return abs(size - told) <= max(0.25 * told, 100)


def measured(address: str, tokens: Mapping[str, str]) -> dict[str, Size]:
    """The size of each operation's answer, by the name of its row; `tokens` sign in kari, lars and nora."""
    with httpx.Client(base_url=address, headers={"Accept-Language": "en"}, trust_env=False, timeout=60) as http:
        app = _App(http, tokens)
        for act in (_read, _synchronise, _do, _talk, _set_out, _take_part, _be_reached, _leave):
            act(app)
    return app.sizes


class _App:
    """Asks as a person, and remembers how large the answers were."""

    def __init__(self, http: httpx.Client, tokens: Mapping[str, str]) -> None:
        self._http = http
        self._headers = {person: {"Authorization": f"Bearer {token}"} for person, token in tokens.items()}
        self._ids = 0
        self.now = datetime.now(UTC)
        self.sizes: dict[str, Size] = {}

    def ask(self, name: str, note: str = "", *, person: str = "kari", **variables: Any) -> Any:
        """The data of an answer."""
        answer = self._http.post("/graphql", json=_body(name, variables), headers=self._headers[person])
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert "errors" not in body, (name, body)
        assert not any("cure" in result for result in body["data"].values()), (name, body)
        self.sizes[f"`{name}`{note}"] = Size.of(answer.content)
        return body["data"]

    def turn_pages(self, name: str, note: str, *, first: int) -> None:
        """Pages of one's recognitions, on average: what is on the newest depends on how the worker came to judge it."""
        row, after, sizes = f"`{name}`{note}", None, list[Size]()
        for _ in range(_PAGES):
            page = self.ask(name, note, first=first, after=after)["me"]["recognitions"]
            assert len(page["edges"]) == first
            after = page["pageInfo"]["endCursor"]
            sizes.append(self.sizes[row])
        self.sizes[row] = Size(*(round(mean(each)) for each in zip(*map(astuple, sizes), strict=True)))

    def follow(self, name: str, **variables: Any) -> None:
        """The first message of a stream."""
        body, headers = _body(name, variables), self._headers["kari"]
        with self._http.stream("POST", "/graphql/stream", json=body, headers=headers) as answer:
            event = next(line for line in answer.iter_lines() if line.startswith("data: "))
        data = event.removeprefix("data: ")
        assert "errors" not in json.loads(data), data
        self.sizes[f"`{name}`, a message"] = Size(len(data.encode()))

    def choice(self, **parts: Any) -> dict[str, Any]:
        """A choice of one's own, as a phone would send it."""
        self._ids += 1
        return {"id": f"0195d3c2-7a50-7c52-8e17-{self._ids:012}", "occurredAt": self.now.isoformat(), **parts}


def _body(name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {"query": operation(name), "variables": variables}


def _read(app: _App) -> None:
    today = app.now.date()
    month = {"from": (today - timedelta(days=27)).isoformat(), "to": today.isoformat()}
    app.ask("home", board=_BOARD)
    app.ask("quests")
    app.ask("badge_wall")
    app.ask("streak_calendar", ", four weeks", **month)
    app.ask("streak_calendar", ", a year", **{**month, "from": (today - timedelta(days=364)).isoformat()})
    app.ask("board", key=_BOARD)
    app.turn_pages("feed", ", 20 entries on average", first=20)
    app.ask("my_growth", ", four weeks", **month)
    app.ask("team_growth", ", four weeks of a team of four", person="nora", team="coast", **month)
    app.ask("transparency")


def _synchronise(app: _App) -> None:
    first = app.ask("sync", ", at the first start")["changes"]
    app.ask("sync", ", nothing new", since=first["cursor"])
    feed = app.ask("feed", ", 100 entries", first=100)["me"]["recognitions"]["edges"]
    spread = _instant(feed[0]) - _instant(feed[-1])
    a_day = max(1, round(len(feed) / max(1, spread.days)))
    app.ask("sync", ", after a day", since=feed[a_day]["cursor"])
    app.ask("sync", ", after a week", since=feed[min(7 * a_day, 99)]["cursor"])
    app.follow("follow", after=feed[a_day]["cursor"])


def _instant(edge: Any) -> datetime:
    return datetime.fromisoformat(edge["node"]["reachedAt"])


def _do(app: _App) -> None:
    def events(count: int) -> list[dict[str, Any]]:
        return [app.choice(type="call.practised", data={"minutes": 12}) for _ in range(count)]

    [event] = events(1)
    app.ask("record", ", one event", events=[event])
    app.ask("record", ", 500 events", events=events(500))
    app.ask("void_event", **_without_time(app.choice(event=_named(event), reason="Logged twice")))
    app.ask("accept_quest", person="lars", **app.choice(quest="price-without-fear"))
    app.ask("join_board", person="lars", key=_BOARD)


def _without_time(choice: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in choice.items() if name != "occurredAt"}


def _named(event: Mapping[str, Any]) -> dict[str, Any]:
    return {"source": "app", "id": event["id"]}


def _talk(app: _App) -> None:
    question = "Did I leave room for an answer?"
    asked = app.ask("ask_for_feedback", input=app.choice(person="nora", question=question, skill="listening"))
    feedback = asked["askForFeedback"]["feedback"]["id"]
    words = {"worked": "You waited after the hard question.", "tryNext": "Sum up in their words before you go on."}
    app.ask("give_feedback", person="nora", input=app.choice(feedback=feedback, **words))
    event = app.choice(type="call.practised", data={"minutes": 9})
    app.ask("record", ", one event", events=[event])
    tried = app.choice(feedback=feedback, tried="I summed up twice; they opened up.", event=_named(event))
    app.ask("act_on_feedback", input=tried)
    app.ask("my_feedback", ", one exchange", first=1)


def _set_out(app: _App) -> None:
    terms = {"earn": {"count": {"event": "call.practised", "at_least": 5}}}
    until, later = (f"{app.now + timedelta(days=days):%Y-%m-%d}" for days in (14, 21))
    mine = app.ask("set_goal", input=app.choice(**terms, until=until, why="To hear what they need."))
    goal = mine["setGoal"]["goal"]["id"]
    app.ask("change_goal", input=app.choice(goal=goal, until=later, shared=True))
    app.ask("drop_goal", goal=goal)
    app.ask("reflect_on_goal", input=app.choice(goal=goal, words="Mornings are better for it."))
    wish = _without_time(app.choice(person="kari", **terms, until=until, why="You are close."))
    app.ask("propose_goal", person="nora", input=wish)
    app.ask("my_goals", ", two", first=2)


def _take_part(app: _App) -> None:
    created = app.ask(
        "create_challenge", person="nora", **_without_time(app.choice(teams=["coast"], template="practice-sprint"))
    )
    app.ask("challenges", ", one", state="RUNNING")
    app.follow("follow_challenge", id=created["createChallenge"]["challenge"]["id"])
    app.follow("follow_board", key=_BOARD)
    today = app.now.date()
    month = {"from": (today - timedelta(days=27)).isoformat(), "to": today.isoformat()}
    team = app.ask("team_growth", ", four weeks of a team of four", person="nora", team="coast", **month)["team"]
    progress = next(entry for member in team["growth"]["people"] for entry in member["unacknowledged"])
    app.ask("acknowledge", person="nora", input=app.choice(recognition=progress["id"]))


def _be_reached(app: _App) -> None:
    app.ask("push")
    device = Browser("https://push.example.com/to/kari").subscription
    app.ask("register_device", input=device)
    app.ask("remove_device", input={"endpoint": device["endpoint"]})


def _leave(app: _App) -> None:
    app.ask("export_my_data", ", a season")
    app.ask("erase_me", person="lars", input={"confirm": "lars"})
