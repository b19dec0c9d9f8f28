"""One moment of the fold: the rules that hear the event take it in, and all that follows from it is given."""

from __future__ import annotations

from collections.abc import Sequence

from vekst.domain.events import ProgressEvent
from vekst.engine.awards import Awards
from vekst.engine.badges import advance_badge, feed_badge
from vekst.engine.event_points import pay_event
from vekst.engine.milestones import count_streak
from vekst.engine.pack import Listener
from vekst.engine.quests import advance_quest, feed_quest, feed_requires
from vekst.engine.tallies import tally_event

__all__ = ["judge_moment"]


def judge_moment(awards: Awards) -> None:
    """Judge the moment's event; as every rule is monotone, the order in which rules are looked at does not matter."""
    _hear(awards)
    _settle(awards)


def _hear(awards: Awards) -> None:
    event = awards.event
    listeners = awards.pack.listeners.get(event.type)
    if listeners is None:
        return
    pay_event(awards)
    for index in _who_hear(listeners.streaks, event):
        count_streak(awards, index)
    for index in _who_hear(listeners.tallies, event):
        tally_event(awards.pack, awards.standing, index, event, day=awards.day)
    quests = [index for index in _who_hear(listeners.requires, event) if feed_requires(awards, index)]
    quests += [index for index in _who_hear(listeners.quests, event) if feed_quest(awards, index, event)]
    badges = [index for index in _who_hear(listeners.badges, event) if feed_badge(awards, index)]
    for index in dict.fromkeys(quests):
        advance_quest(awards, index)
    for index in badges:
        advance_badge(awards, index)


def _who_hear(listeners: Sequence[Listener], event: ProgressEvent) -> list[int]:
    return [listener.rule for listener in listeners if listener.hears(event)]


def _settle(awards: Awards) -> None:
    """Rules that read the whole state are looked at again until nothing moves that they name."""
    while awards.state_moved:
        awards.state_moved = False
        for index in awards.pack.state_quests:
            if index in awards.restless_quests:
                awards.restless_quests.remove(index)
                advance_quest(awards, index)
        for index in awards.pack.state_badges:
            if index in awards.restless_badges:
                awards.restless_badges.remove(index)
                advance_badge(awards, index)
