"""What is said about the meaning of a pack: references, rules that cannot hold, points, words for people, examples."""

from collections.abc import Mapping
from typing import Final

from vekst.quests.messages.entries import Entry, error, warning

__all__ = ["MEANING"]

_REFERENCES: Final[Mapping[str, Entry]] = {
    "UNKNOWN_REFERENCE": error(
        en=("there is no {kind} `{key}`", "write one of those the pack has, or add it"),
        nb=("{kind} `{key}` finnes ikke", "skriv en av dem pakken har, eller legg den til"),
    ),
    "UNKNOWN_FIELD": error(
        en=("event `{event}` has no field `{field}`", "its fields: {allowed}"),
        nb=("hendelsestypen `{event}` har ikke feltet `{field}`", "feltene er: {allowed}"),
    ),
    "WRONG_FIELD_KIND": error(
        en=("`{node}` needs a number, and field `{field}` of `{event}` holds {kind}", "name a field of type number"),
        nb=(
            "`{node}` trenger et tall, og feltet `{field}` i `{event}` inneholder {kind}",
            "bruk et felt av typen number",
        ),
    ),
    "FIELD_NEEDS_MIN": error(
        en=(
            "`{node}` needs a field that is never negative, and field `{field}` of `{event}` may be",
            "give the field `min: 0` or more",
        ),
        nb=(
            "`{node}` trenger et felt som aldri er negativt, og feltet `{field}` i `{event}` kan være det",
            "gi feltet `min: 0` eller mer",
        ),
    ),
    "RESERVED_KEY": error(
        en=("`{key}` belongs to Vekst itself", "choose a key that does not begin with `vekst.`"),
        nb=("`{key}` tilhører Vekst selv", "velg en nøkkel som ikke begynner med `vekst.`"),
    ),
    "BUILT_IN_EVENT": error(
        en=(
            "`{key}` is recorded by Vekst, which fixes its nature, its recorders and its fields",
            "write `nature: feedback`, and leave `recorded_by` and `fields` out",
        ),
        nb=(
            "`{key}` registreres av Vekst, som bestemmer naturen, feltene og hvem som registrerer",
            "skriv `nature: feedback`, og utelat `recorded_by` og `fields`",
        ),
    ),
    "CYCLE": error(
        en=("each of these waits for the next: {path}", "let one of them stand on events alone"),
        nb=("hver av disse venter på den neste: {path}", "la én av dem bygge bare på hendelser"),
    ),
    "STATE_IN_REPEAT": error(
        en=(
            "`{node}` looks at everything the learner has ever done, and may not stand in a rule that repeats",
            "move it to `requires`, or take `repeat` out",
        ),
        nb=(
            "`{node}` ser på alt den lærende noen gang har gjort, og kan ikke stå i en regel som gjentas",
            "flytt den til `requires`, eller ta bort `repeat`",
        ),
    ),
    "NODE_NOT_ALLOWED": error(
        en=("`{node}` may not stand in the `counts` of a streak", "possible there: {allowed}"),
        nb=("`{node}` kan ikke stå i `counts` for en serie", "mulige der: {allowed}"),
    ),
    "ALWAYS_NEEDS_IMPROVEMENT": error(
        en=("only a badge whose `earn` is an `improvement` may repeat `always`", "choose a calendar window instead"),
        nb=("bare et merke der `earn` er en `improvement` kan gjentas `always`", "velg et kalendervindu i stedet"),
    ),
    "NO_CALENDAR": error(
        en=("a streak of workdays or weeks needs a calendar", "name one here with `calendar`, or in `pack.yaml`"),
        nb=(
            "en serie av arbeidsdager eller uker trenger en kalender",
            "velg en her med `calendar`, eller i `pack.yaml`",
        ),
    ),
    "UNKNOWN_ZONE": error(
        en=("there is no time zone `{zone}`", "write it as in `Europe/Oslo`"),
        nb=("tidssonen `{zone}` finnes ikke", "skriv den som i `Europe/Oslo`"),
    ),
    "UNKNOWN_COUNTRY": error(
        en=("no public holidays are known for `{country}`", "write a country's two letters, such as `NO`"),
        nb=("ingen helligdager er kjent for `{country}`", "skriv landets to bokstaver, som `NO`"),
    ),
}

_NEVER: Final[Mapping[str, Entry]] = {
    "CONDITION_NEVER_HOLDS": error(
        en=(
            "no event can meet this: {value} is not among what field `{field}` of `{event}` can hold",
            "possible: {allowed}",
        ),
        nb=(
            "ingen hendelse kan oppfylle dette: {value} er ikke noe feltet `{field}` i `{event}` kan inneholde",
            "mulig: {allowed}",
        ),
    ),
    "EMPTY_RANGE": error(
        en=("`min` {min} is above `max` {max}", "exchange the two"),
        nb=("`min` {min} er over `max` {max}", "bytt om de to"),
    ),
    "OUT_OF_REACH": error(
        en=("this asks for {need}, and there can be at most {most}", "ask for less"),
        nb=("dette krever {need}, og det kan høyst bli {most}", "krev mindre"),
    ),
    "RECORDER_NEVER": error(
        en=("`{event}` is never recorded by `{recorder}`", "it is recorded by: {allowed}"),
        nb=("`{event}` registreres aldri av `{recorder}`", "den registreres av: {allowed}"),
    ),
    "FROM_AFTER_UNTIL": error(
        en=("`from` {start} lies after `until` {end}", "exchange the two"),
        nb=("`from` {start} ligger etter `until` {end}", "bytt om de to"),
    ),
    "LEVELS_NOT_RISING": error(
        en=("level {level} needs {points} points, no more than the level before", "let each threshold be higher"),
        nb=("trinn {level} krever {points} poeng, ikke mer enn trinnet før", "la hver terskel være høyere"),
    ),
    "SKILL_NEVER_GROWS": warning(
        en=("no effort points count towards skill `{key}`", "tie an event or a quest to it with `skill: {key}`"),
        nb=(
            "ingen innsatspoeng teller for ferdigheten `{key}`",
            "knytt en hendelse eller et oppdrag til den med `skill: {key}`",
        ),
    ),
    "OUTCOME_SKILL": warning(
        en=("outcome points never count towards a skill", "take `skill` out, or rest the rule on effort"),
        nb=("resultatpoeng teller aldri for en ferdighet", "ta bort `skill`, eller bygg regelen på innsats"),
    ),
}

