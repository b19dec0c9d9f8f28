"""The form of a message: a sentence and its cure, in English; the catalogues hold them in other languages."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Wording"]


class Wording(NamedTuple):
    """A sentence and its cure; `{name}` stands for a parameter."""

    says: str
    cure: str = ""
