"""The phrases that explanations are made of, in English; the catalogues hold them in other languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vekst.catalogues import translated

__all__ = ["PHRASES", "phrase"]

PHRASES: Final[Mapping[str, str]] = {
    "and": "{a} and {b}",
    "or": "{a} or {b}",
    "and_apart": "{a}; and {b}",
    "or_apart": "{a}; or {b}",
    "decimal_mark": ".",
    "count": "{events} {n} times",
    "count_one": "{events}",
    "quoted": "“{text}”",
    "sum": "{events} with {n} {field} in all",
    "distinct": "{n} different {field} in {events}",
    "days": "{events} on {n} different days",
    "improvement": "{field} in {events} lifted by {by} % over your best level",
    "personal_best": "a personal best in {field} from {events}",
    "where": "{measure}, with {conditions}",
    "within": "{measure}, within {length}",
    "cap": "{measure}, at most {times} per {per}",
    "recorded_manager": "recorded by a manager",
    "recorded_self": "recorded by yourself",
    "recorded_system": "recorded by a system",
    "is": "{field} {value}",
    "differs": "{field} other than {value}",
    "at_least": "{field} at least {low}",
    "at_most": "{field} at most {high}",
    "between": "{field} from {low} to {high}",
    "present": "{field} filled in",
    "absent": "no {field}",
    "streak": "{n} in a row of “{title}”",
    "skill": "level {n} in “{title}”",
    "quest": "the quest “{title}” completed",
    "badge_tier": "the badge “{title}” earned in {tier}",
    "badge": "the badge “{title}” earned",
    "some": "{n} of: {parts}",
    "yes": "yes",
    "no": "no",
    "day": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
    "one_hour": "one hour",
    "one_day": "one day",
    "one_week": "one week",
    "one_month": "one month",
    "one_quarter": "one quarter",
    "one_year": "one year",
    "days_long": "{n} days",
    "hours_long": "{n} hours",
    "why_event": "{title}: number {k} of {times} that give points per {per}.",
    "why_step": "Step “{step}” of the quest “{quest}”: {criterion}.",
    "why_quest": "Every step of the quest “{title}” is completed.",
    "why_badge": "The badge “{title}”: {criterion}.",
    "why_milestone": "{n} in a row of “{title}”.",
    "why_level": "{points} points of effort in “{title}”: level {n}.",
    "why_challenge": "You contributed to a team challenge that reached its goal.",
    "why_reversal": "Taken back, because what it rested on was corrected.",
    "why_former": "Given under an earlier version of the rules, and kept.",
    "next_more": "Next: {criterion} ({have} of {need} so far).",
    "accept": "accept the quest “{title}”",
    "next": "Next: {criterion}.",
    "growth_tried": "What you tried",
    "growth_improved": "What improved",
    "growth_feedback": "Feedback you asked for, gave and used",
    "growth_kept_up": "What you keep up",
    "growth_nothing": "Nothing in this time.",
    "growth_days": "Active on {n} days.",
    "growth_days_one": "Active on one day.",
    "growth_times": "{title}: {n} times.",
    "growth_times_one": "{title}: once.",
    "growth_skill": "“{title}”: {points} points of effort.",
    "growth_level": "“{title}”: {points} points of effort, now level {n}.",
    "growth_reached": "Reached: {title}.",
    "growth_run": "“{title}”: {n} in a row.",
    "growth_help": "{name} has {n} in a row of “{title}”. Ask whether something stands in the way.",
    "growth_keep": "You have {n} in a row of “{title}”; a little keeps it.",
}


def phrase(code: str, locale: str, **params: object) -> str:
    """The phrase of that code in the locale, filled in."""
    return translated("explanations", code, PHRASES[code], locale).format(**params)
