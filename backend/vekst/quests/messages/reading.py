"""What is said about files and their YAML, before anything in them is understood."""

from collections.abc import Mapping
from typing import Final

from vekst.quests.messages.entries import Entry, error, warning

__all__ = ["READING"]

READING: Final[Mapping[str, Entry]] = {
    "NO_PACK_FILE": error(
        "the folder has no `pack.yaml`", "add one with `pack`, `title`, `purpose`, `locales` and `zone`"
    ),
    "UNREADABLE_FILE": error("the file cannot be read: {reason}", "check that it exists and may be read"),
    "IGNORED_FILE": warning(
        "the file is left out, because {reason}", "only real files that end in `.yaml` belong to a pack"
    ),
    "TOO_LARGE": error("{what} is larger than {limit}", "split it, or take out what is not needed"),
    "TOO_DEEP": error("more than {limit} levels lie inside each other", "write it flatter"),
    "NOT_UTF8": error("the file is not UTF-8 text", "save it with the encoding UTF-8"),
    "BAD_CHARACTER": error("the character {character} may not stand in YAML", "delete it"),
    "BAD_YAML": error(
        "this is not YAML: {problem}", "check indentation, colons, brackets and quotes just before this place"
    ),
    "NOT_CLOSED": error("`{sign}` is opened here and never closed", "close it where its text or list ends"),
    "BAD_BLANK": error("{what} stands where only blanks may", "indent with ordinary blanks, two for each level"),
    "BAD_INDENT": error(
        "this line begins in another column than those it belongs with",
        "let what belongs together begin in the same column, and what lies inside it two blanks further in",
    ),
    "STRAY_COLON": error(
        "a colon cannot stand here",
        "put a text with a colon in quotes; otherwise check how this line and the one before it are indented, and "
        "that a blank follows each colon",
    ),
    "NEEDS_QUOTES": error("a text may not begin with `{sign}`", 'put the whole text in quotes: `"…"`'),
    "TEXT_AFTER_END": error(
        "something stands after the quote or the bracket that ended the value",
        'put the whole text in quotes, and if it has quotes of its own, in those of the other kind: `"Don\'t stop"`',
    ),
    "NO_COMMA": error(
        "before this a comma is missing, or the `{sign}` that closes the brackets",
        "add it; a text with quotes or commas of its own needs quotes of the other kind around it",
    ),
    "YAML_FEATURE": error("{feature} may not be used in quest files", "{instead}"),
    "DUPLICATE_KEY": error("`{key}` stands twice in one mapping, first at {first}", "keep one of the two"),
    "DUPLICATE_RULE": error("{kind} `{key}` was already written at {first}", "give one of the two another key"),
    "EMPTY_VALUE": error("`{key}` has no value", "write one, or take the key out"),
    "BAD_NUMBER": error(
        "`{number}` is not a number that can be kept exactly", "write it plainly, with at most 15 digits"
    ),
}
