"""The expected failures of the schema: one small set of types for every result union, and how errors become them."""

from __future__ import annotations

from typing import Final, TypeVar

import strawberry
from strawberry.schema.exception_handlers import ExceptionHandler
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from vekst.domain import errors
from vekst.domain.texts import cure, text

__all__ = ["HANDLERS", "InvalidInput", "NotAllowed", "NotFound", "NotSignedIn", "Refusal", "TooMany"]


@strawberry.interface(description="An expected failure: nothing was done, and the caller can be told why.")
class Refusal:
    """What every expected failure says."""

    code: str = strawberry.field(description="A stable code in upper snake case.")
    message: str = strawberry.field(description="What is wrong, in the caller's language.")
    field: str | None = strawberry.field(description="The part of the input at fault, such as `events`.")
    cure: str | None = strawberry.field(description="What to do about it, in the caller's language.")


@strawberry.type(description="No valid token came with the request.")
class NotSignedIn(Refusal):
    """The type of `errors.NotSignedIn`."""


@strawberry.type(description="The caller is known, and may not do this.")
class NotAllowed(Refusal):
    """The type of `errors.NotAllowed`."""


@strawberry.type(description="The input can't be understood or does not fit.")
class InvalidInput(Refusal):
    """The type of `errors.InvalidInput`."""


@strawberry.type(description="More than a stated limit.")
class TooMany(Refusal):
    """The type of `errors.TooMany`."""


@strawberry.type(description="What was named does not exist, or not for this caller.")
class NotFound(Refusal):
    """The type of `errors.NotFound`."""


Kind = TypeVar("Kind", bound=errors.VekstError)
RefusalType = TypeVar("RefusalType", bound=Refusal)


class _Told(ExceptionHandler[Kind, RefusalType]):
    """Turns one kind of error into its type, where the field's union has that type."""

    def __init__(self, exception_type: type[Kind], error_type: type[RefusalType]) -> None:
        self.exception_type = (exception_type,)
        self.error_type = error_type

    def handle(self, exception: Kind, *, field: StrawberryField, info: Info) -> RefusalType:
        """The refusal, in the caller's language; which of the schema's fields raised it makes no difference."""
        del field
        locale = info.context.languages.messages
        return self.error_type(
            code=exception.code,
            message=text(exception.code, locale, **exception.params),
            field=exception.field,
            cure=cure(exception.code, locale, **exception.params),
        )


HANDLERS: Final = (
    _Told(errors.NotSignedIn, NotSignedIn),
    _Told(errors.NotAllowed, NotAllowed),
    _Told(errors.InvalidInput, InvalidInput),
    _Told(errors.TooMany, TooMany),
    _Told(errors.NotFound, NotFound),
)
