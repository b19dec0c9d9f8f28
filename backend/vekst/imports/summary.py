"""What an import did, row by row counted: stored, already there, skipped, refused and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vekst.domain.receipts import ReceiptStatus

__all__ = ["Reason", "Refusal", "Summary"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not stored; a conflict is one too (its id is there, with other content)."""

    row: int
    code: str
    text: str
    field: str | None = None


@dataclass(slots=True)
class Reason:
    """How many rows were refused with one code, and the first of them as an example."""

    first: Refusal
    rows: int = 0


@dataclass(slots=True)
class Summary:
    """The counts of an import; every row is in exactly one of them."""

    rows: int = 0
    people: int = 0
    """People who were added on the way."""
    statuses: Counter[ReceiptStatus] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    """Left out on purpose, by the mapping's `because`."""
    refused: dict[tuple[str, str | None], Reason] = field(default_factory=dict)
    """By code and field."""

    def refuse(self, refusal: Refusal) -> None:
        """Count a row that was not stored."""
        self.refused.setdefault((refusal.code, refusal.field), Reason(refusal)).rows += 1

    @property
    def stored(self) -> int:
        """Events that are new."""
        return self.statuses[ReceiptStatus.STORED]

    @property
    def duplicates(self) -> int:
        """Events that were there already."""
        return self.statuses[ReceiptStatus.DUPLICATE]

    @property
    def refusals(self) -> int:
        """Rows that were not stored."""
        return sum(reason.rows for reason in self.refused.values())

    @property
    def in_vain(self) -> bool:
        """Whether rows were refused, and no row of the file is stored, now or before: a wrong mapping, most likely."""
        return bool(self.refused) and not self.stored and not self.duplicates

    def as_json(self) -> dict[str, object]:
        """The counts for machines."""
        reasons = [
            {
                "code": code,
                "field": where,
                "rows": reason.rows,
                "firstRow": reason.first.row,
                "example": reason.first.text,
            }
            for (code, where), reason in sorted(self.refused.items(), key=lambda one: (-one[1].rows, one[0][0]))
        ]
        return {
            "rows": self.rows,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "refused": self.refusals,
            "skipped": sum(self.skipped.values()),
            "people": self.people,
            "refusedBy": reasons,
            "skippedBy": [{"because": because, "rows": rows} for because, rows in self.skipped.most_common()],
        }
