"""The messages about challenges: who may set them, which terms fit, and what may still change."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Wording

__all__ = ["CHALLENGE_WORDINGS"]

_WHO: Final = {
    "CHALLENGE_UNKNOWN": Wording("There is no such challenge for you.", "Ask for `challenges` again."),
    "CHALLENGE_NOT_YOURS": Wording(
        "A challenge is set by those who manage all its teams.", "Ask the team's manager, or an administrator."
    ),
    "CHALLENGE_BOARD_OF_MEMBERS": Wording("Only those who take part in a challenge can be on its board."),
    "TEAM_UNKNOWN": Wording("There is no team `{team}` for you."),
    "CHALLENGE_TEAMS_NOT_VALID": Wording("A challenge is for 1 to {most} different teams."),
}

_TERMS: Final = {
    "CHALLENGE_SIDES_NEED_TEAMS": Wording(
        "One team has no other beside it.", "Name at least two teams, or leave out `form`."
    ),
    "CHALLENGE_SIDES_NEED_SHARE": Wording(
        "Teams side by side are never measured by their totals, as they are unequal.",
        'Send a goal for each member: {{"share": "80%", "reach": 5}} or {{"everyone": 5}}.',
    ),
    "CHALLENGE_NEEDS_PACK": Wording("There are no quest files in force yet.", "Publish some first."),
    "CHALLENGE_TEMPLATE_UNKNOWN": Wording(
        "The quest files have no challenge `{key}`.", "Name one of theirs, or send a `measure` and a `goal`."
    ),
    "CHALLENGE_TEMPLATE_OR_MEASURE": Wording(
        "A template brings its own measure.", "Leave out `template` or `measure`."
    ),
    "CHALLENGE_NEEDS_TITLE": Wording("A challenge without a template needs a title.", "Send a `title`."),
    "CHALLENGE_NEEDS_TERMS": Wording(
        "What counts, and how much of it?", "Send a `template`, or both a `measure` and a `goal`."
    ),
    "CHALLENGE_NEEDS_END": Wording("A challenge without a template needs an end.", "Send `endsAt`."),
    "CHALLENGE_TERMS_NOT_VALID": Wording("The terms don't fit: {detail}"),
    "CHALLENGE_GOAL_NOT_VALID": Wording(
        "That is no goal.",
        'Write it as in quest files: {{"everyone": 5}}, {{"together": 100}} or {{"share": "80%", "reach": 5}}.',
    ),
    "CHALLENGE_TITLE_NOT_VALID": Wording("A title has 1 to {most} characters."),
    "CHALLENGE_POINTS_NOT_VALID": Wording(
        "A measure of your own may give 0 to {most} points; a template says its own.", "Leave `points` out."
    ),
    "CHALLENGE_STARTS_IN_THE_PAST": Wording(
        "A challenge can't begin in the past.", "Leave `startsAt` out to begin at once."
    ),
    "CHALLENGE_TOO_FAR": Wording("A challenge begins within {most} days."),
    "CHALLENGE_LENGTH_NOT_VALID": Wording("A challenge ends after it begins, and within {most} days."),
}

_CHANGES: Final = {
    "CHALLENGE_OVER": Wording("The challenge is over; nothing about it changes any more.", "Begin a new one."),
    "CHALLENGE_IS_RUNNING": Wording(
        "People are at it already: only the end may come later, and the goal be lower.",
        "Call it off and begin a new one.",
    ),
    "CHALLENGE_ONLY_LONGER": Wording("While a challenge runs, its end may only come later."),
    "CHALLENGE_ONLY_LOWER": Wording("While a challenge runs, its goal may only be lowered."),
}

CHALLENGE_WORDINGS: Final[dict[str, Wording]] = {**_WHO, **_TERMS, **_CHANGES}
