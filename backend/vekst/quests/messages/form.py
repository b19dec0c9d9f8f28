"""What is said about the form of a quest file: keys, words and values that the language does not have."""

from collections.abc import Mapping
from typing import Final

from vekst.quests.messages.entries import Entry, error

__all__ = ["FORM"]

FORM: Final[Mapping[str, Entry]] = {
    "UNKNOWN_KEY": error("there is no key `{key}` here", "possible here: {allowed}"),
    "MISSING_KEY": error("`{key}` is missing", "add it"),
    "WRONG_TYPE": error("here stands {got}", "write {expected}"),
    "UNKNOWN_WORD": error("`{value}` is not one of the words for this", "possible: {allowed}"),
    "BAD_KEY": error("`{key}` is not a key", "write lower-case words joined by `-` or `.`, such as `brave-caller`"),
    "BAD_STEP": error(
        "`{value}` does not name a step", "write the quest and the step with a stroke: `better-questions/try`"
    ),
    "BAD_LOCALE": error("`{value}` is not a locale", "write a language code, such as `en`, `nb` or `pt-BR`"),
    "NUMBER_OUT_OF_RANGE": error("{value} is out of range", "write a number {bound}"),
    "EMPTY_LIST": error("the list is empty", "write at least one entry"),
    "EMPTY_TEXT": error("the text is empty", "write something, or take the key out"),
    "TEXT_TOO_LONG": error("the text has more than {limit} characters", "make it shorter"),
    "BAD_DURATION": error(
        "`{value}` is not a length of time", "write hours, days or weeks, such as `48h`, `7d` or `2 weeks`"
    ),
    "BAD_WITHIN": error(
        "`{value}` is neither a length of time nor a calendar window",
        "write a length such as `48h` or `7d`, or one of day, week, month, quarter, year",
    ),
    "BAD_PERCENT": error("`{value}` is not a percentage", "write a number and the sign, such as `10%`"),
    "BAD_DATE": error("`{value}` is not a date of the calendar", "write year-month-day, such as `2026-03-14`"),
    "BAD_INSTANT": error("`{value}` is not a moment with its offset", "write it like `2026-03-02T09:00+01:00`"),
    "BAD_LINK": error("`{value}` is not a link", "write a whole address that begins with `https://`"),
    "BAD_CONDITION": error(
        "this is not a condition on a field",
        "write a value, a list of values, or one of {{min, max}}, {{not: value}}, {{present: true}}",
    ),
    "DUPLICATE_VALUE": error("`{value}` stands twice", "keep one of the two"),
    "TIERS_OR_EARN": error(
        "a badge has either `tiers`, or `earn` and `points` of its own", "move `earn` and `points` into a tier"
    ),
    "UNKNOWN_NODE": error("`{key}` is not one of the kinds that may stand here", "possible here: {allowed}"),
    "NOT_ONE_NODE": error(
        "exactly one of these must stand here: {allowed}", "to join several, put them in a list under `all` or `any`"
    ),
    "WRONG_VALUE": error("`{value}` does not fit here", "see the guide to quest files"),
}
