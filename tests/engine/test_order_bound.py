"""M1's first exception: which rules may keep what was given before a late event came."""

from __future__ import annotations

from vekst.domain.recognitions import Identity, RecognitionKind
from vekst.engine.order import order_bound, rests_on_order

from tests.support.judging import pack_of

BEST = "{personal_best: {event: call.practised, field: score, after: 2}}"
CALL = "{count: {event: call.practised, at_least: 1}}"
