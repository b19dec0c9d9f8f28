"""The phrases that explanations are made of, in English and Norwegian bokmål; other locales read English."""

from __future__ import annotations

from typing import Final

__all__ = ["phrase"]

_PHRASES: Final[dict[str, tuple[str, str]]] = {
    "and": ("{a} and {b}", "{a} og {b}"),
    "or": ("{a} or {b}", "{a} eller {b}"),
    "and_apart": ("{a}; and {b}", "{a}; og {b}"),
    "or_apart": ("{a}; or {b}", "{a}; eller {b}"),
    "decimal_mark": (".", ","),
    "count": ("{events} {n} times", "{events} {n} ganger"),
    "count_one": ("{events}", "{events}"),
    "quoted": ("“{text}”", "«{text}»"),
    "sum": ("{events} with {n} {field} in all", "{events} med til sammen {n} {field}"),
    "distinct": ("{n} different {field} in {events}", "{n} ulike {field} i {events}"),
    "days": ("{events} on {n} different days", "{events} på {n} ulike dager"),
    "improvement": (
        "{field} in {events} lifted by {by} % over your best level",
        "{field} i {events} løftet {by} % over ditt beste nivå",
    ),
    "personal_best": ("a personal best in {field} from {events}", "personlig rekord i {field} fra {events}"),
    "where": ("{measure}, with {conditions}", "{measure}, med {conditions}"),
    "within": ("{measure}, within {length}", "{measure}, i løpet av {length}"),
    "cap": ("{measure}, at most {times} per {per}", "{measure}, høyst {times} per {per}"),
    "recorded_manager": ("recorded by a manager", "registrert av en leder"),
    "recorded_self": ("recorded by yourself", "registrert av deg selv"),
    "recorded_system": ("recorded by a system", "registrert av et system"),
    "is": ("{field} {value}", "{field} {value}"),
    "differs": ("{field} other than {value}", "{field} annet enn {value}"),
    "at_least": ("{field} at least {low}", "{field} minst {low}"),
    "at_most": ("{field} at most {high}", "{field} høyst {high}"),
    "between": ("{field} from {low} to {high}", "{field} fra {low} til {high}"),
    "present": ("{field} filled in", "{field} fylt ut"),
    "absent": ("no {field}", "uten {field}"),
    "streak": ("{n} in a row of “{title}”", "{n} på rad av «{title}»"),
    "skill": ("level {n} in “{title}”", "nivå {n} i «{title}»"),
    "quest": ("the quest “{title}” completed", "oppdraget «{title}» fullført"),
    "badge_tier": ("the badge “{title}” earned in {tier}", "merket «{title}» oppnådd i {tier}"),
    "badge": ("the badge “{title}” earned", "merket «{title}» oppnådd"),
    "some": ("{n} of: {parts}", "{n} av: {parts}"),
    "yes": ("yes", "ja"),
    "no": ("no", "nei"),
    "day": ("day", "dag"),
    "week": ("week", "uke"),
    "month": ("month", "måned"),
    "quarter": ("quarter", "kvartal"),
    "year": ("year", "år"),
    "one_hour": ("one hour", "én time"),
    "one_day": ("one day", "én dag"),
    "one_week": ("one week", "én uke"),
    "one_month": ("one month", "én måned"),
    "one_quarter": ("one quarter", "ett kvartal"),
    "one_year": ("one year", "ett år"),
    "days_long": ("{n} days", "{n} dager"),
    "hours_long": ("{n} hours", "{n} timer"),
    "why_event": (
        "{title}: number {k} of {times} that give points per {per}.",
        "{title}: nummer {k} av {times} som gir poeng per {per}.",
    ),
    "why_step": (
        "Step “{step}” of the quest “{quest}”: {criterion}.",
        "Steget «{step}» i oppdraget «{quest}»: {criterion}.",
    ),
    "why_quest": ("Every step of the quest “{title}” is completed.", "Alle steg i oppdraget «{title}» er fullført."),
    "why_badge": ("The badge “{title}”: {criterion}.", "Merket «{title}»: {criterion}."),
    "why_milestone": ("{n} in a row of “{title}”.", "{n} på rad av «{title}»."),
    "why_level": ("{points} points of effort in “{title}”: level {n}.", "{points} innsatspoeng i «{title}»: nivå {n}."),
    "why_challenge": (
        "You contributed to a team challenge that reached its goal.",
        "Du bidro til en lagutfordring som nådde målet.",
    ),
    "why_reversal": (
        "Taken back, because what it rested on was corrected.",
        "Trukket tilbake, fordi grunnlaget ble rettet.",
    ),
    "why_former": (
        "Given under an earlier version of the rules, and kept.",
        "Gitt etter en tidligere versjon av reglene, og beholdt.",
    ),
    "next_more": ("Next: {criterion} ({have} of {need} so far).", "Neste: {criterion} ({have} av {need} så langt)."),
    "accept": ("accept the quest “{title}”", "ta imot oppdraget «{title}»"),
    "next": ("Next: {criterion}.", "Neste: {criterion}."),
}


def phrase(code: str, locale: str, **params: object) -> str:
    """The phrase of that code in the locale, filled in."""
    english, norwegian = _PHRASES[code]
    return (norwegian if locale in {"nb", "nn", "no"} else english).format(**params)
