"""How a process collects garbage: rarely, and never what lives as long as the process."""

from __future__ import annotations

import gc

__all__ = ["settle_garbage"]

_AT_ONCE = 50_000
_BIG_BATCHES = 300_000


def settle_garbage(*, big_batches: bool = False) -> None:
    """Keep what is there now out of collections, and let a request's or a batch's objects come and go between two.

    Nearly all of them are freed by counting; a collection in the middle of a batch would walk them all in vain. With
    `big_batches` that goes for the standings of a batch, too, each of which is a tree.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_BIG_BATCHES if big_batches else _AT_ONCE, 20, 50)
