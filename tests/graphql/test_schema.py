"""The schema as a whole: its snapshot, its descriptions, and the names the contract promises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
)
from graphql import (
    build_schema as parse_schema,
)
from graphql.utilities import find_breaking_changes

from vekst.graphql.refusals import HANDLERS
from vekst.graphql.schema import build_schema, sdl

SCHEMA = Path(__file__).parents[2] / "schema" / "schema.graphql"

CONTRACT = """
scalar DateTime
scalar Date
scalar JSON
type Query {
  me: Learner!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  learner(person: String!): Learner
  quests(first: Int, after: String): QuestConnection!
  changes(since: String, first: Int): Changes!
  challenge(id: ID!): Challenge
  challenges(team: String, state: ChallengeState, first: Int, after: String): ChallengeConnection!
  leaderboard(key: String!, team: String, period: String): Leaderboard
}
type Mutation {
  recordProgress(input: RecordProgressInput!): RecordProgressResult!
  voidEvent(input: VoidEventInput!): VoidEventResult!
  acceptQuest(input: AcceptQuestInput!): AcceptQuestResult!
  changeZone(input: ChangeZoneInput!): ChangeZoneResult!
  takeTimeOff(input: TakeTimeOffInput!): TakeTimeOffResult!
  createChallenge(input: CreateChallengeInput!): CreateChallengeResult!
  changeChallenge(input: ChangeChallengeInput!): ChangeChallengeResult!
  cancelChallenge(input: CancelChallengeInput!): CancelChallengeResult!
  joinLeaderboard(input: JoinLeaderboardInput!): JoinLeaderboardResult!
  leaveLeaderboard(input: LeaveLeaderboardInput!): LeaveLeaderboardResult!
}
type Subscription {
  recognitions(after: String): RecognitionEdge!
  leaderboard(key: String!, team: String): Leaderboard!
}
interface Node { id: ID! }
input RecordProgressInput { events: [ProgressEventInput!]! }
input ProgressEventInput { id: String!  type: String!  occurredAt: DateTime!  data: JSON  person: String }
input VoidEventInput { id: String!  person: String  event: EventReferenceInput!  reason: String! }
input EventReferenceInput { source: String  id: String! }
input AcceptQuestInput { id: String!  quest: String!  occurredAt: DateTime! }
input ChangeZoneInput { id: String!  zone: String! }
input TakeTimeOffInput { id: String!  from: Date!  until: Date!  occurredAt: DateTime! }
input JoinLeaderboardInput { key: String! }
input LeaveLeaderboardInput { key: String! }
type RecordProgress { receipts: [EventReceipt!]! }
type EventReceipt { id: String!  status: ReceiptStatus!  problem: Problem }
type Problem { code: String!  message: String!  field: String  cure: String }
enum ReceiptStatus { STORED DUPLICATE CONFLICT REFUSED }
type NotSignedIn { code: String!  message: String!  field: String  cure: String }
type NotAllowed { code: String!  message: String!  field: String  cure: String }
type InvalidInput { code: String!  message: String!  field: String  cure: String }
type TooMany { code: String!  message: String!  field: String  cure: String }
type NotFound { code: String!  message: String!  field: String  cure: String }
union RecordProgressResult = RecordProgress | NotSignedIn | NotAllowed | InvalidInput | TooMany
type VoidEvent { receipt: EventReceipt!  void: EventReference! }
type EventReference { source: String!  id: String! }
union VoidEventResult = VoidEvent | NotSignedIn | NotAllowed | InvalidInput | NotFound
type AcceptQuest { receipt: EventReceipt! }
union AcceptQuestResult = AcceptQuest | NotSignedIn | NotAllowed | InvalidInput | NotFound
type ChangeZone { receipt: EventReceipt! }
union ChangeZoneResult = ChangeZone | NotSignedIn | NotAllowed | InvalidInput
type TakeTimeOff { receipt: EventReceipt! }
union TakeTimeOffResult = TakeTimeOff | NotSignedIn | NotAllowed | InvalidInput
type JoinLeaderboard { leaderboard: Leaderboard! }
union JoinLeaderboardResult = JoinLeaderboard | NotSignedIn | NotAllowed | InvalidInput | NotFound
type LeaveLeaderboard { leaderboard: Leaderboard! }
union LeaveLeaderboardResult = LeaveLeaderboard | NotSignedIn | NotAllowed | InvalidInput | NotFound
type Learner implements Node {
  id: ID!  person: String!  name: String!  zone: String!  locale: String!
  pendingEvents: Int!
  points: Points!
  skills: [SkillStanding!]!
  quests(state: QuestState): [QuestStanding!]!
  badges: [BadgeStanding!]!
  streaks: [StreakStanding!]!
  recognitions(first: Int, after: String): RecognitionConnection!
}
type Changes {
  recognitions: [RecognitionEdge!]!  learner: Learner  cursor: String!  hasMore: Boolean!  serverTime: DateTime!
}
type Points { total: Int!  effort: Int!  outcomesRecognised: Int!  outcomesHeld: Int! }
type SkillStanding { skill: Skill!  level: Int!  points: Int!  nextAt: Int  freshness: Freshness! }
type Skill { key: String!  title: String! }
enum Freshness { FRESH FADING }
type QuestStanding {
  quest: Quest!  state: QuestState!  completedAt: DateTime  occurrence: String!  steps: [StepStanding!]!
}
type Quest implements Node { id: ID!  key: String!  title: String! }
enum QuestState { LOCKED OPEN COMPLETED }
type StepStanding { key: String!  title: String!  state: StepState!  have: Float!  need: Float!  completedAt: DateTime }
enum StepState { LOCKED OPEN COMPLETED }
type BadgeStanding { badge: Badge!  tier: String  earnedAt: DateTime  occurrence: String  next: NextTier }
type Badge { key: String!  title: String! }
type NextTier { tier: String  have: Float!  need: Float! }
type StreakStanding {
  streak: Streak!  current: Int!  longest: Int!  freezes: Int!  state: StreakState!  keepUntil: DateTime
  days(from: Date!, to: Date!): [StreakDay!]!
}
type Streak { key: String!  title: String! }
enum StreakState { NOT_STARTED DONE DUE RESTING ENDED }
type StreakDay { date: Date!  state: DayState! }
enum DayState { ACTIVE FROZEN REST OPEN DUE AHEAD }
type QuestConnection { edges: [QuestEdge!]!  pageInfo: PageInfo! }
type QuestEdge { cursor: String!  node: Quest! }
type RecognitionConnection { edges: [RecognitionEdge!]!  pageInfo: PageInfo! }
type RecognitionEdge { cursor: String!  node: Recognition! }
type PageInfo { hasNextPage: Boolean!  hasPreviousPage: Boolean!  startCursor: String  endCursor: String }
type Recognition implements Node {
  id: ID!  kind: RecognitionKind!  key: String!  tier: String  occurrence: String!  title: String!
  points: Int!  nature: PointsNature!  reachedAt: DateTime!  recordedAt: DateTime!  reversedBy: Recognition
  why: Why!
}
enum RecognitionKind { EVENT STEP QUEST BADGE MILESTONE LEVEL CHALLENGE REVERSAL }
enum PointsNature { EFFORT OUTCOME }
type Why { text: String!  packVersion: Int!  evidence: [Evidence!]! }
type Evidence { id: String!  type: String!  occurredAt: DateTime! }
type Leaderboard {
  key: String!  title: String!  size: Int!  toNext: Int
  entries(first: Int): [LeaderboardEntry!]!  aroundMe(neighbours: Int): [LeaderboardEntry!]!  me: LeaderboardEntry
}
input CreateChallengeInput {
  id: String!  teams: [String!]!  template: String  title: String  measure: JSON  goal: JSON  points: Int
  startsAt: DateTime  endsAt: DateTime  draft: Boolean! = false
}
input ChangeChallengeInput {
  challenge: ID!  title: String  goal: JSON  startsAt: DateTime  endsAt: DateTime  publish: Boolean! = false
}
input CancelChallengeInput { challenge: ID! }
type CreateChallenge { challenge: Challenge! }
type ChangeChallenge { challenge: Challenge! }
type CancelChallenge { challenge: Challenge! }
union CreateChallengeResult = CreateChallenge | NotSignedIn | NotAllowed | InvalidInput | NotFound
union ChangeChallengeResult = ChangeChallenge | NotSignedIn | NotAllowed | InvalidInput | NotFound
union CancelChallengeResult = CancelChallenge | NotSignedIn | NotAllowed | InvalidInput | NotFound
type ChallengeConnection { edges: [ChallengeEdge!]!  pageInfo: PageInfo! }
type ChallengeEdge { cursor: String!  node: Challenge! }
type Challenge implements Node {
  id: ID!  title: String!  description: String  state: ChallengeState!  template: String  teams: [ChallengeTeam!]!
  zone: String!  startsAt: DateTime!  endsAt: DateTime!  settlesAt: DateTime!  settledAt: DateTime
  cancelledAt: DateTime  asks: String!  goal: ChallengeGoal!  points: Int!  nature: PointsNature!  met: Boolean
  progress: ChallengeProgress!  me: ChallengeShare
}
type ChallengeTeam { key: String!  name: String! }
type ChallengeGoal { kind: ChallengeGoalKind!  need: Float!  share: Float }
type ChallengeProgress { members: Int!  asked: Int!  reached: Int!  have: Float!  met: Boolean! }
type ChallengeShare { value: Float!  asked: Boolean!  reached: Boolean! }
enum ChallengeState { DRAFT SCHEDULED RUNNING SETTLING SETTLED CANCELLED }
enum ChallengeGoalKind { EVERYONE TOGETHER SHARE }
type LeaderboardEntry { rank: Int!  name: String!  person: String!  value: Int!  isMe: Boolean! }
"""
"""What clients were promised; the schema may have more, never less or other."""


@pytest.mark.check
def test_the_schema_is_the_exported_one(golden: Callable[[Path, str], None]) -> None:
    golden(SCHEMA, sdl())


def test_the_schema_keeps_what_the_contract_promises() -> None:
    broken = find_breaking_changes(parse_schema(CONTRACT), parse_schema(sdl()))
    assert [change.description for change in broken] == []


def test_everything_in_the_schema_has_a_description() -> None:
    silent = []
    for name, kind in build_schema().core.type_map.items():
        if name.startswith("__"):
            continue
        if not kind.description:
            silent.append(name)
        match kind:
            case GraphQLObjectType() | GraphQLInterfaceType():
                fields = kind.fields.items()
                silent += [f"{name}.{field}" for field, of in fields if not of.description]
                silent += [
                    f"{name}.{field}({argument})"
                    for field, of in fields
                    for argument, given in of.args.items()
                    if not given.description
                ]
            case GraphQLInputObjectType():
                silent += [f"{name}.{field}" for field, of in kind.fields.items() if not of.description]
            case GraphQLEnumType():
                silent += [f"{name}.{value}" for value, of in kind.values.items() if not of.description]
            case _:
                pass
    assert silent == []


def test_every_mutation_answers_with_a_union_that_knows_the_unsigned_and_those_who_may_not() -> None:
    mutation = build_schema().core.mutation_type
    assert mutation is not None
    assert len(mutation.fields) >= 6
    for name, field in mutation.fields.items():
        result = build_schema().core.type_map[f"{name[0].upper()}{name[1:]}Result"]
        assert str(field.type) == f"{result.name}!"
        assert isinstance(result, GraphQLUnionType)
        assert {"NotSignedIn", "NotAllowed"} <= {member.name for member in result.types}


def test_every_kind_of_refusal_has_a_handler() -> None:
    refusals = {kind.name for kind in build_schema().core.get_implementations(_refusal()).objects}
    assert refusals == {handler.error_type.__name__ for handler in HANDLERS}


def _refusal() -> GraphQLInterfaceType:
    kind = build_schema().core.type_map["Refusal"]
    assert isinstance(kind, GraphQLInterfaceType)
    return kind
