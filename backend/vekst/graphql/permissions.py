"""Who may do what, as data: a rule for every field of the roots and for every type of node; what has none is denied.

The guard asks for a role before anything of the field runs. How far the field then reaches depends on what is named,
and is kept where that is read or written. Tests try every field as every kind of caller, and what names somebody or
something from another organisation too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from inspect import isawaitable
from typing import Any, Final

from strawberry.extensions import FieldExtension
from strawberry.types import get_object_definition
from strawberry.types.info import Info

from vekst.domain.actors import Actor, Role
from vekst.domain.errors import NotAllowed

__all__ = ["NODES", "PERMISSIONS", "Permission", "Reach", "guard"]


class Reach(Enum):
    """How far a field reaches, in words for people."""

    OWN = "what is one's own"
    ORGANISATION = "what is everyone's in the organisation"
    LEARNER = "oneself, and anyone for an admin"
    TEAM = "what one's teams have, what the teams have that one manages, and everything for an admin"
    LED_TEAM = "the teams that one manages, and every team for an admin"
    RECORDING = "oneself, the members of the teams that one manages, and everyone for an integration"
    VOIDING = "what one recorded, what the members of the teams have that one manages, and everything for an admin"
    COLLEAGUE = "anyone in the organisation but oneself"
    EXCHANGE = "feedback of which one is one of the two, each in their turn"
    GOAL = "one's own goals; those that members share are read by who manages their teams, and by admins"
    ADMINISTRATION = "what was done in administering the organisation, for an admin"
    ACT = "an act of one's own organisation, for an admin"
    NODE = "what the node's type allows"


@dataclass(frozen=True, slots=True)
class Permission:
    """One rule: a role that it takes, and how far it reaches. Everyone who is signed in as a person is a learner."""

    roles: frozenset[Role]
    reach: Reach

    def admits(self, actor: Actor) -> bool:
        """Whether the actor has one of the roles."""
        return not self.roles.isdisjoint(actor.roles)


def _people(reach: Reach) -> Permission:
    return Permission(frozenset({Role.LEARNER}), reach)


def _people_and_integrations(reach: Reach) -> Permission:
    return Permission(frozenset({Role.LEARNER, Role.INTEGRATION}), reach)


def _admins(reach: Reach) -> Permission:
    return Permission(frozenset({Role.ADMIN}), reach)


PERMISSIONS: Final[Mapping[str, Permission]] = {
    "Query.me": _people(Reach.OWN),
    "Query.node": _people(Reach.NODE),
    "Query.nodes": _people(Reach.NODE),
    "Query.learner": _people(Reach.LEARNER),
    "Query.team": _people(Reach.TEAM),
    "Query.quests": _people(Reach.ORGANISATION),
    "Query.changes": _people(Reach.OWN),
    "Query.transparency": _people(Reach.ORGANISATION),
    "Query.auditLog": _admins(Reach.ADMINISTRATION),
    "Query.push": _people(Reach.ORGANISATION),
    "Query.leaderboard": _people(Reach.TEAM),
    "Query.challenge": _people(Reach.TEAM),
    "Query.challenges": _people(Reach.TEAM),
    "Mutation.recordProgress": _people_and_integrations(Reach.RECORDING),
    "Mutation.voidEvent": _people_and_integrations(Reach.VOIDING),
    "Mutation.acceptQuest": _people(Reach.OWN),
    "Mutation.changeZone": _people(Reach.OWN),
    "Mutation.takeTimeOff": _people(Reach.OWN),
    "Mutation.joinLeaderboard": _people(Reach.OWN),
    "Mutation.leaveLeaderboard": _people(Reach.OWN),
    "Mutation.createChallenge": _people(Reach.LED_TEAM),
    "Mutation.changeChallenge": _people(Reach.LED_TEAM),
    "Mutation.cancelChallenge": _people(Reach.LED_TEAM),
    "Mutation.askForFeedback": _people(Reach.COLLEAGUE),
    "Mutation.giveFeedback": _people(Reach.EXCHANGE),
    "Mutation.actOnFeedback": _people(Reach.EXCHANGE),
    "Mutation.deleteFeedback": _people(Reach.EXCHANGE),
    "Mutation.setGoal": _people(Reach.OWN),
    "Mutation.proposeGoal": _people(Reach.LED_TEAM),
    "Mutation.changeGoal": _people(Reach.GOAL),
    "Mutation.reflectOnGoal": _people(Reach.GOAL),
    "Mutation.dropGoal": _people(Reach.GOAL),
    "Mutation.deleteGoal": _people(Reach.GOAL),
    "Mutation.acknowledge": _people(Reach.LED_TEAM),
    "Mutation.registerDevice": _people(Reach.OWN),
    "Mutation.removeDevice": _people(Reach.OWN),
    "Mutation.exportMyData": _people(Reach.OWN),
    "Mutation.eraseMe": _people(Reach.OWN),
    "Subscription.recognitions": _people(Reach.OWN),
    "Subscription.leaderboard": _people(Reach.TEAM),
    "Subscription.challenge": _people(Reach.TEAM),
}

NODES: Final[Mapping[str, Reach]] = {
    "AuditEntry": Reach.ACT,
    "Challenge": Reach.TEAM,
    "Feedback": Reach.EXCHANGE,
    "Goal": Reach.GOAL,
    "Learner": Reach.LEARNER,
    "Quest": Reach.ORGANISATION,
    "Recognition": Reach.LEARNER,
}


def guard(roots: Iterable[type], name_of: Callable[[Any], str]) -> None:
    """Put the guard before every field of the roots; `name_of` tells a field's name in the schema."""
    for root in roots:
        definition = get_object_definition(root, strict=True)
        for field in definition.fields:
            permission = PERMISSIONS.get(f"{definition.name}.{name_of(field)}")
            field.extensions.append(_Guard(permission))


class _Guard(FieldExtension):
    """Lets in whoever has a role of the rule, and nobody where there is no rule."""

    def __init__(self, permission: Permission | None) -> None:
        self._permission = permission

    async def resolve_async(
        self, next_: Callable[..., object], source: object, info: Info, **arguments: object
    ) -> object:
        """Look at the caller first, and only then ask the resolver, or begin the stream."""
        actor = info.context.actor
        if self._permission is None or not self._permission.admits(actor):
            raise NotAllowed("NOT_A_LEARNER" if actor.learner_id is None else NotAllowed.code)
        answer = next_(source, info, **arguments)
        return await answer if isawaitable(answer) else answer
