"""The messages about personal data: what must be confirmed, and who is gone."""

from __future__ import annotations

from typing import Final

from vekst.domain.wordings import Wording

__all__ = ["PRIVACY_WORDINGS"]

PRIVACY_WORDINGS: Final[dict[str, Wording]] = {
    "ERASURE_NOT_CONFIRMED": Wording(
        "Nothing was erased: it was not confirmed.", "Send your own key, `{person}`, as `confirm`. It is for good."
    ),
    "PERSON_ERASED": Wording("That person was erased from the organisation."),
}
