"""Words that fill the messages: kinds of things, kinds of values, and reasons, in English."""

from collections.abc import Mapping
from typing import Final

__all__ = ["WORDS"]

WORDS: Final[Mapping[str, str]] = {
    "did_you_mean": "did you mean `{suggestion}`?",
    # Kinds of things in a pack.
    "event": "event",
    "field": "field",
    "skill": "skill",
    "quest": "quest",
    "step": "step",
    "badge": "badge",
    "tier": "tier",
    "streak": "streak",
    "milestone": "milestone",
    "calendar": "calendar",
    "challenge": "challenge",
    "leaderboard": "leaderboard",
    # Kinds of values.
    "text": "a text",
    "quoted": 'a text; put it in quotes: `"…"`',
    "number": "a number",
    "whole_number": "a whole number",
    "flag": "`true` or `false`",
    "list": "a list",
    "mapping": "a mapping (`key: value`)",
    "nothing": "nothing",
    "value": "a text, a number or a flag",
    "text_or_locales": "a text, or one per locale",
    "choice": "a choice",
    # What YAML has and quest files have not.
    "anchors": "anchors and aliases (`&`, `*`)",
    "tags": "tags (`!`)",
    "directives": "directives (`%`)",
    "several_documents": "several documents in one file (`---`)",
    "merge_keys": "merge keys (`<<`)",
    "complex_keys": "lists and mappings as keys",
    # And what to write in its place.
    "not_anchors": "write the values out, or put a text that begins with such a sign in quotes",
    "not_tags": "put a text that begins with `!` in quotes, or take it out",
    "not_directives": "take it out",
    "not_several_documents": "put each into a file of its own",
    "not_merge_keys": "write the values out",
    "not_complex_keys": "write a word as the key",
    # What is no blank, and looks like some.
    "tab": "a tab",
    "hard_blank": "a no-break space",
    # Why a file is left out.
    "yml_suffix": "its name ends in `.yml`",
    "symlink": "it is a symbolic link",
    "the_file": "the file",
    "the_pack": "the pack",
    # What an example expected, and what came instead.
    "not": "not {expected}",
    "unfinished_quest": "a quest that is {state}, with {steps}",
    "so_far": "{have} of {need}",
    "nothing_of_it": "nothing of it",
    "it": "it",
    # Why an example's event could not be stored.
    "time_off_fields": "it needs `from` and `until`, dates in order",
    "accepted_fields": "it needs `quest`, the key of a quest",
    "zone_fields": "it needs `zone`, such as `Europe/Oslo`",
    "events_of_vekst": "Vekst has no such event; it has {known}",
}
