"""What a demonstration says at its end: where everything is, how to sign in, and a first query with its answer."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from vekst.demo import CAST, ORGANISATION, Season

if TYPE_CHECKING:
    from vekst.cli.phone import Phone
    from vekst.settings import Settings

__all__ = ["FIRST_QUERY", "print_summary"]

FIRST_QUERY: Final = (
    "{ me { name points { total effort outcomesRecognised outcomesHeld } "
    "streaks { streak { title } current longest state } "
    "recognitions(first: 3) { edges { node { title points why { text } } } } } "
    'leaderboard(key: "learning-streaks") { title size me { rank value } aroundMe { rank name value } } }'
)
_LEARNER: Final = "kari"


def print_summary(settings: Settings, phones: Mapping[str, Phone], season: Season, signing: str) -> None:
    """Print it; `signing` is the command that gives a token, but for the person."""
    address = f"http://{settings.host}:{settings.port}"
    answer = phones[_LEARNER].ask(FIRST_QUERY)
    body = shlex.quote(json.dumps({"query": FIRST_QUERY}))
    lines = [
        "",
        f"{ORGANISATION[1]}: {len(season.events):,} events of {len(CAST)} people in {_days(season)} days, all judged.",
        "",
        "Addresses",
        f"  GraphQL   {address}/graphql",
        f"  health    {address}/readyz",
        f"  metrics   {address}/metrics",
        "",
        f"People, with the tokens that `{signing} PERSON` gives",
        *(f"  {who.person:<8}{who.team:<7}{who.story}" for who in CAST),
        "",
        *(f"A token for {person}\n{phones[person].token}\n" for person in ("kari", "nora")),
        *_goals(phones),
        "A first query to paste",
        "",
        f"curl -s {address}/graphql -H 'Content-Type: application/json' \\",
        f'  -H "Authorization: Bearer $({signing} {_LEARNER})" \\',
        f"  -d {body}",
        "",
        "Its answer",
        "",
        json.dumps({"data": answer}, ensure_ascii=False, indent=2),
        "",
    ]
    print("\n".join(lines), flush=True)


def _goals(phones: Mapping[str, Phone]) -> list[str]:
    """What those who set themselves a goal set out to do, as they see it, and what they learnt."""
    told = [(who.person, goal) for who in CAST if who.aims for goal in phones[who.person].goals()]
    lines = [
        line
        for person, goal in told
        for line in (
            f"  {person:<8}{goal['state'].lower():<9}{goal['asks']}",
            *(f"{'':19}{words}" for words in (goal["why"], goal["reflection"]) if words),
        )
    ]
    return ["Goals of their own, with why, and what they said afterwards", *lines, ""] if lines else []


def _days(season: Season) -> int:
    return (season.events[-1].at.date() - season.first).days + 1
