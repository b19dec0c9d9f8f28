"""Devices: where pushes may reach the caller while the app is closed, and where no longer."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.graphql.context import Info
from vekst.graphql.refusals import InvalidInput, NotAllowed, NotSignedIn

__all__ = [
    "RegisterDeviceInput",
    "RegisterDeviceResult",
    "RemoveDeviceInput",
    "RemoveDeviceResult",
    "register_device",
    "remove_device",
]


@strawberry.input(description="A subscription to pushes, as the browser or the app made it with the key of `push`.")
class RegisterDeviceInput:
    """The input of `registerDevice`."""

    endpoint: str = strawberry.field(
        description="The address at the push service; the device is told apart by it, and it is to be kept a secret."
    )
    p256dh: str = strawberry.field(description="The device's public key, in base64url.")
    auth: str = strawberry.field(description="The device's secret, in base64url.")


@strawberry.input(description="A device to be left in peace.")
class RemoveDeviceInput:
    """The input of `removeDevice`."""

    endpoint: str = strawberry.field(description="The address at the push service.")


@strawberry.type(description="The caller is reached on the device, and nobody else any more.")
class RegisterDevice:
    """The result of `registerDevice`."""

    language: str = strawberry.field(description="The language of its messages: that of this request.")


@strawberry.type(description="Nothing is sent to the device any more.")
class RemoveDevice:
    """The result of `removeDevice`."""

    removed: bool = strawberry.field(description="Whether it was one of the caller's; false when sent again.")


RegisterDeviceResult = Annotated[
    RegisterDevice | NotSignedIn | NotAllowed | InvalidInput,
    strawberry.union("RegisterDeviceResult", description="The device is registered, or why not."),
]
RemoveDeviceResult = Annotated[
    RemoveDevice | NotSignedIn | NotAllowed | InvalidInput,
    strawberry.union("RemoveDeviceResult", description="The device is removed, or why not."),
]


async def register_device(info: Info, device: RegisterDeviceInput) -> RegisterDevice:
    """Be reached; to register again is to bring keys and language up to date."""
    context = info.context
    language = context.languages.messages
    await context.factory.devices().register(
        context.actor, endpoint=device.endpoint, p256dh=device.p256dh, auth=device.auth, language=language
    )
    return RegisterDevice(language=language)


async def remove_device(info: Info, device: RemoveDeviceInput) -> RemoveDevice:
    """Be left in peace."""
    context = info.context
    return RemoveDevice(removed=await context.factory.devices().remove(context.actor, device.endpoint))
