"""The sentences that people are told, by code: what happened and, where there is one, the cure; English and Bokmål."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["DEFAULT_LOCALE", "LOCALES", "codes", "cure", "text"]

LOCALES: Final = ("en", "nb")
DEFAULT_LOCALE: Final = "en"


class _Wording(NamedTuple):
    """A sentence and its cure; `{name}` stands for a parameter."""

    says: str
    cure: str = ""


class _Entry(NamedTuple):
    en: _Wording
    nb: _Wording


def _entry(en: tuple[str, str] | str, nb: tuple[str, str] | str) -> _Entry:
    return _Entry(*(_Wording(words) if isinstance(words, str) else _Wording(*words) for words in (en, nb)))


class _Params(dict[str, object]):
    """Parameters of a sentence; one that was not given shows as an ellipsis instead of breaking an error message."""

    def __missing__(self, key: str) -> str:
        return "…"


def text(code: str, locale: str, /, **params: object) -> str:
    """The sentence of `code` in that locale (English for any other); the code itself if there is no sentence."""
    entry = _TEXTS.get(code)
    return _wording(entry, locale).says.format_map(_Params(params)) if entry else code


def cure(code: str, locale: str, /, **params: object) -> str | None:
    """What to do about `code`, or None."""
    entry = _TEXTS.get(code)
    words = _wording(entry, locale).cure if entry else ""
    return words.format_map(_Params(params)) if words else None


def codes() -> frozenset[str]:
    """Every code that has a sentence."""
    return frozenset(_TEXTS)


def _wording(entry: _Entry, locale: str) -> _Wording:
    return entry.nb if locale == "nb" else entry.en


_SIGN_IN: Final = {
    "NOT_SIGNED_IN": _entry(
        ("You are not signed in.", "Send a token in the header `Authorization: Bearer …`."),
        ("Du er ikke logget inn.", "Send et token i hodet `Authorization: Bearer …`."),
    ),
    "TOKEN_EXPIRED": _entry(
        ("Your sign-in has expired.", "Sign in again."),
        ("Innloggingen din er utløpt.", "Logg inn på nytt."),
    ),
    "TOKEN_INVALID": _entry(
        ("The token is not valid here.", "Sign in again, with the issuer that this server trusts."),
        ("Tokenet er ikke gyldig her.", "Logg inn på nytt, hos den utstederen som denne tjeneren stoler på."),
    ),
    "ACCOUNT_UNKNOWN": _entry(
        ("The token names nobody who is active in this organisation.", "Ask an administrator to add you."),
        ("Tokenet gjelder ingen som er aktiv i denne organisasjonen.", "Be en administrator om å legge deg til."),
    ),
    "NOT_ALLOWED": _entry("You may not do this.", "Du har ikke tilgang til dette."),
    "NOT_A_LEARNER": _entry(
        ("An integration has no learner of its own.", "Sign in as a person."),
        ("En integrasjon er ikke selv en lærende.", "Logg inn som en person."),
    ),
    "LEARNER_NOT_YOURS": _entry(
        ("You may see yourself only.", "Ask for `me`."),
        ("Du kan bare se deg selv.", "Spør etter `me`."),
    ),
}

_REQUEST: Final = {
    "METHOD_NOT_ALLOWED": _entry(
        ("GraphQL is asked with GET or POST.", "Send a POST with a JSON body."),
        ("GraphQL spørres med GET eller POST.", "Send en POST med JSON."),
    ),
    "MUTATION_BY_GET": _entry(
        ("A GET may only read.", "Send mutations with POST."),
        ("En GET kan bare lese.", "Send mutasjoner med POST."),
    ),
    "MEDIA_TYPE_NOT_SUPPORTED": _entry(
        ("The body's media type is not supported.", "Send `Content-Type: application/json`, in UTF-8."),
        ("Innholdets medietype støttes ikke.", "Send `Content-Type: application/json`, i UTF-8."),
    ),
    "ANSWER_NOT_ACCEPTABLE": _entry(
        ("None of the media types you accept can be answered.", "Accept `application/graphql-response+json`."),
        ("Ingen av medietypene du godtar, kan besvares.", "Godta `application/graphql-response+json`."),
    ),
    "BODY_TOO_LARGE": _entry(
        ("The body is larger than {limit} bytes.", "Send fewer events at a time."),
        ("Innholdet er større enn {limit} byte.", "Send færre hendelser om gangen."),
    ),
    "BODY_NOT_JSON": _entry(
        ("The body is not JSON in UTF-8: {detail}.", "Send a JSON object with the text of the operation in `query`."),
        ("Innholdet er ikke JSON i UTF-8: {detail}.", "Send et JSON-objekt med operasjonens tekst i `query`."),
    ),
    "BATCHING_NOT_SUPPORTED": _entry(
        ("One request holds one operation.", "Send the operations one by one; events go together in one mutation."),
        ("En forespørsel har én operasjon.", "Send operasjonene hver for seg; hendelser går sammen i én mutasjon."),
    ),
    "PARAMETER_WRONG": _entry(
        ("`{name}` of the request is missing or of a wrong type.", "It must be {wanted}."),
        ("`{name}` i forespørselen mangler eller har feil type.", "Det må være {wanted}."),
    ),
    "DOCUMENT_NOT_VALID": _entry(
        "The operation can't be understood: {detail}", "Operasjonen kan ikke forstås: {detail}"
    ),
    "VARIABLES_NOT_VALID": _entry(
        "A variable or the name of the operation does not fit: {detail}",
        "En variabel eller operasjonens navn passer ikke: {detail}",
    ),
    "OPERATION_TOO_LARGE": _entry(
        ("The operation goes over a limit: {detail}", "Ask for less at a time."),
        ("Operasjonen går over en grense: {detail}", "Spør om mindre om gangen."),
    ),
    "OPERATION_TOO_SLOW": _entry(
        ("The answer took longer than {seconds} seconds.", "Ask for less at a time, or again later."),
        ("Svaret tok mer enn {seconds} sekunder.", "Spør om mindre om gangen, eller igjen senere."),
    ),
    "INTERNAL": _entry(
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
    "INVALID_INPUT": _entry("The input does not fit.", "Det som ble sendt, passer ikke."),
    "FIRST_OUT_OF_RANGE": _entry("`{name}` must be between 0 and {most}.", "`{name}` må være mellom 0 og {most}."),
    "CURSOR_NOT_VALID": _entry(
        ("The cursor is not one of this list.", "Use an `endCursor` or `cursor` as it was given, or leave it out."),
        (
            "Markøren hører ikke til denne listen.",
            "Bruk en `endCursor` eller `cursor` slik den ble gitt, eller utelat den.",
        ),
    ),
    "DAYS_OUT_OF_RANGE": _entry(
        "`from` must not be after `to`, and at most {most} days are shown at a time.",
        "`from` kan ikke være etter `to`, og høyst {most} dager vises om gangen.",
    ),
    "NOT_FOUND": _entry("There is no such thing here.", "Det finnes ikke her."),
    "LEARNER_UNKNOWN": _entry(
        ("There is no learner `{person}` here.", "Check the spelling, or import the person first."),
        ("Her finnes ingen lærende `{person}`.", "Sjekk skrivemåten, eller importer personen først."),
    ),
    "NO_PACK": _entry(
        ("The organisation has no quests yet.", "Publish quest files with `vekst quests publish`."),
        ("Organisasjonen har ingen oppdrag ennå.", "Publiser oppdragsfiler med `vekst quests publish`."),
    ),
}

_EVENTS: Final = {
    "NO_EVENTS": _entry("There must be at least one event.", "Det må være minst én hendelse."),
    "TOO_MANY_EVENTS": _entry(
        ("At most {limit} events go in one batch.", "Split the batch; nothing of it was stored."),
        ("Høyst {limit} hendelser går i én bunke.", "Del opp bunken; ingenting av den ble lagret."),
    ),
    "TIME_WITHOUT_OFFSET": _entry(
        ("The time has no offset.", "Write it with one, such as 2026-03-02T09:00:00+01:00."),
        ("Tidspunktet mangler tidsforskyvning.", "Skriv det med, for eksempel 2026-03-02T09:00:00+01:00."),
    ),
    "TIME_NOT_UNDERSTOOD": _entry(
        ("This is not a time.", "Write it as in 2026-03-02T09:00:00+01:00."),
        ("Dette er ikke et tidspunkt.", "Skriv det som 2026-03-02T09:00:00+01:00."),
    ),
    "DATE_NOT_UNDERSTOOD": _entry(
        ("This is not a date.", "Write it as in 2026-03-02."),
        ("Dette er ikke en dato.", "Skriv den som 2026-03-02."),
    ),
    "DATA_NOT_AN_OBJECT": _entry(
        ("`data` is not an object.", 'Send the event\'s fields as an object, such as {{"minutes": 5}}.'),
        ("`data` er ikke et objekt.", 'Send hendelsens felter som et objekt, for eksempel {{"minutes": 5}}.'),
    ),
}

_TEXTS: Final[Mapping[str, _Entry]] = {**_SIGN_IN, **_REQUEST, **_INPUT, **_EVENTS}
