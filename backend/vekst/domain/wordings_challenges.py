"""The messages about challenges: who may set them, which terms fit, and what may still change."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Entry, entry

__all__ = ["CHALLENGE_WORDINGS"]

_WHO: Final = {
    "CHALLENGE_UNKNOWN": entry(
        ("There is no such challenge for you.", "Ask for `challenges` again."),
        ("Den utfordringen finnes ikke for deg.", "Hent `challenges` på nytt."),
    ),
    "CHALLENGE_NOT_YOURS": entry(
        ("A challenge is set by those who manage all its teams.", "Ask the team's manager, or an administrator."),
        ("En utfordring settes av dem som leder alle lagene i den.", "Spør lagets leder eller en administrator."),
    ),
    "TEAM_UNKNOWN": entry("There is no team `{team}` for you.", "Laget `{team}` finnes ikke for deg."),
    "CHALLENGE_TEAMS_NOT_VALID": entry(
        "A challenge is for 1 to {most} different teams.", "En utfordring er for 1 til {most} ulike lag."
    ),
}

_TERMS: Final = {
    "CHALLENGE_NEEDS_PACK": entry(
        ("There are no quest files in force yet.", "Publish some first."),
        ("Ingen oppdragsfiler gjelder ennå.", "Publiser noen først."),
    ),
    "CHALLENGE_TEMPLATE_UNKNOWN": entry(
        ("The quest files have no challenge `{key}`.", "Name one of theirs, or send a `measure` and a `goal`."),
        ("Oppdragsfilene har ingen utfordring `{key}`.", "Oppgi en av deres, eller send `measure` og `goal`."),
    ),
    "CHALLENGE_TEMPLATE_OR_MEASURE": entry(
        ("A template brings its own measure.", "Leave out `template` or `measure`."),
        ("En mal har sitt eget mål å telle etter.", "Utelat `template` eller `measure`."),
    ),
    "CHALLENGE_NEEDS_TITLE": entry(
        ("A challenge without a template needs a title.", "Send a `title`."),
        ("En utfordring uten mal trenger en tittel.", "Send en `title`."),
    ),
    "CHALLENGE_NEEDS_TERMS": entry(
        ("What counts, and how much of it?", "Send a `template`, or both a `measure` and a `goal`."),
        ("Hva teller, og hvor mye?", "Send en `template`, eller både `measure` og `goal`."),
    ),
    "CHALLENGE_NEEDS_END": entry(
        ("A challenge without a template needs an end.", "Send `endsAt`."),
        ("En utfordring uten mal trenger en slutt.", "Send `endsAt`."),
    ),
    "CHALLENGE_TERMS_NOT_VALID": entry("The terms don't fit: {detail}", "Vilkårene passer ikke: {detail}"),
    "CHALLENGE_GOAL_NOT_VALID": entry(
        (
            "That is no goal.",
            'Write it as in quest files: {{"everyone": 5}}, {{"together": 100}} or {{"share": "80%", "reach": 5}}.',
        ),
        (
            "Det er ikke et mål.",
            'Skriv som i oppdragsfilene: {{"everyone": 5}}, {{"together": 100}} eller {{"share": "80%", "reach": 5}}.',
        ),
    ),
    "CHALLENGE_TITLE_NOT_VALID": entry("A title has 1 to {most} characters.", "En tittel har 1 til {most} tegn."),
    "CHALLENGE_POINTS_NOT_VALID": entry(
        ("A measure of your own may give 0 to {most} points; a template says its own.", "Leave `points` out."),
        ("Et eget mål kan gi 0 til {most} poeng; en mal sier sine egne.", "Utelat `points`."),
    ),
    "CHALLENGE_STARTS_IN_THE_PAST": entry(
        ("A challenge can't begin in the past.", "Leave `startsAt` out to begin at once."),
        ("En utfordring kan ikke begynne i fortiden.", "Utelat `startsAt` for å begynne med en gang."),
    ),
    "CHALLENGE_TOO_FAR": entry("A challenge begins within {most} days.", "En utfordring begynner innen {most} dager."),
    "CHALLENGE_LENGTH_NOT_VALID": entry(
        "A challenge ends after it begins, and within {most} days.",
        "En utfordring slutter etter at den begynner, og innen {most} dager.",
    ),
}

_CHANGES: Final = {
    "CHALLENGE_OVER": entry(
        ("The challenge is over; nothing about it changes any more.", "Begin a new one."),
        ("Utfordringen er over; ingenting ved den endres mer.", "Start en ny."),
    ),
    "CHALLENGE_IS_RUNNING": entry(
        (
            "People are at it already: only the end may come later, and the goal be lower.",
            "Call it off and begin a new one.",
        ),
        (
            "Folk er alt i gang: bare slutten kan bli senere og målet lavere.",
            "Avlys den og start en ny.",
        ),
    ),
    "CHALLENGE_ONLY_LONGER": entry(
        "While a challenge runs, its end may only come later.",
        "Mens en utfordring pågår, kan slutten bare bli senere.",
    ),
    "CHALLENGE_ONLY_LOWER": entry(
        "While a challenge runs, its goal may only be lowered.",
        "Mens en utfordring pågår, kan målet bare senkes.",
    ),
}

CHALLENGE_WORDINGS: Final[dict[str, Entry]] = {**_WHO, **_TERMS, **_CHANGES}
