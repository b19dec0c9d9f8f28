"""Counts what is asked in Valkey, so that nobody's haste slows the others down; open while Valkey is away.

A caller has so many requests in a minute. An organisation has buckets, into which its tokens flow evenly: who takes one
that is not there yet is told how long that lasts. Scripts do it in one trip, by Valkey's clock.
"""

from __future__ import annotations

import time
from typing import Final, NamedTuple
from uuid import UUID

from vekst.jobs.valkey import Valkey

__all__ = ["WINDOW_SECONDS", "Asked", "Rates"]

WINDOW_SECONDS: Final = 60
_KEPT: Final = 2 * WINDOW_SECONDS
"""Seconds after which what nobody asks for is forgotten: by then a bucket that was overdrawn is full again."""

# `most` tokens fit into a bucket, and as many flow into it in a minute. It may be overdrawn by `below`. Who wants more
# than fits is served from a full one, and pays for it afterwards.
_DRAW: Final = f"""
local function draw(key, wanted, most, below)
  local now = redis.call('TIME')
  now = now[1] + now[2] / 1000000
  local known = redis.call('HMGET', key, 'tokens', 'at')
  local passed = math.max(0, now - (tonumber(known[2]) or now))
  local tokens = math.min(most, (tonumber(known[1]) or most) + passed * most / {WINDOW_SECONDS})
  local missing = math.min(wanted, most) - tokens - below
  if missing <= 0 then tokens = tokens - wanted end
  redis.call('HSET', key, 'tokens', tokens, 'at', now)
  redis.call('EXPIRE', key, {_KEPT})
  return tostring(math.max(0, missing * {WINDOW_SECONDS} / most))
end
"""


# Who is over their own limit takes nothing from their organisation.
_REQUEST: Final = f"""{_DRAW}
local counted = redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], {_KEPT})
local mine, ours = tonumber(ARGV[1]), tonumber(ARGV[2])
if ours == 0 or (mine > 0 and counted > mine) then return {{counted, '0'}} end
return {{counted, draw(KEYS[2], 1, ours, tonumber(ARGV[3]))}}
"""
_EVENTS: Final = f"""{_DRAW}
return draw(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
"""


class Asked(NamedTuple):
    """How many requests of the caller's there were in this minute, and the seconds until the organisation has room."""

    counted: int
    wait: float


class Rates:
    """Counters and buckets, shared by all API processes. People may overdraw their organisation's, systems may not."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey
        self._request = valkey.client.register_script(_REQUEST)
        self._events = valkey.client.register_script(_EVENTS)

    async def ask(self, org_id: UUID, caller: str, *, most: int, of_all: int, person: bool) -> Asked | None:
        """Count a request of the caller's, and take it from their organisation's; None where nobody can tell.

        `most` are the caller's and `of_all` the organisation's requests in a minute; 0 is any number.
        """
        asked: Asked | None = None
        minute = int(time.time()) // WINDOW_SECONDS
        keys = (f"vekst:rate:{org_id}:{caller}:{minute}", _bucket(org_id, "requests"))
        async with self._valkey.trying("rates") as client:
            if client is not None:
                counted, wait = await self._request(keys, (most, of_all, of_all if person else 0))
                asked = Asked(int(counted), float(wait))
        return asked

    async def record(self, org_id: UUID, events: int, *, of_all: int, person: bool) -> float | None:
        """Take so many events from the organisation's `of_all` a minute: the seconds until there is room for them.

        0.0 where there is; None where nobody can tell.
        """
        wait: float | None = None
        async with self._valkey.trying("rates") as client:
            if client is not None:
                keys = (_bucket(org_id, "events"),)
                wait = float(await self._events(keys, (events, of_all, of_all if person else 0)))
        return wait


def _bucket(org_id: UUID, what: str) -> str:
    return f"vekst:bucket:{org_id}:{what}"
