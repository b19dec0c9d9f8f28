"""The part of the mutation root that is about goals of one's own."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.graphql.context import Info
from vekst.graphql.fields import resolved
from vekst.graphql.mutations.goals import (
    ChangeGoalInput,
    ChangeGoalResult,
    DeleteGoalInput,
    DeleteGoalResult,
    DropGoalInput,
    DropGoalResult,
    ProposeGoalInput,
    ProposeGoalResult,
    ReflectOnGoalInput,
    ReflectOnGoalResult,
    SetGoalInput,
    SetGoalResult,
    change_goal,
    delete_goal,
    drop_goal,
    propose_goal,
    reflect_on_goal,
    set_goal,
)

__all__ = ["GoalMutations"]

_INPUT = "What to do."


@strawberry.type(description="What can be done about goals.")
class GoalMutations:
    """Inherited by the mutation root."""

    @resolved("Set a goal of one's own, or one that a manager proposed.")
    async def set_goal(
        self, info: Info, choice: Annotated[SetGoalInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> SetGoalResult:
        """Set out."""
        return await set_goal(info, choice)

    @resolved("Propose a goal to a member of a team that one manages, for the member to set or not.")
    async def propose_goal(
        self, info: Info, choice: Annotated[ProposeGoalInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> ProposeGoalResult:
        """Not imposed."""
        return await propose_goal(info, choice)

    @resolved("Give a goal more time, let it ask for less, say why in other words, or share it or not.")
    async def change_goal(
        self, info: Info, choice: Annotated[ChangeGoalInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> ChangeGoalResult:
        """Only what can't hurt."""
        return await change_goal(info, choice)

    @resolved("Look back at a goal, reached or not: what one learnt is recognised.")
    async def reflect_on_goal(
        self, info: Info, choice: Annotated[ReflectOnGoalInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> ReflectOnGoalResult:
        """Once."""
        return await reflect_on_goal(info, choice)

    @resolved("Let go of a goal, or decline a proposal. It costs nothing.")
    async def drop_goal(
        self, info: Info, choice: Annotated[DropGoalInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> DropGoalResult:
        """No event."""
        return await drop_goal(info, choice)

    @resolved("Delete the words of a goal of one's own.")
    async def delete_goal(
        self, info: Info, choice: Annotated[DeleteGoalInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> DeleteGoalResult:
        """No trace of the words is kept."""
        return await delete_goal(info, choice)
