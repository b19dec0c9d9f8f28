"""The messages about feedback: whom one may ask, what a turn needs, and which turn was taken already."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Entry, entry

__all__ = ["FEEDBACK_WORDINGS"]

FEEDBACK_WORDINGS: Final[dict[str, Entry]] = {
    "FEEDBACK_TO_ONESELF": entry(
        ("Feedback is between two people.", "Name a colleague; for thoughts of your own record a reflection."),
        ("Tilbakemelding er mellom to.", "Oppgi en kollega; registrer en refleksjon for egne tanker."),
    ),
    "FEEDBACK_UNKNOWN": entry(
        ("There is no such feedback for you.", "It may have been deleted; ask for your list of feedback again."),
        ("Den tilbakemeldingen finnes ikke for deg.", "Den kan være slettet; hent listen din på nytt."),
    ),
    "FEEDBACK_WORDS_NOT_VALID": entry(
        "Words are needed here, of at most {most} characters.", "Her trengs det ord, på høyst {most} tegn."
    ),
    "FEEDBACK_FOR_WHOM": entry(
        ("Either the feedback that was asked for, or a person.", "Send `feedback`, or `person` to begin unasked."),
        ("Enten tilbakemeldingen det ble spurt om, eller en person.", "Send `feedback`, eller `person` uoppfordret."),
    ),
    "FEEDBACK_ABOUT_ASKED": entry(
        ("Who asked has said what it is about.", "Leave `skill` out."),
        ("Den som spurte, har sagt hva det gjelder.", "Utelat `skill`."),
    ),
    "FEEDBACK_NOT_YOURS_TO_GIVE": entry("Somebody else was asked for this feedback.", "En annen ble spurt om dette."),
    "FEEDBACK_NOT_YOURS_TO_ACT_ON": entry(
        "Only the person whom the feedback is about acts on it.", "Bare den tilbakemeldingen gjelder, kan prøve den ut."
    ),
    "FEEDBACK_NOT_YOURS_TO_DELETE": entry(
        "Only the person whom the feedback is about may delete it.",
        "Bare den tilbakemeldingen gjelder, kan slette den.",
    ),
    "FEEDBACK_GIVEN_ALREADY": entry(
        ("You have given this feedback already.", "Give another one with `person`."),
        ("Du har alt gitt denne tilbakemeldingen.", "Gi en ny med `person`."),
    ),
    "FEEDBACK_ACTED_ON_ALREADY": entry(
        ("You have told what you tried already.", "Ask for feedback on the next try."),
        ("Du har alt fortalt hva du prøvde.", "Be om tilbakemelding på neste forsøk."),
    ),
    "FEEDBACK_NOT_GIVEN_YET": entry("The feedback has not been given yet.", "Tilbakemeldingen er ikke gitt ennå."),
    "TRIED_BEFORE_GIVEN": entry(
        ("The event was before the feedback.", "Name one in which you tried what it suggests."),
        ("Hendelsen var før tilbakemeldingen.", "Oppgi en der du prøvde det den foreslår."),
    ),
    "FEEDBACK_IS_PRIVATE": entry(
        "Feedback is seen by the two whom it is between, and by nobody else.",
        "Tilbakemeldinger ses av de to de er mellom, og av ingen andre.",
    ),
    "SKILL_UNKNOWN": entry("There is no skill `{skill}`.", "Det finnes ingen ferdighet `{skill}`."),
}
