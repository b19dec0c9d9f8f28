"""What is said about the meaning of a pack: references, rules that cannot hold, points, words for people, examples."""

from collections.abc import Mapping
from typing import Final

from vekst.quests.messages.entries import Entry, error, warning

__all__ = ["MEANING"]

_REFERENCES: Final[Mapping[str, Entry]] = {
    "UNKNOWN_REFERENCE": error("there is no {kind} `{key}`", "write one of those the pack has, or add it"),
    "UNKNOWN_FIELD": error("event `{event}` has no field `{field}`", "its fields: {allowed}"),
    "WRONG_FIELD_KIND": error(
        "`{node}` needs a number, and field `{field}` of `{event}` holds {kind}", "name a field of type number"
    ),
    "FIELD_NEEDS_MIN": error(
        "`{node}` needs a field that is never negative, and field `{field}` of `{event}` may be",
        "give the field `min: 0` or more",
    ),
    "RESERVED_KEY": error("`{key}` belongs to Vekst itself", "choose a key that does not begin with `vekst.`"),
    "BUILT_IN_EVENT": error(
        "`{key}` is recorded by Vekst, which fixes its nature, its recorders and its fields",
        "write `nature: {nature}`, and leave `recorded_by` and `fields` out",
    ),
    "CYCLE": error("each of these waits for the next: {path}", "let one of them stand on events alone"),
    "STATE_IN_REPEAT": error(
        "`{node}` looks at everything the learner has ever done, and may not stand in a rule that repeats",
        "move it to `requires`, or take `repeat` out",
    ),
    "NODE_NOT_ALLOWED": error("`{node}` may not stand in the `counts` of a streak", "possible there: {allowed}"),
    "ALWAYS_NEEDS_IMPROVEMENT": error(
        "only a badge whose `earn` is an `improvement` may repeat `always`", "choose a calendar window instead"
    ),
    "NO_CALENDAR": error(
        "a streak of workdays or weeks needs a calendar", "name one here with `calendar`, or in `pack.yaml`"
    ),
    "UNKNOWN_ZONE": error("there is no time zone `{zone}`", "write it as in `Europe/Oslo`"),
    "UNKNOWN_COUNTRY": error(
        "no public holidays are known for `{country}`", "write a country's two letters, such as `NO`"
    ),
}

_NEVER: Final[Mapping[str, Entry]] = {
    "CONDITION_NEVER_HOLDS": error(
        "no event can meet this: {value} is not among what field `{field}` of `{event}` can hold", "possible: {allowed}"
    ),
    "EMPTY_RANGE": error("`min` {min} is above `max` {max}", "exchange the two"),
    "OUT_OF_REACH": error("this asks for {need}, and there can be at most {most}", "ask for less"),
    "RECORDER_NEVER": error("`{event}` is never recorded by `{recorder}`", "it is recorded by: {allowed}"),
    "FROM_AFTER_UNTIL": error("`from` {start} lies after `until` {end}", "exchange the two"),
    "LEVELS_NOT_RISING": error(
        "level {level} needs {points} points, no more than the level before", "let each threshold be higher"
    ),
    "SKILL_NEVER_GROWS": warning(
        "no effort points count towards skill `{key}`", "tie an event or a quest to it with `skill: {key}`"
    ),
    "OUTCOME_SKILL": warning(
        "outcome points never count towards a skill", "take `skill` out, or rest the rule on effort"
    ),
}

_POINTS: Final[Mapping[str, Entry]] = {
    "PAYS_WITHOUT_CAP": error(
        "`{key}` pays points without a limit", "add `at_most`, such as `at_most: {{times: 3, per: day}}`"
    ),
    "CAP_WITHOUT_POINTS": warning(
        "`at_most` limits points, and `{key}` pays none", "add `points`, or take `at_most` out"
    ),
    "OUTCOME_SHARE": error(
        "of all points one can reach, {share} come from outcomes, and the pack allows {limit}",
        "pay more for effort or less for outcomes",
    ),
    "TOKEN_ACTION": warning(
        "one bare `{event}` is enough for {points} points",
        "ask for more of it, or for its quality with `where` or a required field",
    ),
    "BOARD_ON_OUTCOMES": error(
        "a board may not rest on outcomes, and `{key}` is one", "measure practice, learning, reflection or feedback"
    ),
    "MILESTONES_OUT_OF_ORDER": warning(
        "milestone {length} stands after a longer one", "write milestones from short to long"
    ),
    "RETENTION_TOO_SHORT": error(
        "events may arrive later than they are kept", "let `retention` be longer than `accepts_events_up_to`"
    ),
}

_PEOPLE: Final[Mapping[str, Entry]] = {
    "MISSING_TRANSLATION": error("the words for `{locale}` are missing", "add `{locale}: …`"),
    "EXTRA_TRANSLATION": warning(
        "`{locale}` is not among the pack's locales", "add it to `locales` in `pack.yaml`, or take it out here"
    ),
    "BOARD_WITHOUT_PURPOSE": error("board `{key}` does not say what it is for", "add `purpose` or `description`"),
    "RULE_WITHOUT_PURPOSE": warning("{kind} `{key}` does not say what it is for", "add `purpose` or `description`"),
    "RULE_WITHOUT_EXAMPLE": warning("no example shows how {kind} `{key}` is earned", "add one under `examples`"),
}

_EXAMPLES: Final[Mapping[str, Entry]] = {
    "EXAMPLE_FAILED": error("expected {expected}, but have {actual}", "correct the rule or the example"),
    "EXAMPLE_EVENT_UNFIT": error("this event would be refused: {reason}", "give it the data its type asks for"),
}

_CHANGES: Final[Mapping[str, Entry]] = {
    "FIELD_TYPE_CHANGED": error(
        "field `{field}` of `{event}` was a {was} in the version in force, and is a {is} here",
        "give the field of the new type another name",
    ),
}

MEANING: Final[Mapping[str, Entry]] = {**_REFERENCES, **_NEVER, **_POINTS, **_PEOPLE, **_EXAMPLES, **_CHANGES}
