"""An export of personal data in words: what is kept, what for, who sees it, for how long, and then the data itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vekst.domain.transparency import DATA_KINDS, Words

__all__ = ["readable", "sources"]

_HEADING = Words("page heading", "What is kept about {person}, as of {at}")
_FOR = Words("page for", "What for")
_SEEN = Words("page seen", "Who sees it")
_KEPT = Words("page kept", "How long")
_NOTHING = Words("page nothing", "Nothing.")


def readable(kinds: Mapping[str, Mapping[str, object]], *, person: str, at: str, days: int | None, locale: str) -> str:
    """The export as a text in that locale; `days` is the retention of the pack."""
    lines = [_HEADING.to(locale, person=person, at=at), ""]
    for kind in DATA_KINDS:
        tables = kinds.get(kind.key)
        if tables is None:
            continue
        lines += [f"# {kind.title.to(locale)}"]
        lines += [f"{_FOR.to(locale)}: {kind.purpose.to(locale)}", f"{_SEEN.to(locale)}: {kind.seen_by.to(locale)}"]
        lines += [f"{_KEPT.to(locale)}: {kind.kept_for.to(locale, days=days if days is not None else '…')}", ""]
        told = [line for name, rows in tables.items() for line in _table(name, rows)]
        lines += [*(told or [_NOTHING.to(locale)]), ""]
    return "\n".join(lines).rstrip() + "\n"


def sources() -> Mapping[str, str]:
    """Every sentence in English, by its code."""
    return {word.code: word.english for word in (_HEADING, _FOR, _SEEN, _KEPT, _NOTHING)}


def _table(name: str, rows: object) -> Iterator[str]:
    """The rows of a table, a line each; nothing where there are none."""
    if not rows:
        return
    yield f"{name}:"
    for row in rows if isinstance(rows, list) else [rows]:
        yield f"  - {_row(row)}"


def _row(row: object) -> str:
    if isinstance(row, Mapping):
        return ", ".join(f"{name}: {_row(value)}" for name, value in row.items() if value not in (None, "", [], {}))
    if isinstance(row, list):
        return "[" + "; ".join(_row(each) for each in row) + "]"
    return str(row)
