"""Event points (E1): the first so many events of each window pay."""

from __future__ import annotations

from vekst.domain.periods import window_key, window_start
from vekst.domain.recognitions import Identity, Nature, RecognitionKind
from vekst.engine.awards import Awards
from vekst.engine.measures import forget_old

__all__ = ["pay_event"]


def pay_event(awards: Awards) -> None:
    """Pay the moment's event if its type pays and its window has room; the evidence of #k is the first k events."""
    event_type = awards.pack.event_types[awards.event.type]
    awards.practised(event_type.skill)
    cap = event_type.at_most
    if not event_type.points or cap is None or not awards.counts_for(event_type.since):
        return
    windows = awards.standing.paid.setdefault(event_type.key, {})
    refs = windows.setdefault(window_start(cap.per, awards.day), [])
    if len(refs) >= cap.times:
        return
    refs.append(awards.event.ref)
    forget_old(windows)
    nature = Nature.OUTCOME if event_type.is_outcome else Nature.EFFORT
    occurrence = f"{window_key(cap.per, awards.day)}#{len(refs)}"
    identity = Identity(RecognitionKind.EVENT, event_type.key, "", occurrence)
    awards.give(identity, event_type.points, nature, skill=event_type.skill, evidence=refs)
