"""What a learner's goal needs before it is stored: a criterion that quest files could hold, a date, words."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from vekst.domain.errors import InvalidInput
from vekst.domain.learner_goals import AHEAD_AT_MOST, OPEN_AT_MOST, TERMS_AT_MOST, WORDS_AT_MOST
from vekst.domain.storable import is_storable
from vekst.engine.pack import Pack
from vekst.quests.learner_goals import GoalFault, faults_of, is_easier
from vekst.storage import goals_store, packs_store
from vekst.storage.goals_store import GoalRow

__all__ = ["GoalTerms", "check_easier", "check_later", "check_terms", "check_words", "terms_text"]


@dataclass(frozen=True, slots=True)
class GoalTerms:
    """What a goal asks for, a JSON value in the form of a criterion of quest files, and its last date."""

    earn: object
    until: date


def terms_text(earn: object) -> str:
    """The criterion as one text, the same for all that mean the same JSON; `InvalidInput` for what can't be kept."""
    try:
        written = json.dumps(earn, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError):
        written = "\0"
    if len(written) > TERMS_AT_MOST or not is_storable(written) or "\\u0000" in written:
        raise InvalidInput("GOAL_TERMS_NOT_VALID", field="earn", detail="…")
    return written


def check_words(words: str | None, field: str) -> None:
    """Refuse words that are blank or too many; None is left out."""
    if words is None:
        return
    if not is_storable(words):
        raise InvalidInput("TEXT_NOT_STORABLE", field=field)
    if not words.strip() or len(words) > WORDS_AT_MOST:
        raise InvalidInput("GOAL_WORDS_NOT_VALID", field=field, most=WORDS_AT_MOST)


async def check_terms(
    connection: AsyncConnection,
    org_id: UUID,
    learner_id: UUID,
    terms: GoalTerms,
    *,
    pack: Pack,
    today: date,
    locale: str,
) -> None:
    """Refuse a goal that no quest file could hold, one that rests on outcomes, and one too many, too late, too far."""
    if not today <= terms.until <= today + timedelta(days=AHEAD_AT_MOST):
        raise InvalidInput("GOAL_DATE_NOT_VALID", field="until", most=AHEAD_AT_MOST)
    if await goals_store.count_open(connection, org_id, learner_id, today) >= OPEN_AT_MOST:
        raise InvalidInput("GOALS_TOO_MANY", most=OPEN_AT_MOST)
    files = await packs_store.files_of(connection, org_id, pack.version)
    faults = await asyncio.to_thread(faults_of, terms.earn, files)
    if not faults:
        return
    first = faults[0]
    if isinstance(first, GoalFault):
        raise InvalidInput(first.value, field="earn")
    raise InvalidInput("GOAL_TERMS_NOT_VALID", field="earn", detail=f"{first.message(locale)} ({first.cure(locale)})")


def check_easier(earn: object, row: GoalRow, pack: Pack) -> None:
    """Refuse what is not the same goal with lower thresholds."""
    if not is_easier(earn, json.loads(row.earn)):
        raise InvalidInput("GOAL_ONLY_EASIER", field="earn")
    if pack.learner_goal(terms_text(earn)) is None:
        raise InvalidInput("GOAL_TERMS_NOT_VALID", field="earn", detail="…")


def check_later(until: date, row: GoalRow, today: date) -> None:
    """Refuse less time than there is, and too much."""
    if until < row.until:
        raise InvalidInput("GOAL_ONLY_LATER", field="until")
    if until > today + timedelta(days=AHEAD_AT_MOST):
        raise InvalidInput("GOAL_DATE_NOT_VALID", field="until", most=AHEAD_AT_MOST)
