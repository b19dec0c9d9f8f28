"""The one error that the launcher of private servers raises."""

__all__ = ["EmbeddedError"]


class EmbeddedError(Exception):
    """The private servers cannot be had; the message is one line and ends with the cure."""
