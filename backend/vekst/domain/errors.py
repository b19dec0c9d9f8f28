"""The errors that cross layers: each has a stable code, what fills its message, and the field at fault, if any."""

from __future__ import annotations

__all__ = ["InvalidInput", "NotAllowed", "NotFound", "NotSignedIn", "TooMany", "Unavailable", "VekstError"]


class VekstError(Exception):
    """An expected failure that a caller is told about.

    `code` is stable and upper snake; `params` fill the message of that code in the caller's language;
    `field` names the part of the input at fault.
    """

    code = "FAILED"

    def __init__(self, code: str | None = None, *, field: str | None = None, **params: object) -> None:
        self.code = code or type(self).code
        self.field = field
        self.params = params
        super().__init__(f"{self.code} {params}" if params else self.code)


class NotSignedIn(VekstError):
    """No valid token came with the request."""

    code = "NOT_SIGNED_IN"


class NotAllowed(VekstError):
    """The caller is known, and may not do this."""

    code = "NOT_ALLOWED"


class InvalidInput(VekstError):
    """The input can't be understood or does not fit."""

    code = "INVALID_INPUT"


class TooMany(VekstError):
    """More than a stated limit."""

    code = "TOO_MANY"


class Unavailable(VekstError):
    """What is needed for an answer is away for the moment; nothing is wrong with the request."""

    code = "UNAVAILABLE"


class NotFound(VekstError):
    """What was named does not exist, or not for this caller."""

    code = "NOT_FOUND"
