"""The messages about devices, and the words of pushes: what somebody reads on a phone that lies on the table."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Wording

__all__ = ["PUSH_WORDINGS"]

_DEVICES: Final = {
    "PUSH_OFF": Wording(
        "No pushes are sent here.", "Ask for `push` first: it is null where none are; recognitions wait in `changes`."
    ),
    "ENDPOINT_NOT_VALID": Wording(
        "`endpoint` is no address that pushes can be sent to.", "Send the `endpoint` of the subscription as it is."
    ),
    "DEVICE_KEYS_NOT_VALID": Wording(
        "`p256dh` and `auth` are not the keys of a subscription.", "Send both in base64url, as the browser gives them."
    ),
}

_WORDS: Final = {
    "PUSH_QUEST": Wording("A quest completed. Well done!"),
    "PUSH_BADGE": Wording("A badge for what you did."),
    "PUSH_MILESTONE": Wording("A milestone of your streak: {occurrence}."),
    "PUSH_LEVEL": Wording("You reached level {occurrence}."),
    "PUSH_CHALLENGE": Wording("Your team made it, and you were part of it."),
    "PUSH_CHALLENGE_TITLE": Wording("A challenge, met together"),
    "PUSH_GOAL": Wording("A goal that you had set yourself."),
    "PUSH_MANY_TITLE": Wording("New for you: {count}"),
    "PUSH_MANY": Wording("{title}, and more."),
}

PUSH_WORDINGS: Final[dict[str, Wording]] = {**_DEVICES, **_WORDS}
