"""What is kept about people, told to everyone: each kind of data, what for, who sees it and for how long.

Every table belongs to one kind (`vekst.domain.personal_data`), and so does what is kept beside the tables; one that
nobody placed fails the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from vekst.catalogues import translated

__all__ = ["DATA_KINDS", "DataKind", "Words", "sources"]


class Words(NamedTuple):
    """A sentence by its code, in English; the catalogues hold it in other languages."""

    code: str
    english: str

    def to(self, locale: str, **params: object) -> str:
        """The sentence in that locale, English for one without a catalogue, filled in."""
        return translated("personal-data", self.code, self.english, locale).format_map(params)


@dataclass(frozen=True, slots=True)
class DataKind:
    """One kind of data. In `kept_for`, `{days}` stands for the retention of the pack."""

    key: str
    title: Words
    purpose: Words
    seen_by: Words
    kept_for: Words


def _kind(key: str, *, title: str, purpose: str, seen_by: str, kept_for: str) -> DataKind:
    said = {"title": title, "purpose": purpose, "seen_by": seen_by, "kept_for": kept_for}
    return DataKind(key, **{name: Words(f"{key} {name}", sentence) for name, sentence in said.items()})


_WHILE_MEMBER: Final = "Until you are erased from the organisation at your request."

DATA_KINDS: Final = (
    _kind(
        "PROFILE",
        title="Your name and your teams",
        purpose="To know who signs in, in which time zone your days run and which teams you belong to.",
        seen_by=(
            "You, managers of your teams and administrators; colleagues see your name where you take part with them."
        ),
        kept_for=_WHILE_MEMBER,
    ),
    _kind(
        "EVENTS",
        title="What you did: progress events",
        purpose=(
            "To recognise learning and practice. Everything else is judged from these; a failed attempt takes nothing."
        ),
        seen_by="You and administrators; whoever recorded an event for you knows that event.",
        kept_for="At least {days} days; older ones may be erased then. The recognitions stay.",
    ),
    _kind(
        "RECOGNITIONS",
        title="Your recognitions and their reasons",
        purpose="To show what you earned, why, and by which rule.",
        seen_by=(
            "You and administrators; managers of your teams see which quests, badges, milestones and levels "
            "you reached by effort, without the evidence."
        ),
        kept_for=_WHILE_MEMBER,
    ),
    _kind(
        "ACKNOWLEDGEMENTS",
        title="That somebody has seen your progress",
        purpose="To let you know who noticed your effort, and to show managers what nobody has noticed yet.",
        seen_by=(
            "You and administrators see by whom and when; managers of your teams see what nobody has acknowledged yet."
        ),
        kept_for=("As long as the recognition that was seen. If who saw it is erased, nobody stands in their place."),
    ),
    _kind(
        "STANDING",
        title="Where you stand",
        purpose=("To show points, levels, quests and streaks at once; it is counted up from your events alone."),
        seen_by=(
            "You and administrators; managers of your teams see how you grow: skills, quests, badges, streaks "
            "and how much you did of what kind, without days. You see every number that they see."
        ),
        kept_for=_WHILE_MEMBER,
    ),
    _kind(
        "LEADERBOARDS",
        title="Your places on leaderboards",
        purpose="To show streaks and effort to those who want that; never results of sales.",
        seen_by=(
            "Others see your name only on boards that you are on, and only in the upper half, of this week or month as "
            "of past ones. You can leave any board, and are gone from its past as well."
        ),
        kept_for=(
            "A place until you leave the board, or the run that it shows has ended; those of past weeks and months "
            "{days} days. Your choice until you choose otherwise."
        ),
    ),
    _kind(
        "CHALLENGES",
        title="Your share in team challenges",
        purpose="To see whether a team reaches what it set out to, and to recognise those who contributed.",
        seen_by=(
            "Your own share: you alone, unless you join the challenge's board. Teams and managers see how the whole "
            "goes; people are counted, not named. Of a team beside yours you only see that it reached the goal; "
            "who set a challenge, only administrators see."
        ),
        kept_for=(
            "While it runs, nothing: it is counted from your events. Your share of the result until you are erased; "
            "the sums of the team stay, and name nobody."
        ),
    ),
    _kind(
        "FEEDBACK",
        title="The words of feedback",
        purpose="To help you grow: what worked, what to try next, what you tried.",
        seen_by="The two whom it is between, and nobody else; not a manager, not an administrator.",
        kept_for=(
            "Until the person it is about deletes it. That it took place stays among the events, without its words."
        ),
    ),
    _kind(
        "GOALS",
        title="Your goals and what you say about them",
        purpose="To help you towards what you set out to do, and to recognise reaching it and learning from it.",
        seen_by="You; managers of your teams and administrators see goals that you share, or that they proposed.",
        kept_for=(
            "Until you delete them. That you set one and looked back stays among the events, without words. What you "
            "proposed to another is theirs; if you are erased, nobody stands as who proposed it."
        ),
    ),
    _kind(
        "AUDIT",
        title="What was done in administering the organisation",
        purpose="So that it can be told afterwards who changed roles, rules and data, and whom it concerned.",
        seen_by="Administrators and whoever runs the service; you see in your export what concerns you.",
        kept_for="As long as the organisation exists; once you are erased, without you.",
    ),
    _kind(
        "DEVICES",
        title="Devices that you want to be reached on",
        purpose="To tell you of a recognition while the app is closed, in your language.",
        seen_by=(
            "You. The maker of your browser or phone carries the messages, and reads neither words nor names: they are "
            "encrypted for your device alone."
        ),
        kept_for=(
            "Until you remove the device, somebody else signs in on it, its maker no longer knows it, or you register "
            "more than ten."
        ),
    ),
    _kind(
        "MESSAGES",
        title="Messages on their way",
        purpose="To tell your phone that there is something new.",
        seen_by="Nobody; they are delivered to you.",
        kept_for="Until they are delivered.",
    ),
    _kind(
        "TRAFFIC",
        title="That you ask",
        purpose="To keep one caller's haste from slowing down the others, and to find out what went wrong.",
        seen_by=("Whoever runs the service, in its log: requests and learners by number, without names or words."),
        kept_for="How often you ask is counted for two minutes; the log for as long as your organisation keeps it.",
    ),
    _kind(
        "ERASURES",
        title="That somebody was erased",
        purpose=("So that an import does not bring back who was erased: a keyed fingerprint that tells nobody's name."),
        seen_by="Nobody; the service only compares.",
        kept_for="As long as the organisation exists.",
    ),
    _kind(
        "ORGANISATION",
        title="Rules and upkeep of the organisation",
        purpose=("To run the service: published quest files, connected systems, checks. Nothing here is about you."),
        seen_by="Whoever runs the service; everyone reads the rules.",
        kept_for="As long as the organisation exists.",
    ),
)


def sources() -> Mapping[str, str]:
    """Every sentence in English, by its code."""
    words = (word for kind in DATA_KINDS for word in (kind.title, kind.purpose, kind.seen_by, kind.kept_for))
    return {word.code: word.english for word in words}
