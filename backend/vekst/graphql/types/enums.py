"""The enums of the schema, each value described; names are those of the domain and the engine."""

from __future__ import annotations

from enum import Enum

import strawberry

__all__ = [
    "ChallengeForm",
    "ChallengeGoalKind",
    "ChallengeState",
    "DayState",
    "EventNature",
    "FeedbackSide",
    "FeedbackState",
    "Freshness",
    "GoalSize",
    "GoalState",
    "GoalTopic",
    "GrowthTopic",
    "LeaderboardTies",
    "PointsNature",
    "QuestState",
    "ReceiptStatus",
    "RecognitionKind",
    "StepState",
    "StreakState",
]


@strawberry.enum(description="What a recognition was given for.")
class RecognitionKind(Enum):
    """The kinds of ledger entries."""

    EVENT = strawberry.enum_value("EVENT", description="One event that pays points by itself.")
    STEP = strawberry.enum_value("STEP", description="A step of a quest; its key is `quest/step`.")
    QUEST = strawberry.enum_value("QUEST", description="A completed quest.")
    BADGE = strawberry.enum_value("BADGE", description="A badge, or one tier of it.")
    MILESTONE = strawberry.enum_value(
        "MILESTONE", description="A length that a streak reached; the occurrence says which."
    )
    LEVEL = strawberry.enum_value("LEVEL", description="A level of a skill; the occurrence says which.")
    CHALLENGE = strawberry.enum_value("CHALLENGE", description="A challenge that the team met.")
    GOAL = strawberry.enum_value("GOAL", description="A goal that the learner had set, reached. It gives no points.")
    REFLECTION = strawberry.enum_value(
        "REFLECTION", description="A look back at a goal of one's own, reached or not. It gives no points."
    )
    REVERSAL = strawberry.enum_value(
        "REVERSAL", description="A recognition taken back, since the evidence it rested on was voided."
    )


@strawberry.enum(description="Whether points come from effort or from an outcome.")
class PointsNature(Enum):
    """The natures of points."""

    EFFORT = strawberry.enum_value("effort", description="Learning, practice, reflection and feedback.")
    OUTCOME = strawberry.enum_value("outcome", description="A result; it counts only in proportion to effort.")


@strawberry.enum(description="Whether a skill was practised lately. Levels are never lost.")
class Freshness(Enum):
    """K2."""

    NEW = strawberry.enum_value("NEW", description="No evidence of it yet.")
    FRESH = strawberry.enum_value("FRESH", description="Practised lately.")
    FADING = strawberry.enum_value("FADING", description="Not practised for a while: an invitation, not a loss.")


@strawberry.enum(description="Where a quest stands for a learner.")
class QuestState(Enum):
    """The states of a quest."""

    LOCKED = strawberry.enum_value(
        "LOCKED", description="What it requires is not there yet, or it is not for this date."
    )
    AVAILABLE = strawberry.enum_value("AVAILABLE", description="It waits for the learner to accept it.")
    OPEN = strawberry.enum_value("OPEN", description="It can be worked on.")
    COMPLETED = strawberry.enum_value("COMPLETED", description="All its steps are completed.")


@strawberry.enum(description="Where a step of a quest stands for a learner.")
class StepState(Enum):
    """The states of a step."""

    LOCKED = strawberry.enum_value("LOCKED", description="The quest is not open, or the step before it not completed.")
    OPEN = strawberry.enum_value("OPEN", description="It can be worked on.")
    COMPLETED = strawberry.enum_value("COMPLETED", description="It is done.")


@strawberry.enum(description="Where a streak stands right now.")
class StreakState(Enum):
    """The states of a streak."""

    NOT_STARTED = strawberry.enum_value("NOT_STARTED", description="Nothing yet; any day is a good first one.")
    DONE = strawberry.enum_value("DONE", description="This period is done.")
    DUE = strawberry.enum_value("DUE", description="This period asks for something, and there is still time.")
    RESTING = strawberry.enum_value("RESTING", description="Nothing is asked for in this period.")
    ENDED = strawberry.enum_value("ENDED", description="The run ended; the next one can begin at once.")


@strawberry.enum(description="A date in a streak's calendar.")
class DayState(Enum):
    """The states of a date."""

    ACTIVE = strawberry.enum_value("ACTIVE", description="Done.")
    FROZEN = strawberry.enum_value("FROZEN", description="Not done; a freeze kept the run alive.")
    REST = strawberry.enum_value("REST", description="Nothing was asked for: a weekend, a holiday, time off.")
    OPEN = strawberry.enum_value("OPEN", description="Nothing was done. It counts against nobody.")
    DUE = strawberry.enum_value("DUE", description="Today, and not done yet.")
    AHEAD = strawberry.enum_value("AHEAD", description="Still to come.")


