"""What a push says: a title and a sentence in the device's language, and what it is about, for the app to open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from vekst.domain.recognitions import Identity, RecognitionKind
from vekst.domain.texts import text
from vekst.engine.explain import Explainer
from vekst.engine.pack import Pack
from vekst.storage.devices_store import News

__all__ = ["NOTABLE", "TOPIC", "message"]

NOTABLE: Final = (
    RecognitionKind.QUEST,
    RecognitionKind.BADGE,
    RecognitionKind.MILESTONE,
    RecognitionKind.LEVEL,
    RecognitionKind.CHALLENGE,
    RecognitionKind.GOAL,
)
"""What is worth a message to somebody who is away. Single events and steps show in the app; nothing is said of what was
taken back."""

TOPIC: Final = "recognitions"
"""One for all of them, so that a later message takes the place of an earlier one that was not seen."""

_TITLE_AT_MOST: Final = 200


def message(news: Sequence[News], pack: Pack | None, language: str) -> bytes:
    """The message about these recognitions, newest first, of which there is at least one; as JSON."""
    newest, count = news[0], len(news)
    title = _title(newest, pack, language)
    if count > 1:
        title, body = text("PUSH_MANY_TITLE", language, count=count), text("PUSH_MANY", language, title=title)
    else:
        body = text(f"PUSH_{newest.kind}", language, occurrence=newest.occurrence)
    return msgspec.json.encode(
        {
            "title": title,
            "body": body,
            "lang": language,
            "tag": TOPIC,
            "count": count,
            "newest": {
                "kind": newest.kind,
                "key": newest.key,
                "tier": newest.tier or None,
                "occurrence": newest.occurrence,
            },
        }
    )


def _title(newest: News, pack: Pack | None, language: str) -> str:
    if newest.kind == RecognitionKind.CHALLENGE:
        return text("PUSH_CHALLENGE_TITLE", language)
    if pack is None:
        return newest.key
    locale = next((each for each in pack.locales if each.partition("-")[0].lower() == language), pack.locales[0])
    identity = Identity(newest.kind, newest.key, newest.tier, newest.occurrence)
    return Explainer(pack, locale).title(identity)[:_TITLE_AT_MOST]
