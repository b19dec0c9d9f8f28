"""Why an operation is left to the standard executor."""

from __future__ import annotations

__all__ = ["NotCompiledError"]


class NotCompiledError(Exception):
    """The operation asks for something that is not compiled; nothing is wrong with it."""
