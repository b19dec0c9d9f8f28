"""The messages about learners' own goals: what one may ask for, when it may change, and when one looks back."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Wording

__all__ = ["GOAL_WORDINGS"]

GOAL_WORDINGS: Final[dict[str, Wording]] = {
    "GOAL_UNKNOWN": Wording("You have no such goal.", "It may have been deleted; ask for your goals again."),
    "GOAL_NEEDS_PACK": Wording("Goals need quest files, and none are published yet."),
    "GOAL_TERMS_NOT_VALID": Wording(
        "This is no goal: {detail}", "Write it as a criterion of quest files, or take one of `goalSuggestions`."
    ),
    "GOAL_ON_OUTCOMES": Wording(
        "A goal rests on effort, skill or quality; this one rests on results.",
        "Ask for what leads there: practice, learning, how well it is done.",
    ),
    "GOAL_ON_REWARDS": Wording(
        "Quests and badges say themselves what they ask for.", "Ask for events, a streak or a skill."
    ),
    "GOAL_WITHOUT_MEANING": Wording("The quest files do not have what this goal names."),
    "GOAL_OR_PROPOSAL": Wording(
        "Either a goal of your own, or one that was proposed.", "Send `earn` and `until`, or `proposal` alone."
    ),
    "GOAL_DATE_NOT_VALID": Wording("The last date is today or later, and at most {most} days ahead."),
    "GOALS_TOO_MANY": Wording(
        "At most {most} goals run at a time, dropped ones too.", "Wait until one has come to its last date."
    ),
    "GOAL_NOT_SET_YET": Wording("This goal is only proposed.", "Set it first, with `setGoal` and `proposal`."),
    "GOAL_OVER": Wording("This goal is over.", "Set a new one; looking back at this one is recognised too."),
    "GOAL_STILL_OPEN": Wording(
        "This goal is still open.", "Look back when it is reached or over; or drop it, which costs nothing."
    ),
    "GOAL_ONLY_LATER": Wording("A goal can only be given more time."),
    "GOAL_ONLY_EASIER": Wording(
        "A goal can only ask for less of the same, and what counts within a window stays.", "Set a new one."
    ),
    "GOAL_REFLECTED_ALREADY": Wording("You have looked back at this goal already."),
    "GOAL_WORDS_NOT_VALID": Wording("Words here have 1 to {most} characters."),
    "GOAL_FOR_ONESELF": Wording("A goal of one's own needs no proposal.", "Use `setGoal`."),
    "GOALS_ARE_PRIVATE": Wording("Goals are seen by whose they are, and by managers with whom they are shared."),
    "MEMBER_UNKNOWN": Wording("There is nobody `{person}` whom you manage."),
}
