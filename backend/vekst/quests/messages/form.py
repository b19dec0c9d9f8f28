"""What is said about the form of a quest file: keys, words and values that the language does not have."""

from collections.abc import Mapping
from typing import Final

from vekst.quests.messages.entries import Entry, error

__all__ = ["FORM"]

FORM: Final[Mapping[str, Entry]] = {
    "UNKNOWN_KEY": error(
        en=("there is no key `{key}` here", "possible here: {allowed}"),
        nb=("her finnes det ingen nøkkel `{key}`", "mulige her: {allowed}"),
    ),
    "MISSING_KEY": error(
        en=("`{key}` is missing", "add it"),
        nb=("`{key}` mangler", "legg den til"),
    ),
    "WRONG_TYPE": error(
        en=("here stands {got}", "write {expected}"),
        nb=("her står {got}", "skriv {expected}"),
    ),
    "UNKNOWN_WORD": error(
        en=("`{value}` is not one of the words for this", "possible: {allowed}"),
        nb=("`{value}` er ikke et av ordene for dette", "mulige: {allowed}"),
    ),
    "BAD_KEY": error(
        en=("`{key}` is not a key", "write lower-case words joined by `-` or `.`, such as `brave-caller`"),
        nb=(
            "`{key}` er ikke en nøkkel",
            "skriv ord med små bokstaver a-z, bundet med `-` eller `.`, som `brave-caller`",
        ),
    ),
    "BAD_STEP": error(
        en=("`{value}` does not name a step", "write the quest and the step with a stroke: `better-questions/try`"),
        nb=("`{value}` navngir ikke et steg", "skriv oppdraget og steget med skråstrek: `better-questions/try`"),
    ),
    "BAD_LOCALE": error(
        en=("`{value}` is not a locale", "write a language code, such as `en`, `nb` or `pt-BR`"),
        nb=("`{value}` er ikke et språk", "skriv en språkkode, som `en`, `nb` eller `pt-BR`"),
    ),
    "NUMBER_OUT_OF_RANGE": error(
        en=("{value} is out of range", "write a number {bound}"),
        nb=("{value} er utenfor området", "skriv et tall {bound}"),
    ),
    "EMPTY_LIST": error(
        en=("the list is empty", "write at least one entry"),
        nb=("listen er tom", "skriv minst én"),
    ),
    "EMPTY_TEXT": error(
        en=("the text is empty", "write something, or take the key out"),
        nb=("teksten er tom", "skriv noe, eller ta bort nøkkelen"),
    ),
    "TEXT_TOO_LONG": error(
        en=("the text has more than {limit} characters", "make it shorter"),
        nb=("teksten har mer enn {limit} tegn", "gjør den kortere"),
    ),
    "BAD_DURATION": error(
        en=("`{value}` is not a length of time", "write hours, days or weeks, such as `48h`, `7d` or `2 weeks`"),
        nb=("`{value}` er ikke et tidsrom", "skriv timer, dager eller uker, som `48h`, `7d` eller `2 weeks`"),
    ),
    "BAD_WITHIN": error(
        en=(
            "`{value}` is neither a length of time nor a calendar window",
            "write a length such as `48h` or `7d`, or one of day, week, month, quarter, year",
        ),
        nb=(
            "`{value}` er verken et tidsrom eller et kalendervindu",
            "skriv et tidsrom som `48h` eller `7d`, eller et av day, week, month, quarter, year",
        ),
    ),
    "BAD_PERCENT": error(
        en=("`{value}` is not a percentage", "write a number and the sign, such as `10%`"),
        nb=("`{value}` er ikke en prosent", "skriv et tall og tegnet, som `10%`"),
    ),
    "BAD_DATE": error(
        en=("`{value}` is not a date of the calendar", "write year-month-day, such as `2026-03-14`"),
        nb=("`{value}` er ikke en dato i kalenderen", "skriv år-måned-dag, som `2026-03-14`"),
    ),
    "BAD_INSTANT": error(
        en=("`{value}` is not a moment with its offset", "write it like `2026-03-02T09:00+01:00`"),
        nb=("`{value}` er ikke et tidspunkt med tidsforskyvning", "skriv det som `2026-03-02T09:00+01:00`"),
    ),
    "BAD_LINK": error(
        en=("`{value}` is not a link", "write a whole address that begins with `https://`"),
        nb=("`{value}` er ikke en lenke", "skriv en hel adresse som begynner med `https://`"),
    ),
    "BAD_CONDITION": error(
        en=(
            "this is not a condition on a field",
            "write a value, a list of values, or one of {{min, max}}, {{not: value}}, {{present: true}}",
        ),
        nb=(
            "dette er ikke et vilkår for et felt",
            "skriv en verdi, en liste av verdier, eller en av {{min, max}}, {{not: verdi}}, {{present: true}}",
        ),
    ),
    "DUPLICATE_VALUE": error(
        en=("`{value}` stands twice", "keep one of the two"),
        nb=("`{value}` står to ganger", "behold bare den ene"),
    ),
    "TIERS_OR_EARN": error(
        en=("a badge has either `tiers`, or `earn` and `points` of its own", "move `earn` and `points` into a tier"),
        nb=("et merke har enten `tiers`, eller egne `earn` og `points`", "flytt `earn` og `points` inn i et nivå"),
    ),
    "UNKNOWN_NODE": error(
        en=("`{key}` is not one of the kinds that may stand here", "possible here: {allowed}"),
        nb=("`{key}` er ikke en av typene som kan stå her", "mulige her: {allowed}"),
    ),
    "NOT_ONE_NODE": error(
        en=(
            "exactly one of these must stand here: {allowed}",
            "to join several, put them in a list under `all` or `any`",
        ),
        nb=("nøyaktig én av disse må stå her: {allowed}", "bind flere sammen i en liste under `all` eller `any`"),
    ),
    "WRONG_VALUE": error(
        en=("`{value}` does not fit here", "see the guide to quest files"),
        nb=("`{value}` passer ikke her", "se veiledningen til oppdragsfiler"),
    ),
}
