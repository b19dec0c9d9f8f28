"""The one error that ends an import before the file does."""

from __future__ import annotations

__all__ = ["ImportStopped"]


class ImportStopped(Exception):
    """The file cannot be read on; the message is one line and ends with the cure. What was stored stays stored."""
