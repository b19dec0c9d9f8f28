"""Demonstration data: a season of a sales team's work, told by a seeded generator; pure, and the same on every run."""

from vekst.demo.cast import CAST, ORGANISATION, TEAMS, Aim, Character
from vekst.demo.season import SEASON_DAYS, Acceptance, PersonalGoal, Season, SeasonEvent, TimeOff, tell_season

__all__ = [
    "CAST",
    "ORGANISATION",
    "SEASON_DAYS",
    "TEAMS",
    "Acceptance",
    "Aim",
    "Character",
    "PersonalGoal",
    "Season",
    "SeasonEvent",
    "TimeOff",
    "tell_season",
]
