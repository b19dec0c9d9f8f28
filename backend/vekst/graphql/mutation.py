"""The root of all writing; every mutation is one use case in one transaction."""

from __future__ import annotations

from typing import Annotated

import strawberry

from vekst.graphql.context import Info
from vekst.graphql.fields import resolved
from vekst.graphql.mutation_goals import GoalMutations
from vekst.graphql.mutations.acknowledging import AcknowledgeInput, AcknowledgeResult, acknowledge
from vekst.graphql.mutations.challenges import (
    CancelChallengeInput,
    CancelChallengeResult,
    ChangeChallengeInput,
    ChangeChallengeResult,
    CreateChallengeInput,
    CreateChallengeResult,
    cancel_challenge,
    change_challenge,
    create_challenge,
)
from vekst.graphql.mutations.choices import (
    AcceptQuestInput,
    AcceptQuestResult,
    ChangeZoneInput,
    ChangeZoneResult,
    TakeTimeOffInput,
    TakeTimeOffResult,
    accept_quest,
    change_zone,
    take_time_off,
)
from vekst.graphql.mutations.devices import (
    RegisterDeviceInput,
    RegisterDeviceResult,
    RemoveDeviceInput,
    RemoveDeviceResult,
    register_device,
    remove_device,
)
from vekst.graphql.mutations.feedback import (
    ActOnFeedbackInput,
    ActOnFeedbackResult,
    AskForFeedbackInput,
    AskForFeedbackResult,
    DeleteFeedbackInput,
    DeleteFeedbackResult,
    GiveFeedbackInput,
    GiveFeedbackResult,
    act_on_feedback,
    ask_for_feedback,
    delete_feedback,
    give_feedback,
)
from vekst.graphql.mutations.leaderboards import (
    JoinLeaderboardInput,
    JoinLeaderboardResult,
    LeaveLeaderboardInput,
    LeaveLeaderboardResult,
    join_leaderboard,
    leave_leaderboard,
)
from vekst.graphql.mutations.privacy import (
    EraseMeInput,
    EraseMeResult,
    ExportMyDataResult,
    erase_me,
    export_my_data,
)
from vekst.graphql.mutations.progress import RecordProgressInput, RecordProgressResult, record_progress
from vekst.graphql.mutations.voiding import VoidEventInput, VoidEventResult, void_event

__all__ = ["Mutation"]

_INPUT = "What to do."


@strawberry.type(description="What can be done. Expected failures are members of each result.")
class Mutation(GoalMutations):
    """The mutation root."""

    @resolved("Record events. Each is answered by itself; STORED is said once it is on disk.")
    async def record_progress(
        self, info: Info, batch: Annotated[RecordProgressInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> RecordProgressResult:
        """Events in, receipts out."""
        return await record_progress(info, batch)

    @resolved("Take a wrong event out of the judgement, for its recorder, the learner's managers and admins.")
    async def void_event(
        self, info: Info, choice: Annotated[VoidEventInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> VoidEventResult:
        """M3."""
        return await void_event(info, choice)

    @resolved("Take on a quest that waits to be accepted.")
    async def accept_quest(
        self, info: Info, choice: Annotated[AcceptQuestInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> AcceptQuestResult:
        """Q1."""
        return await accept_quest(info, choice)

    @resolved("Move to another time zone, from now on.")
    async def change_zone(
        self, info: Info, choice: Annotated[ChangeZoneInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> ChangeZoneResult:
        """S1."""
        return await change_zone(info, choice)

    @resolved("Rest on some dates, declared before or after; streaks wait.")
    async def take_time_off(
        self, info: Info, choice: Annotated[TakeTimeOffInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> TakeTimeOffResult:
        """S7."""
        return await take_time_off(info, choice)

    @resolved("Join a leaderboard. Nobody is named on one they did not join.")
    async def join_leaderboard(
        self, info: Info, choice: Annotated[JoinLeaderboardInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> JoinLeaderboardResult:
        """L1."""
        return await join_leaderboard(info, choice)

    @resolved("Leave a leaderboard, at once and without a trace.")
    async def leave_leaderboard(
        self,
        info: Info,
        choice: Annotated[LeaveLeaderboardInput, strawberry.argument(name="input", description=_INPUT)],
    ) -> LeaveLeaderboardResult:
        """L1."""
        return await leave_leaderboard(info, choice)

    @resolved("Set a challenge for one team or several together, for those who manage all of them and admins.")
    async def create_challenge(
        self, info: Info, wish: Annotated[CreateChallengeInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> CreateChallengeResult:
        """C1."""
        return await create_challenge(info, wish)

    @resolved("Change a challenge: while it runs, only in what can't hurt anyone; before, anything; after, nothing.")
    async def change_challenge(
        self, info: Info, wish: Annotated[ChangeChallengeInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> ChangeChallengeResult:
        """C2."""
        return await change_challenge(info, wish)

    @resolved("Call a challenge off before its end. Nobody loses anything by it.")
    async def cancel_challenge(
        self, info: Info, wish: Annotated[CancelChallengeInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> CancelChallengeResult:
        """C3."""
        return await cancel_challenge(info, wish)

    @resolved("Say that one has seen somebody's progress; for managers of the learner's teams, and admins.")
    async def acknowledge(
        self, info: Info, choice: Annotated[AcknowledgeInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> AcknowledgeResult:
        """It is seen."""
        return await acknowledge(info, choice)

    @resolved("Ask a colleague for feedback, on an event of one's own or on a skill.")
    async def ask_for_feedback(
        self, info: Info, choice: Annotated[AskForFeedbackInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> AskForFeedbackResult:
        """The first turn."""
        return await ask_for_feedback(info, choice)

    @resolved("Give a colleague feedback: what worked, and what to try next. Asked for or not.")
    async def give_feedback(
        self, info: Info, choice: Annotated[GiveFeedbackInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> GiveFeedbackResult:
        """The second turn."""
        return await give_feedback(info, choice)

    @resolved("Tell what one tried of a feedback, and in which event.")
    async def act_on_feedback(
        self, info: Info, choice: Annotated[ActOnFeedbackInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> ActOnFeedbackResult:
        """The third turn."""
        return await act_on_feedback(info, choice)

    @resolved("Delete the words of a feedback about oneself.")
    async def delete_feedback(
        self, info: Info, choice: Annotated[DeleteFeedbackInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> DeleteFeedbackResult:
        """No trace of the words is kept."""
        return await delete_feedback(info, choice)

    @resolved(
        "Be told of recognitions on this device while the app is closed. Whoever had the device, has it no longer."
    )
    async def register_device(
        self, info: Info, device: Annotated[RegisterDeviceInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> RegisterDeviceResult:
        """By choice."""
        return await register_device(info, device)

    @resolved("Be told nothing more on this device; to be asked for when somebody signs out.")
    async def remove_device(
        self, info: Info, device: Annotated[RemoveDeviceInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> RemoveDeviceResult:
        """Quiet again."""
        return await remove_device(info, device)

    @resolved("Hand out all that is kept about the caller. It changes nothing.")
    async def export_my_data(self, info: Info) -> ExportMyDataResult:
        """The right to know."""
        return await export_my_data(info)

    @resolved("Take the caller out of the organisation, at once and for good. Nobody of that key is taken in again.")
    async def erase_me(
        self, info: Info, choice: Annotated[EraseMeInput, strawberry.argument(name="input", description=_INPUT)]
    ) -> EraseMeResult:
        """The right to be forgotten."""
        return await erase_me(info, choice)