_POINTS: Final[Mapping[str, Entry]] = {
    "PAYS_WITHOUT_CAP": error(
        en=("`{key}` pays points without a limit", "add `at_most`, such as `at_most: {{times: 3, per: day}}`"),
        nb=("`{key}` gir poeng uten grense", "legg til `at_most`, som `at_most: {{times: 3, per: day}}`"),
    ),
    "CAP_WITHOUT_POINTS": warning(
        en=("`at_most` limits points, and `{key}` pays none", "add `points`, or take `at_most` out"),
        nb=("`at_most` begrenser poeng, og `{key}` gir ingen", "legg til `points`, eller ta bort `at_most`"),
    ),
    "OUTCOME_SHARE": error(
        en=(
            "of all points one can reach, {share} come from outcomes, and the pack allows {limit}",
            "pay more for effort or less for outcomes",
        ),
        nb=(
            "av alle poeng man kan nå, kommer {share} fra resultater, og pakken tillater {limit}",
            "gi mer for innsats eller mindre for resultater",
        ),
    ),
    "TOKEN_ACTION": warning(
        en=(
            "one bare `{event}` is enough for {points} points",
            "ask for more of it, or for its quality with `where` or a required field",
        ),
        nb=(
            "én enkelt `{event}` er nok til {points} poeng",
            "krev mer av den, eller kvalitet med `where` eller et påkrevd felt",
        ),
    ),
    "BOARD_ON_OUTCOMES": error(
        en=(
            "a board may not rest on outcomes, and `{key}` is one",
            "measure practice, learning, reflection or feedback",
        ),
        nb=(
            "en tavle kan ikke bygge på resultater, og `{key}` er et",
            "mål øving, læring, refleksjon eller tilbakemelding",
        ),
    ),
    "MILESTONES_OUT_OF_ORDER": warning(
        en=("milestone {length} stands after a longer one", "write milestones from short to long"),
        nb=("milepælen {length} står etter en lengre", "skriv milepæler fra kort til lang"),
    ),
    "RETENTION_TOO_SHORT": error(
        en=("events may arrive later than they are kept", "let `retention` be longer than `accepts_events_up_to`"),
        nb=("hendelser kan komme senere enn de blir lagret", "la `retention` være lengre enn `accepts_events_up_to`"),
    ),
}

_PEOPLE: Final[Mapping[str, Entry]] = {
    "MISSING_TRANSLATION": error(
        en=("the words for `{locale}` are missing", "add `{locale}: …`"),
        nb=("ordene for `{locale}` mangler", "legg til `{locale}: …`"),
    ),
    "EXTRA_TRANSLATION": warning(
        en=("`{locale}` is not among the pack's locales", "add it to `locales` in `pack.yaml`, or take it out here"),
        nb=("`{locale}` er ikke blant pakkens språk", "legg det til i `locales` i `pack.yaml`, eller ta det bort her"),
    ),
    "BOARD_WITHOUT_PURPOSE": error(
        en=("board `{key}` does not say what it is for", "add `purpose` or `description`"),
        nb=("tavlen `{key}` sier ikke hva den er til", "legg til `purpose` eller `description`"),
    ),
    "RULE_WITHOUT_PURPOSE": warning(
        en=("{kind} `{key}` does not say what it is for", "add `purpose` or `description`"),
        nb=("{kind} `{key}` sier ikke hva hensikten er", "legg til `purpose` eller `description`"),
    ),
    "RULE_WITHOUT_EXAMPLE": warning(
        en=("no example shows how {kind} `{key}` is earned", "add one under `examples`"),
        nb=("ingen eksempler viser hvordan {kind} `{key}` oppnås", "legg til ett under `examples`"),
    ),
}

_EXAMPLES: Final[Mapping[str, Entry]] = {
    "EXAMPLE_FAILED": error(
        en=("expected {expected}, but have {actual}", "correct the rule or the example"),
        nb=("ventet {expected}, men har {actual}", "rett regelen eller eksempelet"),
    ),
    "EXAMPLE_EVENT_UNFIT": error(
        en=("this event would be refused: {reason}", "give it the data its type asks for"),
        nb=("denne hendelsen ville blitt avvist: {reason}", "gi den dataene typen krever"),
    ),
}

_CHANGES: Final[Mapping[str, Entry]] = {
    "FIELD_TYPE_CHANGED": error(
        en=(
            "field `{field}` of `{event}` was a {was} in the version in force, and is a {is} here",
            "give the field of the new type another name",
        ),
        nb=(
            "feltet `{field}` i `{event}` er av typen {was} i versjonen som gjelder, og her {is}",
            "gi feltet med den nye typen et annet navn",
        ),
    ),
}

MEANING: Final[Mapping[str, Entry]] = {**_REFERENCES, **_NEVER, **_POINTS, **_PEOPLE, **_EXAMPLES, **_CHANGES}
