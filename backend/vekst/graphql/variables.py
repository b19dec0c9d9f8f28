"""Whether a part of a document hangs on the variables of a request, or can be worked out once for all of them."""

from __future__ import annotations

from collections.abc import Iterable

from graphql import Node, Visitor, visit

__all__ = ["has_variables"]


def has_variables(nodes: Iterable[Node]) -> bool:
    """Whether a variable stands anywhere in the nodes."""
    finder = _Finder()
    for node in nodes:
        visit(node, finder)
    return finder.found


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, *_args: object) -> None:
        self.found = True
