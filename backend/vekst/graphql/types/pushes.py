"""What an app needs to subscribe to pushes."""

from __future__ import annotations

import strawberry

from vekst.graphql.context import Context

__all__ = ["Push", "push_of"]


@strawberry.type(description="Web Push: messages about recognitions that come while the app is closed.")
class Push:
    """What devices subscribe with."""

    public_key: str = strawberry.field(
        description="The service's public key in base64url: `applicationServerKey` of a subscription."
    )


def push_of(context: Context) -> Push | None:
    """None where no pushes are sent."""
    key = context.factory.devices().public_key
    return Push(public_key=key) if key else None
