"""An organisation to send bad input to, and another one that nobody may see or touch."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from uuid import uuid4

from fastapi import FastAPI

from tests.support.full import fill
from tests.support.organisations import Organisation, new_event
from tests.support.packs import WITH_CHALLENGES
from vekst.domain.actors import Role
from vekst.factory import Factory, Process
from vekst.graphql.opaque import learner_node, quest_node, recognition_node
from vekst.services.people import PersonEntry
from vekst.tokens import DevelopmentIssuer

__all__ = ["OTHER", "World"]

OTHER = "Zephyrine Elsewhere"
"""Somebody of the other organisation, whose name is in no answer."""


@dataclass(slots=True)
class World:
    """The app, who may sign in, and ids that exist."""

    app: FastAPI
    process: Process
    issuer: DevelopmentIssuer
    organisation: Organisation
    tokens: dict[str, str]
    ids: list[str]
    address: str
    """Where the app is served on a real line, if it is."""

    @classmethod
    async def create(cls, app: FastAPI, process: Process, issuer: DevelopmentIssuer, address: str = "") -> World:
        """A world with two organisations in which something has happened."""
        factory = Factory(process)
        ours, theirs = [
            Organisation(factory, await factory.organisations().create(key), key)
            for key in (f"ours-{uuid4().hex[:12]}", f"theirs-{uuid4().hex[:12]}")
        ]
        await fill(theirs)
        await factory.people().upsert(theirs.id, [PersonEntry("zephyrine", name=OTHER)])
        await ours.publish(WITH_CHALLENGES)
        await ours.hire("kari", "ola", team="north")
        await ours.hire("nora", team="north", role=Role.MANAGER)
        await ours.hire("adam", role=Role.ADMIN)
        await ours.integration()
        await ours.record("kari", *(new_event(str(number), minutes=5) for number in range(3)))
        await ours.judge()
        tokens = {person: issuer.token(ours.key, person=person) for person in ("kari", "ola", "nora", "adam")}
        tokens["crm"] = issuer.token(ours.key, integration="crm")
        ids = [quest_node("x")]
        for each in (ours, theirs):
            kari = (await each.actor("kari")).learner_id
            assert kari is not None
            ids += [learner_node(kari), recognition_node(kari, 1)]
        return cls(app, process, issuer, ours, tokens, ids, address)

    def token(self, chance: Random) -> str | None:
        """Somebody's token, or nobody's."""
        return chance.choice([*self.tokens.values(), self.tokens["kari"], self.tokens["nora"], None])
