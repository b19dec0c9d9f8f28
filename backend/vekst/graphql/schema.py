"""The schema as one object, and its text, which is exported to `schema/schema.graphql`."""

from __future__ import annotations

from functools import cache

import strawberry
from graphql import GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from vekst.graphql.mutation import Mutation
from vekst.graphql.permissions import guard
from vekst.graphql.query import Query
from vekst.graphql.refusals import HANDLERS
from vekst.graphql.scalars import SCALARS
from vekst.graphql.subscription import Subscription
from vekst.graphql.types.challenges import Challenge
from vekst.graphql.types.feedback import Feedback
from vekst.graphql.types.learners import Learner
from vekst.graphql.types.quests import Quest
from vekst.graphql.types.recognitions import Recognition

__all__ = ["VekstSchema", "build_schema", "sdl"]


class VekstSchema(strawberry.Schema):
    """Strawberry's schema with a way to the one underneath, which our own execution runs."""

    @property
    def core(self) -> GraphQLSchema:
        """The schema as graphql-core knows it."""
        return self._schema


@cache
def build_schema() -> VekstSchema:
    """The schema; building it takes a moment, so there is one per process."""
    config = StrawberryConfig(scalar_map=SCALARS)
    guard((Query, Mutation, Subscription), config.name_converter.from_field)
    return VekstSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Challenge, Feedback, Learner, Quest, Recognition],
        config=config,
        exception_handlers=HANDLERS,
    )


def sdl() -> str:
    """The schema's text, as clients read it."""
    return f"{build_schema().as_str()}\n"
