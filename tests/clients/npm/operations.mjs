// What every client asks for; the names are as Relay wants them, for their module and their kind.
export const ME = 'query MeQuery { me { id person } }';
export const CHANGES = `query ChangesQuery($since: String) {
  changes(since: $since) { cursor recognitions { cursor } }
}`;
export const TOO_MANY = 'query TooManyQuery { quests(first: 1000) { edges { node { id } } } }';
export const RECORD = `mutation RecordMutation($events: [ProgressEventInput!]!) {
  recordProgress(input: { events: $events }) {
    __typename
    ... on RecordProgress { receipts { id status } }
    ... on Refusal { code }
  }
}`;
export const FOLLOW = `subscription FollowSubscription($after: String) {
  recognitions(after: $after) { cursor node { id points } }
}`;
