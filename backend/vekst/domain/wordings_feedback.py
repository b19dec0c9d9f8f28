"""The messages about feedback: whom one may ask, what a turn needs, and which turn was taken already."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Wording

__all__ = ["FEEDBACK_WORDINGS"]

FEEDBACK_WORDINGS: Final[dict[str, Wording]] = {
    "FEEDBACK_TO_ONESELF": Wording(
        "Feedback is between two people.", "Name a colleague; for thoughts of your own record a reflection."
    ),
    "FEEDBACK_UNKNOWN": Wording(
        "There is no such feedback for you.", "It may have been deleted; ask for your list of feedback again."
    ),
    "FEEDBACK_WORDS_NOT_VALID": Wording("Words are needed here, of at most {most} characters."),
    "FEEDBACK_FOR_WHOM": Wording(
        "Either the feedback that was asked for, or a person.", "Send `feedback`, or `person` to begin unasked."
    ),
    "FEEDBACK_ABOUT_ASKED": Wording("Who asked has said what it is about.", "Leave `skill` out."),
    "FEEDBACK_NOT_YOURS_TO_GIVE": Wording("Somebody else was asked for this feedback."),
    "FEEDBACK_NOT_YOURS_TO_ACT_ON": Wording("Only the person whom the feedback is about acts on it."),
    "FEEDBACK_NOT_YOURS_TO_DELETE": Wording("Only the person whom the feedback is about may delete it."),
    "FEEDBACK_GIVEN_ALREADY": Wording("You have given this feedback already.", "Give another one with `person`."),
    "FEEDBACK_ACTED_ON_ALREADY": Wording("You have told what you tried already.", "Ask for feedback on the next try."),
    "FEEDBACK_NOT_GIVEN_YET": Wording("The feedback has not been given yet."),
    "TRIED_BEFORE_GIVEN": Wording(
        "The event was before the feedback.", "Name one in which you tried what it suggests."
    ),
    "FEEDBACK_IS_PRIVATE": Wording("Feedback is seen by the two whom it is between, and by nobody else."),
    "ACKNOWLEDGING_ONESELF": Wording("One acknowledges the progress of others.", "A reflection looks at one's own."),
    "RECOGNITION_UNKNOWN": Wording(
        "There is no such progress of anybody whom you manage.", "Read the team's growth again: it may be taken back."
    ),
    "GROWTH_NOT_YOURS": Wording("Only its managers see the members of a team, and how they grow."),
    "SKILL_UNKNOWN": Wording("There is no skill `{skill}`."),
}
