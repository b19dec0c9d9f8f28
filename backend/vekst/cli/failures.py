"""How a command fails: one line that names the cure, and exit code 1, or 2 when the command was called wrongly."""

from __future__ import annotations

import socket
from typing import Final, NamedTuple

from typer import TyperException

from vekst.cli.server_failures import explain_of_server
from vekst.embedded import EmbeddedError

__all__ = ["Explained", "Failure", "explain"]

_NETWORK: Final = (ConnectionError, TimeoutError, socket.gaierror)


class Failure(Exception):
    """An end that was foreseen; the message is what the user reads, with the cure."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        self.code = code
        super().__init__(message)


class Explained(NamedTuple):
    """What to print, and with what to exit."""

    text: str
    code: int


def explain(error: Exception) -> Explained | None:
    """The failure in words for its reader; None for one that nobody foresaw."""
    match error:
        case Failure():
            return Explained(str(error), error.code)
        case TyperException():
            return Explained(_wrong_call(error), error.exit_code)
        case EmbeddedError():
            return Explained(str(error), 1)
        case OSError() if isinstance(error.filename, str):
            return Explained(f"{error.filename}: {(error.strerror or 'cannot be read').lower()}; check the path", 1)
    return _explain_of_app(error)


def _wrong_call(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    said = " ".join(error.format_message().split()).rstrip(".")
    return f"{said}; see: {context.command_path if context else 'vekst'} --help"


def _explain_of_app(error: Exception) -> Explained | None:
    # These are imported only now, when something has failed, so that a good run of a light command stays light.
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from vekst.domain.errors import VekstError
    from vekst.domain.texts import DEFAULT_LOCALE, cure, text
    from vekst.imports import ImportStopped, PeopleFileProblem, WrongMapping

    match error:
        case VekstError():
            words = (text(error.code, DEFAULT_LOCALE, **error.params), cure(error.code, DEFAULT_LOCALE, **error.params))
            return Explained(" ".join(filter(None, words)), 1)
        case ImportStopped() | PeopleFileProblem() | WrongMapping():
            return Explained(str(error), 1)
        case ValidationError() if error.title == "Settings":
            return Explained("; ".join(_setting(detail["loc"], detail["msg"]) for detail in error.errors()), 1)
        case UnicodeDecodeError():
            told = f"a file is not text in UTF-8 (byte {error.start + 1}: {error.reason})"
            return Explained(f"{told}; save it so, and look at .env first", 1)
        case SettingsError():
            return Explained(f"{error}; correct the environment variable or .env", 1)
        case OSError() if error.strerror and not isinstance(error, _NETWORK):
            return Explained(f"{error.strerror.lower()}; check the file, and the device that it lies on", 1)
    of_server = explain_of_server(error)
    return Explained(of_server, 1) if of_server else None


def _setting(loc: tuple[int | str, ...], message: str) -> str:
    said = message.removeprefix("Value error, ")
    return f"VEKST_{str(loc[0]).upper()}: {said}" if loc else said
