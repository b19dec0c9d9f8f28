"""The pack of these tests: the craft pack in two languages, Norwegian first."""

from __future__ import annotations

from typing import Final

from tests.support.packs import CRAFT

__all__ = ["BILINGUAL"]

BILINGUAL: Final = {
    **CRAFT,
    "pack.yaml": CRAFT["pack.yaml"].replace("locales: [en]", "locales: [nb, en]"),
    "rules.yaml": CRAFT["rules.yaml"]
    .replace("title: Brave caller", "title: {en: Brave caller, nb: Modig ringer}")
    .replace("title: Better questions", "title: {en: Better questions, nb: Bedre spørsmål}"),
}
