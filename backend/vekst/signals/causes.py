"""What caused the work at hand: the id of a request, carried into the log and over the queue into the jobs it wakes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from structlog.contextvars import bound_contextvars, get_contextvars

__all__ = [
    "Cause",
    "current_cause",
    "current_work",
    "new_request_id",
    "request_id",
    "resumed",
    "within_job",
    "within_request",
]

Cause = dict[str, str]
"""What travels with a hint: `request_id`, and what the tracing adds."""

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def new_request_id() -> str:
    """An id for a request whose sender gave none."""
    return secrets.token_hex(8)


def request_id(given: str | None) -> str:
    """The id that the sender gave, if it is one that may stand in a log; else a new one."""
    return given if given and _ID.fullmatch(given) else new_request_id()


@contextmanager
def within_request(name: str) -> Iterator[None]:
    """All that is logged and hinted inside the block belongs to the request of that id."""
    with bound_contextvars(request_id=name):
        yield


@contextmanager
def within_job(name: str) -> Iterator[None]:
    """All that is logged inside the block belongs to the job of that id."""
    with bound_contextvars(job_id=name):
        yield


def current_cause() -> Cause:
    """What is to travel with a hint that is given now."""
    found = get_contextvars().get("request_id")
    return {"request_id": found} if isinstance(found, str) else {}


def current_work() -> str | None:
    """The id of the request at hand, or else of the job."""
    known = get_contextvars()
    found = known.get("request_id") or known.get("job_id")
    return found if isinstance(found, str) else None


@contextmanager
def resumed(cause: Mapping[str, object]) -> Iterator[None]:
    """The block goes on with what the cause began; a text that is no id is not believed, as Valkey is no authority."""
    found = cause.get("request_id")
    with bound_contextvars(**({"request_id": found} if isinstance(found, str) and _ID.fullmatch(found) else {})):
        yield
