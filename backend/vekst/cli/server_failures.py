"""Failures of PostgreSQL and Valkey in words: which of the two it was, what it said, and what to look at."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

__all__ = ["explain_of_server"]

_STANDBY: Final = "25006"
_NOT_ALLOWED: Final = "42501"
# By the class of what PostgreSQL says, which is the first two characters of its code.
_CURES: Final = {
    "28": ("refuses", "check VEKST_DATABASE_URL"),
    "3D": ("refuses", "check VEKST_DATABASE_URL"),
    "53": ("is short of what it needs", "make room for it, and do this again"),
    "55": ("is busy", "do this again when it is less so"),
}


def explain_of_server(error: Exception) -> str | None:
    """The failure in words; None for one that is no server's."""
    from redis.exceptions import ConnectionError as ValkeySilent
    from sqlalchemy.exc import DBAPIError

    match error:
        case DBAPIError():
            return _explain_of_postgresql(error)
        case ValkeySilent():
            return f"Valkey does not answer ({_first_line(error)}); check VEKST_REDIS_URL"
        case ConnectionError() | TimeoutError() | socket.gaierror():
            return f"a service does not answer ({_first_line(error)}); see: vekst doctor"
    return None


def _explain_of_postgresql(error: DBAPIError) -> str | None:
    from sqlalchemy.exc import InterfaceError, OperationalError

    said, code = _first_line(error.orig), getattr(error.orig, "sqlstate", None) or ""
    if code == _STANDBY:
        return f"PostgreSQL takes no writes ({said}); name the primary in VEKST_DATABASE_URL"
    if code == _NOT_ALLOWED:
        return f"PostgreSQL does not allow it ({said}); let VEKST_DATABASE_URL name the owner of the database"
    if code[:2] in _CURES:
        does, cure = _CURES[code[:2]]
        return f"PostgreSQL {does} ({said}); {cure}"
    if isinstance(error, OperationalError | InterfaceError):
        return f"PostgreSQL does not answer ({said}); check VEKST_DATABASE_URL"
    return None


def _first_line(error: BaseException | None) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].strip()
