"""Columns of many texts, sent as one text with a line for each.

The driver looks at every element of an array for whether it is an array itself, and for texts that takes it longer than
all the rest. So it goes for texts without breaks of lines, as keys and JSON are.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["as_array", "lines"]


def lines(column: Sequence[str]) -> str:
    """The texts of a column, in one; `ValueError` where one has a break, as all after it would go to other rows."""
    text = "\n".join(column)
    if text.count("\n") >= max(1, len(column)):
        raise ValueError("a text that is sent as a line has more than one")
    return text


def as_array(parameter: str) -> str:
    """Of such a text, bound to that parameter, the array again; an empty line is null."""
    return f"string_to_array({parameter}, chr(10), '')"
