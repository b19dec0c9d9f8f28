"""What is kept about people, told to everyone: each kind of data, what for, who sees it and for how long.

Every table belongs to one kind (`vekst.domain.personal_data`); a table that nobody placed fails the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

__all__ = ["DATA_KINDS", "DataKind", "Words"]


class Words(NamedTuple):
    """A sentence in English and in Bokmål; `{days}` stands for the retention of the pack."""

    en: str
    nb: str

    def to(self, locale: str, **params: object) -> str:
        """The sentence in that locale, English for any other."""
        return (self.nb if locale == "nb" else self.en).format_map(params)


@dataclass(frozen=True, slots=True)
class DataKind:
    """One kind of data."""

    key: str
    title: Words
    purpose: Words
    seen_by: Words
    kept_for: Words


_WHILE_MEMBER: Final = Words(
    "Until you are erased from the organisation at your request.",
    "Til du slettes fra organisasjonen når du ber om det.",
)

DATA_KINDS: Final = (
    DataKind(
        "PROFILE",
        Words("Your name and your teams", "Navnet ditt og lagene dine"),
        Words(
            "To know who signs in, in which time zone your days run and which teams you belong to.",
            "For å vite hvem som logger inn, hvilken tidssone dagene dine følger og hvilke lag du hører til.",
        ),
        Words(
            "You and administrators; colleagues see your name where you take part with them.",
            "Du og administratorer; kolleger ser navnet ditt der du deltar sammen med dem.",
        ),
        _WHILE_MEMBER,
    ),
    DataKind(
        "EVENTS",
        Words("What you did: progress events", "Det du har gjort: hendelser"),
        Words(
            "To recognise learning and practice. Everything else is judged from these; a failed attempt takes nothing.",
            "For å anerkjenne læring og øving. Alt annet bedømmes ut fra disse; et mislykket forsøk koster ingenting.",
        ),
        Words(
            "You and administrators; whoever recorded an event for you knows that event.",
            "Du og administratorer; den som registrerte en hendelse for deg, kjenner den hendelsen.",
        ),
        Words(
            "At least {days} days; older ones may be erased then. The recognitions stay.",
            "I minst {days} dager; deretter kan de slettes. Anerkjennelsene består.",
        ),
    ),
    DataKind(
        "RECOGNITIONS",
        Words("Your recognitions and their reasons", "Anerkjennelsene dine og grunnene til dem"),
        Words(
            "To show what you earned, why, and by which rule.",
            "For å vise hva du har oppnådd, hvorfor, og etter hvilken regel.",
        ),
        Words(
            "You and administrators; managers of your teams see which quests, badges, milestones and levels you "
            "reached by effort, without the evidence, and may tell you that they have seen it.",
            "Du og administratorer; lederne av lagene dine ser hvilke oppdrag, merker, milepæler og nivåer du har nådd "
            "med innsats, uten grunnlaget, og kan si fra at de har sett det.",
        ),
        _WHILE_MEMBER,
    ),
    DataKind(
        "STANDING",
        Words("Where you stand", "Hvor du står"),
        Words(
            "To show points, levels, quests and streaks at once; it is counted up from your events alone.",
            "For å vise poeng, nivåer, oppdrag og rekker med en gang; det regnes ut bare fra hendelsene dine.",
        ),
        Words(
            "You and administrators; managers of your teams see how you grow: skills, quests, badges, streaks and how "
            "much you did of what kind, without days. You see every number that they see.",
            "Du og administratorer; lederne av lagene dine ser hvordan du vokser: ferdigheter, oppdrag, merker, rekker "
            "og hvor mye du gjorde av hvert slag, uten dager. Du ser hvert tall de ser.",
        ),
        _WHILE_MEMBER,
    ),
    DataKind(
        "LEADERBOARDS",
        Words("Your places on leaderboards", "Plassene dine på resultatlister"),
        Words(
            "To show streaks and effort to those who want that; never results of sales.",
            "For å vise rekker og innsats til dem som vil det; aldri salgsresultater.",
        ),
        Words(
            "Others see your name only on boards that you are on, and only in the upper half. You can leave any board.",
            "Andre ser navnet ditt bare på lister du er med på, og bare i øvre halvdel. Du kan forlate alle lister.",
        ),
        Words(
            "A place until you leave the board or what it counts has ended; your choice until you choose otherwise.",
            "En plass til du forlater listen eller det den teller er over; valget ditt til du velger noe annet.",
        ),
    ),
    DataKind(
        "CHALLENGES",
        Words("Your share in team challenges", "Din del i lagutfordringer"),
        Words(
            "To see whether a team reaches what it set out to, and to recognise those who contributed.",
            "For å se om et lag når det de ville, og for å anerkjenne dem som bidro.",
        ),
        Words(
            "Your own share: you alone. Teams and managers see how the whole goes; people are counted, not named.",
            "Din egen del: bare du. Lag og ledere ser hvordan helheten går; folk telles og nevnes ikke.",
        ),
        _WHILE_MEMBER,
    ),
    DataKind(
        "FEEDBACK",
        Words("The words of feedback", "Ordene i tilbakemeldinger"),
        Words(
            "To help you grow: what worked, what to try next, what you tried.",
            "For å hjelpe deg å vokse: hva som virket, hva du kan prøve, og hva du prøvde.",
        ),
        Words(
            "The two whom it is between, and nobody else; not a manager, not an administrator.",
            "De to den er mellom, og ingen andre; ingen leder og ingen administrator.",
        ),
        Words(
            "Until the person it is about deletes it. That it took place stays among the events, without its words.",
            "Til den det gjelder, sletter den. At den fant sted, står igjen blant hendelsene, uten ordene.",
        ),
    ),
    DataKind(
        "MESSAGES",
        Words("Messages on their way", "Meldinger på vei"),
        Words("To tell your phone that there is something new.", "For å si fra til telefonen om noe nytt."),
        Words("Nobody; they are delivered to you.", "Ingen; de leveres til deg."),
        Words("Until they are delivered.", "Til de er levert."),
    ),
    DataKind(
        "ERASURES",
        Words("That somebody was erased", "At noen er slettet"),
        Words(
            "So that an import does not bring back who was erased: a keyed fingerprint that tells nobody's name.",
            "For at en import ikke skal hente tilbake den som er slettet: et avtrykk med nøkkel som ikke røper navnet.",
        ),
        Words("Nobody; the service only compares.", "Ingen; tjenesten bare sammenligner."),
        Words("As long as the organisation exists.", "Så lenge organisasjonen finnes."),
    ),
    DataKind(
        "ORGANISATION",
        Words("Rules and upkeep of the organisation", "Organisasjonens regler og drift"),
        Words(
            "To run the service: published quest files, connected systems, checks. Nothing here is about you.",
            "For å drive tjenesten: publiserte oppdragsfiler, tilkoblede systemer, kontroller. Ingenting gjelder deg.",
        ),
        Words("Whoever runs the service; everyone reads the rules.", "De som driver tjenesten; alle kan lese reglene."),
        Words("As long as the organisation exists.", "Så lenge organisasjonen finnes."),
    ),
)
