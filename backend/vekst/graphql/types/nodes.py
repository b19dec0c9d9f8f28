"""Relay's common types: the node interface and the page information of connections."""

from __future__ import annotations

from typing import TypeVar

import strawberry

from vekst.domain.errors import InvalidInput

__all__ = ["PAGE_AT_MOST", "PAGE_USUAL", "Node", "PageInfo", "given", "page_size"]

PAGE_AT_MOST = 100
PAGE_USUAL = 20

T = TypeVar("T")


@strawberry.interface(description="An object with an id that is unique over all types.")
class Node:
    """What `node(id:)` can find again."""

    id: strawberry.ID = strawberry.field(description="The object's id: opaque, and the same for ever.")


@strawberry.type(description="What a client needs to ask for more of a connection.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether there is more after the last edge.")
    has_previous_page: bool = strawberry.field(description="Whether the page began after a cursor.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last edge; give it as `after` for more.")

    @classmethod
    def of(cls, cursors: list[str], *, more: bool, begun: bool) -> PageInfo:
        """The page information of the edges with these cursors; `begun` tells the first page."""
        first, last = (cursors[0], cursors[-1]) if cursors else (None, None)
        return cls(has_next_page=more, has_previous_page=not begun, start_cursor=first, end_cursor=last)


def given(value: T | None) -> T | None:
    """The value of an optional argument; None where it was left out, as where it was null."""
    return None if value is strawberry.UNSET else value


def page_size(first: int | None, *, name: str = "first", usual: int = PAGE_USUAL, most: int = PAGE_AT_MOST) -> int:
    """How many are asked for; `InvalidInput` for less than none or more than `most`."""
    asked = given(first)
    if asked is None:
        return usual
    if not 0 <= asked <= most:
        raise InvalidInput("FIRST_OUT_OF_RANGE", field=name, name=name, most=most)
    return asked