@strawberry.enum(description="Where a challenge stands.")
class ChallengeState(Enum):
    """The states of a challenge."""

    DRAFT = strawberry.enum_value("DRAFT", description="Being prepared; only its managers see it.")
    SCHEDULED = strawberry.enum_value("SCHEDULED", description="Announced, and not begun.")
    RUNNING = strawberry.enum_value("RUNNING", description="What is done now counts.")
    SETTLING = strawberry.enum_value("SETTLING", description="Over; what was done in time may still arrive.")
    SETTLED = strawberry.enum_value("SETTLED", description="The result is final.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="Called off before its end.")


@strawberry.enum(description="How the teams of a challenge stand to each other.")
class ChallengeForm(Enum):
    """The forms of a challenge."""

    TOGETHER = strawberry.enum_value("TOGETHER", description="As one: all their members count towards one goal.")
    SIDE_BY_SIDE = strawberry.enum_value(
        "SIDE_BY_SIDE",
        description="Each team has its own result: the share of its members who got there, never a total.",
    )


@strawberry.enum(description="Whom the goal of a challenge asks for how much.")
class ChallengeGoalKind(Enum):
    """C2."""

    EVERYONE = strawberry.enum_value("EVERYONE", description="Each member who is asked reaches it.")
    TOGETHER = strawberry.enum_value("TOGETHER", description="All members together reach it.")
    SHARE = strawberry.enum_value("SHARE", description="A share of the members who are asked reach it.")


@strawberry.enum(description="What became of an event that was handed in.")
class ReceiptStatus(Enum):
    """The statuses of receipts."""

    STORED = strawberry.enum_value("STORED", description="It is on disk; it will be judged.")
    DUPLICATE = strawberry.enum_value("DUPLICATE", description="It was stored before, with the same content.")
    CONFLICT = strawberry.enum_value(
        "CONFLICT", description="The id was used before, with other content; that one stays."
    )
    REFUSED = strawberry.enum_value("REFUSED", description="It was not stored; the problem says why. The id is free.")


@strawberry.enum(description="Which of the two the caller is.")
class FeedbackSide(Enum):
    """The sides of feedback."""

    ABOUT_ME = strawberry.enum_value("ABOUT_ME", description="Feedback about the caller: asked for, or given unasked.")
    FROM_ME = strawberry.enum_value("FROM_ME", description="Feedback that the caller was asked for, or gave unasked.")


@strawberry.enum(description="How far a feedback has come.")
class FeedbackState(Enum):
    """The states of feedback."""

    ASKED = strawberry.enum_value("ASKED", description="It was asked for, and waits to be given.")
    GIVEN = strawberry.enum_value("GIVEN", description="It was given.")
    ACTED_ON = strawberry.enum_value("ACTED_ON", description="The learner told what they tried of it.")


@strawberry.enum(description="What kind of thing an event is: four kinds of effort, and outcomes.")
class EventNature(Enum):
    """The natures of event types."""

    PRACTICE = strawberry.enum_value("practice", description="Trying it.")
    LEARNING = strawberry.enum_value("learning", description="Taking something in.")
    REFLECTION = strawberry.enum_value("reflection", description="Looking back.")
    FEEDBACK = strawberry.enum_value("feedback", description="Asking for it, giving it, using it.")
    OUTCOME = strawberry.enum_value("outcome", description="A result.")


@strawberry.enum(description="What a part of a development conversation is about.")
class GrowthTopic(Enum):
    """The parts of the conversation."""

    TRIED = strawberry.enum_value("tried", description="What was tried.")
    IMPROVED = strawberry.enum_value("improved", description="What moved, and what was reached.")
    FEEDBACK = strawberry.enum_value("feedback", description="Feedback asked for, given and acted on.")
    GOALS = strawberry.enum_value("goals", description="Goals of one's own: reached, under way, and learnt from.")
    KEPT_UP = strawberry.enum_value("kept_up", description="The streaks that are alive.")


@strawberry.enum(description="How a goal of one's own stands. Nothing here is a failure.")
class GoalState(Enum):
    """The states of a goal."""

    PROPOSED = strawberry.enum_value("PROPOSED", description="A manager proposed it; nothing counts before it is set.")
    OPEN = strawberry.enum_value("OPEN", description="Set, and its last date is not over.")
    REACHED = strawberry.enum_value("REACHED", description="Reached, and recognised.")
    PAST = strawberry.enum_value("PAST", description="Its last date is over: an invitation to look back.")
    LEARNED = strawberry.enum_value("LEARNED", description="Looked back at and learnt from, which is recognised too.")
    DROPPED = strawberry.enum_value("DROPPED", description="Let go of; nothing was taken away.")


@strawberry.enum(description="How far a suggested goal reaches, by the learner's own past.")
class GoalSize(Enum):
    """Three sizes."""

    SMALL = strawberry.enum_value("SMALL", description="What the learner mostly does.")
    MEDIUM = strawberry.enum_value("MEDIUM", description="Between the two.")
    BRAVE = strawberry.enum_value("BRAVE", description="The learner's best, or just beyond it.")


@strawberry.enum(description="What a suggested goal is about.")
class GoalTopic(Enum):
    """Never results."""

    EFFORT = strawberry.enum_value("EFFORT", description="To do more often what is done most.")
    SKILL = strawberry.enum_value("SKILL", description="To practise a skill.")
    QUALITY = strawberry.enum_value("QUALITY", description="To do it as well as in the better half of one's own tries.")


@strawberry.enum(description="How ranks go on after people who share one.")
class LeaderboardTies(Enum):
    """Ties."""

    SHARED = strawberry.enum_value("shared", description="1, 1, 3: one more than the people above.")
    DENSE = strawberry.enum_value("dense", description="1, 1, 2: one more than the different values above.")
