"""The messages about events, choices and upkeep: why something was not stored or not changed."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Entry, entry

__all__ = ["EVENT_WORDINGS"]

_EVENTS: Final = {
    "NO_EVENTS": entry("There must be at least one event.", "Det må være minst én hendelse."),
    "TOO_MANY_EVENTS": entry(
        ("At most {limit} events go in one batch.", "Split the batch; nothing of it was stored."),
        ("Høyst {limit} hendelser går i én bunke.", "Del opp bunken; ingenting av den ble lagret."),
    ),
    "TIME_WITHOUT_OFFSET": entry(
        ("The time has no offset.", "Write it with one, such as 2026-03-02T09:00:00+01:00."),
        ("Tidspunktet mangler tidsforskyvning.", "Skriv det med, for eksempel 2026-03-02T09:00:00+01:00."),
    ),
    "TIME_NOT_UNDERSTOOD": entry(
        ("This is not a time.", "Write it as in 2026-03-02T09:00:00+01:00."),
        ("Dette er ikke et tidspunkt.", "Skriv det som 2026-03-02T09:00:00+01:00."),
    ),
    "DATE_NOT_UNDERSTOOD": entry(
        ("This is not a date.", "Write it as in 2026-03-02."),
        ("Dette er ikke en dato.", "Skriv den som 2026-03-02."),
    ),
    "DATA_NOT_AN_OBJECT": entry(
        ("`data` is not an object.", 'Send the event\'s fields as an object, such as {{"minutes": 5}}.'),
        ("`data` er ikke et objekt.", 'Send hendelsens felter som et objekt, for eksempel {{"minutes": 5}}.'),
    ),
    "ID_TAKEN": entry(
        ("The id was used before for something else, and that stays.", "Give this one a new id."),
        ("Id-en er brukt før til noe annet, og det blir stående.", "Gi denne en ny id."),
    ),
    "ID_NOT_VALID": entry(
        "The id must be a text of 1 to {most} characters, without control character NUL.",
        "Id-en må være en tekst på 1 til {most} tegn, uten kontrolltegnet NUL.",
    ),
    "TYPE_NOT_VALID": entry(
        "The type must be a text of 1 to {most} characters.", "Typen må være en tekst på 1 til {most} tegn."
    ),
    "RESERVED_TYPE": entry(
        ("Types that begin with `vekst.` are the server's own.", "Use the mutation that is made for it."),
        ("Typer som begynner med `vekst.`, er tjenerens egne.", "Bruk mutasjonen som er laget for det."),
    ),
    "UNKNOWN_TYPE": entry(
        ("The quest files have no event type `{type}`.", "Did you mean `{nearest}`?"),
        ("Oppdragsfilene har ingen hendelsestype `{type}`.", "Mente du `{nearest}`?"),
    ),
    "NOT_RECORDED_BY": entry(
        "Events of the type `{type}` may not be recorded by: {recorded_by}.",
        "Hendelser av typen `{type}` kan ikke registreres av: {recorded_by}.",
    ),
    "UNKNOWN_FIELD": entry(
        ("The type has no field `{name}`.", "Did you mean `{nearest}`?"),
        ("Typen har ikke noe felt `{name}`.", "Mente du `{nearest}`?"),
    ),
    "MISSING_FIELD": entry("The field `{name}` is required.", "Feltet `{name}` er påkrevd."),
    "NOT_A_FLAG": entry("`{name}` must be true or false.", "`{name}` må være true eller false."),
    "NOT_A_TEXT": entry("`{name}` must be a text.", "`{name}` må være en tekst."),
    "NOT_A_NUMBER": entry("`{name}` must be a number.", "`{name}` må være et tall."),
    "NOT_A_CHOICE": entry(
        ("`{name}` must be one of: {choices}.", "Send one of them, spelled like that."),
        ("`{name}` må være en av: {choices}.", "Send en av dem, skrevet slik."),
    ),
    "NUMBER_OUT_OF_RANGE": entry(
        "`{name}` is out of range: from {min} to {max}.", "`{name}` er utenfor grensene: fra {min} til {max}."
    ),
    "TEXT_TOO_LONG": entry("`{name}` may have {most} characters.", "`{name}` kan ha {most} tegn."),
    "TEXT_NOT_STORABLE": entry(
        ("A text has a character that can't be kept.", "Leave out NUL and halves of surrogate pairs."),
        ("En tekst har et tegn som ikke kan lagres.", "Utelat NUL og halve surrogatpar."),
    ),
    "VALUE_NOT_FLAT": entry(
        "`{name}` must be a number, a text or a flag.", "`{name}` må være et tall, en tekst eller et flagg."
    ),
    "DATA_TOO_LARGE": entry("`data` may have {most} bytes.", "`data` kan ha {most} byte."),
    "IN_THE_FUTURE": entry(
        (
            "The time is ahead of the server's, which is {now}.",
            "Correct the clock by the difference and send it again.",
        ),
        ("Tidspunktet er foran tjenerens, som er {now}.", "Rett klokken med forskjellen og send på nytt."),
    ),
    "TOO_OLD": entry(
        ("The event comes too late; the earliest time taken now is {earliest}.", "Older history can be imported."),
        ("Hendelsen kommer for sent; tidligste tidspunkt nå er {earliest}.", "Eldre historikk kan importeres."),
    ),
    "SOURCE_NOT_VALID": entry(
        ("`{source}` can't be the name of a source.", "Use another; `app` and `vekst` are reserved."),
        ("`{source}` kan ikke være navnet på en kilde.", "Bruk et annet; `app` og `vekst` er reservert."),
    ),
    "PERSON_MISSING": entry(
        ("The event does not say whose it is.", "Give the person's key in `person`."),
        ("Hendelsen sier ikke hvem den gjelder.", "Oppgi personens nøkkel i `person`."),
    ),
    "UNKNOWN_PERSON": entry(
        ("There is nobody `{person}` here.", "Check the spelling, or import the person first."),
        ("Her finnes ingen `{person}`.", "Sjekk skrivemåten, eller importer personen først."),
    ),
    "PERSON_NOT_ACTIVE": entry("`{person}` is not active any more.", "`{person}` er ikke lenger aktiv."),
    "NOT_ALLOWED_TO_RECORD": entry(
        ("You may not record events for `{person}`.", "Leave `person` out to record your own."),
        ("Du kan ikke registrere hendelser for `{person}`.", "Utelat `person` for å registrere dine egne."),
    ),
}

_CHOICES: Final = {
    "QUEST_UNKNOWN": entry("There is no quest `{quest}`.", "Det finnes ikke noe oppdrag `{quest}`."),
    "QUEST_STARTS_BY_ITSELF": entry(
        "The quest `{quest}` needs no accepting.", "Oppdraget `{quest}` trenger ikke å godtas."
    ),
    "ZONE_UNKNOWN": entry(
        ("There is no time zone `{zone}`.", "Use an IANA name, such as Europe/Oslo."),
        ("Det finnes ingen tidssone `{zone}`.", "Bruk et IANA-navn, for eksempel Europe/Oslo."),
    ),
    "TIME_OFF_BACKWARDS": entry("Time off can't end before it begins.", "Fri kan ikke slutte før det begynner."),
    "TIME_OFF_TOO_LONG": entry(
        ("One time off has at most {most} dates.", "Declare a longer one in parts."),
        ("Ett fravær har høyst {most} datoer.", "Meld et lengre i flere deler."),
    ),
    "TIME_OFF_TOO_FAR": entry(
        "Time off can be declared at most {years} years away.", "Fri kan meldes høyst {years} år unna."
    ),
    "EVENT_UNKNOWN": entry(
        ("There is no event `{id}` of `{source}`.", "Name the event as its recorder did, and its source."),
        ("Det finnes ingen hendelse `{id}` fra `{source}`.", "Oppgi hendelsen slik den ble registrert, og kilden."),
    ),
    "NOT_ALLOWED_TO_VOID": entry(
        ("You may not void this event.", "Ask a manager of the team, or an administrator."),
        ("Du kan ikke annullere denne hendelsen.", "Spør en leder for laget, eller en administrator."),
    ),
    "REASON_NOT_VALID": entry(
        "A reason is needed, of at most {most} characters.", "En begrunnelse trengs, på høyst {most} tegn."
    ),
    "ZONE_CHANGE_STAYS": entry(
        ("A change of zone can't be voided.", "Change the zone again; it holds from then on."),
        ("Et bytte av sone kan ikke annulleres.", "Bytt sone på nytt; det gjelder fra da av."),
    ),
    "LEADERBOARD_UNKNOWN": entry("There is no leaderboard `{key}`.", "Det finnes ingen resultatliste `{key}`."),
}

_UPKEEP: Final = {
    "ORGANISATION_KEY_NOT_VALID": entry(
        ("`{key}` can't be an organisation's key.", "Use lower-case letters, digits and hyphens."),
        ("`{key}` kan ikke være en organisasjons nøkkel.", "Bruk små bokstaver, sifre og bindestreker."),
    ),
    "ORGANISATION_KEY_TAKEN": entry(
        "There is an organisation `{key}` already.", "Det finnes allerede en organisasjon `{key}`."
    ),
    "NAME_NOT_VALID": entry("A name has 1 to {most} printable characters.", "Et navn har 1 til {most} skrivbare tegn."),
    "ROLE_NOT_VALID": entry("`{person}` can't have the role `{role}`.", "`{person}` kan ikke ha rollen `{role}`."),
    "PACK_NOT_VALID": entry(
        ("The quest files have errors.", "See what `vekst quests check` says."),
        ("Oppdragsfilene har feil.", "Se hva `vekst quests check` sier."),
    ),
    "FIELD_TYPE_CHANGED": entry(
        ("The field `{name}` of `{event}` was a {was} before.", "Give the field of the new type another name."),
        ("Feltet `{name}` i `{event}` var før av typen {was}.", "Gi feltet med den nye typen et annet navn."),
    ),
}

EVENT_WORDINGS: Final[dict[str, Entry]] = {**_EVENTS, **_CHOICES, **_UPKEEP}
