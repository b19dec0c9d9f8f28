"""The messages about events, choices and upkeep: why something was not stored or not changed."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Wording

__all__ = ["EVENT_WORDINGS"]

_EVENTS: Final = {
    "NO_EVENTS": Wording("There must be at least one event."),
    "TOO_MANY_EVENTS": Wording("At most {limit} events go in one batch.", "Split the batch; nothing of it was stored."),
    "QUEUE_FULL": Wording(
        "More events wait to be judged here than are let in.",
        "Keep them, and send them again in {seconds} seconds; nothing of the batch was stored.",
    ),
    "EVENTS_TOO_FAST": Wording(
        "More than {limit} events a minute are recorded in your organisation.",
        "Keep them, and send them again in {seconds} seconds; nothing of the batch was stored.",
    ),
    "TIME_WITHOUT_OFFSET": Wording("The time has no offset.", "Write it with one, such as 2026-03-02T09:00:00+01:00."),
    "TIME_NOT_UNDERSTOOD": Wording("This is not a time.", "Write it as in 2026-03-02T09:00:00+01:00."),
    "DATE_NOT_UNDERSTOOD": Wording("This is not a date.", "Write it as in 2026-03-02."),
    "DATA_NOT_AN_OBJECT": Wording(
        "`data` is not an object.", 'Send the event\'s fields as an object, such as {{"minutes": 5}}.'
    ),
    "ID_TAKEN": Wording("The id was used before for something else, and that stays.", "Give this one a new id."),
    "ID_NOT_VALID": Wording("The id must be a text of 1 to {most} characters, without control character NUL."),
    "TYPE_NOT_VALID": Wording("The type must be a text of 1 to {most} characters."),
    "RESERVED_TYPE": Wording(
        "Types that begin with `vekst.` are the server's own.", "Use the mutation that is made for it."
    ),
    "UNKNOWN_TYPE": Wording("The quest files have no event type `{type}`.", "Did you mean `{nearest}`?"),
    "NOT_RECORDED_BY": Wording("Events of the type `{type}` may not be recorded by: {recorded_by}."),
    "UNKNOWN_FIELD": Wording("The type has no field `{name}`.", "Did you mean `{nearest}`?"),
    "MISSING_FIELD": Wording("The field `{name}` is required."),
    "NOT_A_FLAG": Wording("`{name}` must be true or false."),
    "NOT_A_TEXT": Wording("`{name}` must be a text."),
    "NOT_A_NUMBER": Wording("`{name}` must be a number."),
    "NOT_A_CHOICE": Wording("`{name}` must be one of: {choices}.", "Send one of them, spelled like that."),
    "NUMBER_OUT_OF_RANGE": Wording("`{name}` is out of range: from {min} to {max}."),
    "TEXT_TOO_LONG": Wording("`{name}` may have {most} characters."),
    "TEXT_NOT_STORABLE": Wording(
        "A text has a character that can't be kept.", "Leave out NUL and halves of surrogate pairs."
    ),
    "VALUE_NOT_FLAT": Wording("`{name}` must be a number, a text or a flag."),
    "DATA_TOO_LARGE": Wording("`data` may have {most} bytes."),
    "IN_THE_FUTURE": Wording(
        "The time is ahead of the server's, which is {now}.", "Correct the clock by the difference and send it again."
    ),
    "TOO_OLD": Wording(
        "The event comes too late; the earliest time taken now is {earliest}.", "Older history can be imported."
    ),
    "SOURCE_NOT_VALID": Wording(
        "`{source}` can't be the name of a source.", "Use another; `app` and `vekst` are reserved."
    ),
    "PERSON_MISSING": Wording("The event does not say whose it is.", "Give the person's key in `person`."),
    "UNKNOWN_PERSON": Wording("There is nobody `{person}` here.", "Check the spelling, or import the person first."),
    "PERSON_NOT_ACTIVE": Wording("`{person}` is not active any more."),
    "NOT_ALLOWED_TO_RECORD": Wording(
        "You may not record events for `{person}`.", "Leave `person` out to record your own."
    ),
}

_CHOICES: Final = {
    "QUEST_UNKNOWN": Wording("There is no quest `{quest}`."),
    "QUEST_STARTS_BY_ITSELF": Wording("The quest `{quest}` needs no accepting."),
    "ZONE_UNKNOWN": Wording("There is no time zone `{zone}`.", "Use an IANA name, such as Europe/Oslo."),
    "TIME_OFF_BACKWARDS": Wording("Time off can't end before it begins."),
    "TIME_OFF_TOO_LONG": Wording("One time off has at most {most} dates.", "Declare a longer one in parts."),
    "TIME_OFF_TOO_FAR": Wording("Time off can be declared at most {years} years away."),
    "EVENT_UNKNOWN": Wording(
        "There is no event `{id}` of `{source}`.", "Name the event as its recorder did, and its source."
    ),
    "NOT_ALLOWED_TO_VOID": Wording("You may not void this event.", "Ask a manager of the team, or an administrator."),
    "REASON_NOT_VALID": Wording("A reason is needed, of at most {most} characters."),
    "ZONE_CHANGE_STAYS": Wording("A change of zone can't be voided.", "Change the zone again; it holds from then on."),
    "LEADERBOARD_UNKNOWN": Wording("There is no leaderboard `{key}`."),
}

_UPKEEP: Final = {
    "ORGANISATION_KEY_NOT_VALID": Wording(
        "`{key}` can't be an organisation's key.", "Use lower-case letters, digits and hyphens."
    ),
    "ORGANISATION_KEY_TAKEN": Wording("There is an organisation `{key}` already."),
    "NAME_NOT_VALID": Wording("A name has 1 to {most} printable characters."),
    "ROLE_NOT_VALID": Wording("`{person}` can't have the role `{role}`."),
    "PACK_NOT_VALID": Wording("The quest files have errors.", "See what `vekst quests check` says."),
    "FIELD_TYPE_CHANGED": Wording(
        "The field `{name}` of `{event}` was a {was} before.", "Give the field of the new type another name."
    ),
}

EVENT_WORDINGS: Final[dict[str, Wording]] = {**_EVENTS, **_CHOICES, **_UPKEEP}
