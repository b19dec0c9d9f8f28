"""What is said about files and their YAML, before anything in them is understood."""

from collections.abc import Mapping
from typing import Final

from vekst.quests.messages.entries import Entry, error, warning

__all__ = ["READING"]

READING: Final[Mapping[str, Entry]] = {
    "NO_PACK_FILE": error(
        en=("the folder has no `pack.yaml`", "add one with `pack`, `title`, `purpose`, `locales` and `zone`"),
        nb=("mappen har ingen `pack.yaml`", "legg til en med `pack`, `title`, `purpose`, `locales` og `zone`"),
    ),
    "UNREADABLE_FILE": error(
        en=("the file cannot be read: {reason}", "check that it exists and may be read"),
        nb=("filen kan ikke leses: {reason}", "sjekk at den finnes og kan leses"),
    ),
    "IGNORED_FILE": warning(
        en=("the file is left out, because {reason}", "only real files that end in `.yaml` belong to a pack"),
        nb=("filen er utelatt, fordi {reason}", "bare virkelige filer som slutter på `.yaml` hører til en pakke"),
    ),
    "TOO_LARGE": error(
        en=("{what} is larger than {limit}", "split it, or take out what is not needed"),
        nb=("{what} er større enn {limit}", "del den opp, eller ta ut det som ikke trengs"),
    ),
    "TOO_DEEP": error(
        en=("more than {limit} levels lie inside each other", "write it flatter"),
        nb=("mer enn {limit} nivåer ligger inni hverandre", "skriv det flatere"),
    ),
    "NOT_UTF8": error(
        en=("the file is not UTF-8 text", "save it with the encoding UTF-8"),
        nb=("filen er ikke UTF-8-tekst", "lagre den med tegnkodingen UTF-8"),
    ),
    "BAD_CHARACTER": error(
        en=("the character {character} may not stand in YAML", "delete it"),
        nb=("tegnet {character} kan ikke stå i YAML", "slett det"),
    ),
    "BAD_YAML": error(
        en=("this is not YAML: {problem}", "check indentation, colons, brackets and quotes just before this place"),
        nb=("dette er ikke YAML: {problem}", "sjekk innrykk, kolon, parenteser og anførselstegn like før dette stedet"),
    ),
    "YAML_FEATURE": error(
        en=("{feature} may not be used in quest files", "write the values out"),
        nb=("{feature} kan ikke brukes i oppdragsfiler", "skriv verdiene helt ut"),
    ),
    "DUPLICATE_KEY": error(
        en=("`{key}` stands twice in one mapping, first at {first}", "keep one of the two"),
        nb=("`{key}` står to ganger i samme avsnitt, først ved {first}", "behold bare den ene"),
    ),
    "DUPLICATE_RULE": error(
        en=("{kind} `{key}` was already written at {first}", "give one of the two another key"),
        nb=("{kind} `{key}` er alt skrevet ved {first}", "gi den ene en annen nøkkel"),
    ),
    "EMPTY_VALUE": error(
        en=("`{key}` has no value", "write one, or take the key out"),
        nb=("`{key}` har ingen verdi", "skriv en, eller ta bort nøkkelen"),
    ),
    "BAD_NUMBER": error(
        en=("`{number}` is not a number that can be kept exactly", "write it plainly, with at most 15 digits"),
        nb=("`{number}` er ikke et tall som kan gjengis nøyaktig", "skriv det enkelt, med høyst 15 sifre"),
    ),
}
