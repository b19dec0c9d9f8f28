"""A typed way to make a resolver a field of the schema, always with its description."""

from __future__ import annotations

from collections.abc import Callable

import strawberry
from strawberry.types.field import StrawberryField

__all__ = ["resolved", "streamed"]


def resolved(description: str, kind: object = None) -> Callable[[Callable[..., object]], StrawberryField]:
    """Decorate a resolver: it becomes a field with that description, of the type that it says if no `kind` is given."""

    def decorate(resolver: Callable[..., object]) -> StrawberryField:
        field: StrawberryField = strawberry.field(resolver, description=description, graphql_type=kind)
        return field

    return decorate


def streamed(description: str) -> Callable[[Callable[..., object]], StrawberryField]:
    """Decorate a generator: it becomes a field of the subscriptions with that description."""

    def decorate(generator: Callable[..., object]) -> StrawberryField:
        field: StrawberryField = strawberry.subscription(generator, description=description)
        return field

    return decorate
