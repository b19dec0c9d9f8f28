"""Waiting for a condition with a deadline, the only kind of waiting in this package."""

import time
from collections.abc import Callable

__all__ = ["wait_for"]

_INTERVAL = 0.01


def wait_for(condition: Callable[[], bool], patience: float) -> bool:
    """Ask until `condition` holds or `patience` seconds have passed; say whether it held. It is asked at least once."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_INTERVAL)
    return True
