"""The messages about requests: signing in, the form of a request, and what was asked for."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Entry, entry

__all__ = ["REQUEST_WORDINGS"]

_SIGN_IN: Final = {
    "NOT_SIGNED_IN": entry(
        ("You are not signed in.", "Send a token in the header `Authorization: Bearer …`."),
        ("Du er ikke logget inn.", "Send et token i hodet `Authorization: Bearer …`."),
    ),
    "TOKEN_EXPIRED": entry(
        ("Your sign-in has expired.", "Sign in again."),
        ("Innloggingen din er utløpt.", "Logg inn på nytt."),
    ),
    "TOKEN_INVALID": entry(
        ("The token is not valid here.", "Sign in again, with the issuer that this server trusts."),
        ("Tokenet er ikke gyldig her.", "Logg inn på nytt, hos den utstederen som denne tjeneren stoler på."),
    ),
    "ACCOUNT_UNKNOWN": entry(
        ("The token names nobody who is active in this organisation.", "Ask an administrator to add you."),
        ("Tokenet gjelder ingen som er aktiv i denne organisasjonen.", "Be en administrator om å legge deg til."),
    ),
    "NOT_ALLOWED": entry("You may not do this.", "Du har ikke tilgang til dette."),
    "NOT_A_LEARNER": entry(
        ("An integration has no learner of its own.", "Sign in as a person."),
        ("En integrasjon er ikke selv en lærende.", "Logg inn som en person."),
    ),
    "TEAM_NOT_YOURS": entry(
        "This team's boards are for its members and managers.", "Lagets lister er for medlemmene og lederne dets."
    ),
    "LEARNER_NOT_YOURS": entry(
        ("You may see yourself only.", "Ask for `me`."),
        ("Du kan bare se deg selv.", "Spør etter `me`."),
    ),
}

_REQUEST: Final = {
    "METHOD_NOT_ALLOWED": entry(
        ("GraphQL is asked with GET or POST.", "Send a POST with a JSON body."),
        ("GraphQL spørres med GET eller POST.", "Send en POST med JSON."),
    ),
    "MUTATION_BY_GET": entry(
        ("A GET may only read.", "Send mutations with POST."),
        ("En GET kan bare lese.", "Send mutasjoner med POST."),
    ),
    "STREAM_ELSEWHERE": entry(
        ("A stream has no single answer.", "Use the WebSocket protocol graphql-transport-ws, or `/graphql/stream`."),
        (
            "En strøm har ikke ett enkelt svar.",
            "Bruk WebSocket-protokollen graphql-transport-ws, eller `/graphql/stream`.",
        ),
    ),
    "TOO_MANY_STREAMS": entry(
        ("One line carries at most {limit} operations at a time.", "Complete one before you begin another."),
        ("Én linje fører høyst {limit} operasjoner om gangen.", "Avslutt en før du begynner på en ny."),
    ),
    "MEDIA_TYPE_NOT_SUPPORTED": entry(
        ("The body's media type is not supported.", "Send `Content-Type: application/json`, in UTF-8."),
        ("Innholdets medietype støttes ikke.", "Send `Content-Type: application/json`, i UTF-8."),
    ),
    "ANSWER_NOT_ACCEPTABLE": entry(
        ("None of the media types you accept can be answered.", "Accept `application/graphql-response+json`."),
        ("Ingen av medietypene du godtar, kan besvares.", "Godta `application/graphql-response+json`."),
    ),
    "BODY_TOO_LARGE": entry(
        ("The body is larger than {limit} bytes.", "Send fewer events at a time."),
        ("Innholdet er større enn {limit} byte.", "Send færre hendelser om gangen."),
    ),
    "BODY_NOT_JSON": entry(
        ("The body is not JSON in UTF-8: {detail}.", "Send a JSON object with the text of the operation in `query`."),
        ("Innholdet er ikke JSON i UTF-8: {detail}.", "Send et JSON-objekt med operasjonens tekst i `query`."),
    ),
    "BATCHING_NOT_SUPPORTED": entry(
        ("One request holds one operation.", "Send the operations one by one; events go together in one mutation."),
        ("En forespørsel har én operasjon.", "Send operasjonene hver for seg; hendelser går sammen i én mutasjon."),
    ),
    "PARAMETER_NOT_JSON": entry("`{name}` is not JSON: {detail}.", "`{name}` er ikke JSON: {detail}."),
    "PARAMETER_NOT_A_TEXT": entry("`{name}` must be a text.", "`{name}` må være en tekst."),
    "PARAMETER_NOT_AN_OBJECT": entry("`{name}` must be an object.", "`{name}` må være et objekt."),
    "QUERY_MISSING": entry(
        ("There is no operation in `query`.", "Send the text of the operation in `query`."),
        ("Det er ingen operasjon i `query`.", "Send operasjonens tekst i `query`."),
    ),
    "PERSISTED_QUERY_NOT_FOUND": entry(
        ("No operation is known by that hash.", "Send its text along."),
        ("Ingen operasjon er kjent under det nummeret.", "Send teksten med."),
    ),
    "PERSISTED_QUERY_HASH_WRONG": entry(
        "`sha256Hash` is not the hash of the operation's text.", "`sha256Hash` er ikke operasjonens sjekksum."
    ),
    "DOCUMENT_NOT_TRUSTED": entry(
        ("Only known operations are run here.", "Deliver the operation to those who run the server."),
        ("Bare kjente operasjoner kjøres her.", "Lever operasjonen til dem som drifter tjeneren."),
    ),
    "OPERATION_NOT_NAMED": entry(
        ("`operationName` names none of the operations.", "Name one; it may be left out only where there is just one."),
        ("`operationName` nevner ingen av operasjonene.", "Oppgi én; den kan bare utelates når det bare finnes én."),
    ),
    "DOCUMENT_NOT_VALID": entry(
        "The operation can't be understood: {detail}", "Operasjonen kan ikke forstås: {detail}"
    ),
    "VARIABLES_NOT_VALID": entry(
        "A variable or the name of the operation does not fit: {detail}",
        "En variabel eller operasjonens navn passer ikke: {detail}",
    ),
    "OPERATION_TOO_LARGE": entry(
        ("The operation goes over a limit: {detail}", "Ask for less at a time."),
        ("Operasjonen går over en grense: {detail}", "Spør om mindre om gangen."),
    ),
    "TOO_FAST": entry(
        ("More than {limit} requests within {seconds} seconds.", "Wait a little, and send events together."),
        ("Mer enn {limit} forespørsler på {seconds} sekunder.", "Vent litt, og send hendelser samlet."),
    ),
    "OPERATION_TOO_SLOW": entry(
        ("The answer took longer than {seconds} seconds.", "Ask for less at a time, or again later."),
        ("Svaret tok mer enn {seconds} sekunder.", "Spør om mindre om gangen, eller igjen senere."),
    ),
    "INTERNAL": entry(
        (
            "Something went wrong here. It is logged under {error_id}.",
            "Try again; tell support the number if it stays.",
        ),
        (
            "Noe gikk galt hos oss. Det er logget under {error_id}.",
            "Prøv igjen; oppgi nummeret til støtten om det varer.",
        ),
    ),
}

_INPUT: Final = {
    "INVALID_INPUT": entry("The input does not fit.", "Det som ble sendt, passer ikke."),
    "FIRST_OUT_OF_RANGE": entry("`{name}` must be between 0 and {most}.", "`{name}` må være mellom 0 og {most}."),
    "TOO_MANY_IDS": entry("At most {most} ids go at a time.", "Høyst {most} id-er går om gangen."),
    "CURSOR_NOT_VALID": entry(
        ("The cursor is not one of this list.", "Use an `endCursor` or `cursor` as it was given, or leave it out."),
        (
            "Markøren hører ikke til denne listen.",
            "Bruk en `endCursor` eller `cursor` slik den ble gitt, eller utelat den.",
        ),
    ),
    "DAYS_OUT_OF_RANGE": entry(
        "`from` must not be after `to`, and at most {most} days are shown at a time.",
        "`from` kan ikke være etter `to`, og høyst {most} dager vises om gangen.",
    ),
    "PERIOD_NOT_VALID": entry(
        "`period` must be a window of this board, such as {example}.",
        "`period` må være en periode på denne listen, for eksempel {example}.",
    ),
    "PERIOD_NOT_HERE": entry(
        ("This board has no periods.", "Leave `period` out."), ("Denne listen har ingen perioder.", "Utelat `period`.")
    ),
    "NOT_FOUND": entry("There is no such thing here.", "Det finnes ikke her."),
    "LEARNER_UNKNOWN": entry(
        ("There is no learner `{person}` here.", "Check the spelling, or import the person first."),
        ("Her finnes ingen lærende `{person}`.", "Sjekk skrivemåten, eller importer personen først."),
    ),
    "NO_PACK": entry(
        ("The organisation has no quests yet.", "Publish quest files with `vekst quests publish`."),
        ("Organisasjonen har ingen oppdrag ennå.", "Publiser oppdragsfiler med `vekst quests publish`."),
    ),
}

REQUEST_WORDINGS: Final[dict[str, Entry]] = {**_SIGN_IN, **_REQUEST, **_INPUT}
