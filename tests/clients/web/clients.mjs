// What apps do, by the libraries they use: one JSON line for each thing that was seen.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, from, gql } from '@apollo/client/core/index.js';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries/index.js';
import { Client, fetchExchange, cacheExchange, gql as urqlGql, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import { createHash } from 'node:crypto';
import relay from 'relay-runtime';
import WebSocket from 'ws';

const [address, token] = process.argv.slice(2);
const url = `${address}/graphql`;
const headers = { authorization: `Bearer ${token}`, 'accept-language': 'en' };
const tell = (client, seen) => console.log(JSON.stringify({ client, ...seen }));

const ME = '{ me { id person points { total } } }';
const RECORD = `mutation Record($events: [ProgressEventInput!]!) {
  recordProgress(input: { events: $events }) {
    __typename
    ... on RecordProgress { receipts { id status } }
    ... on Refusal { code }
  }
}`;
const FOLLOW = 'subscription Follow($after: String) { recognitions(after: $after) { cursor node { id points } } }';
const WRONG = '{ learner(person: "nobody-here") { id } }';
const practice = (id) => ({ id, type: 'call.practised', occurredAt: new Date(Date.now() - 60_000).toISOString() });

async function apollo() {
  const sent = [];
  const counted = (input, init) => {
    sent.push(init.body ? JSON.parse(init.body).query !== undefined : input.includes('query='));
    return fetch(input, init);
  };
  const persisted = createPersistedQueryLink({
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    useGETForHashedQueries: true,
  });
  const client = new ApolloClient({
    link: from([persisted, new HttpLink({ uri: url, headers, fetch: counted })]),
    cache: new InMemoryCache({ possibleTypes: { Refusal: ['NotSignedIn', 'NotAllowed', 'InvalidInput', 'TooMany', 'NotFound'] } }),
  });
  const query = gql(`query Apollo${process.pid} { me { id person } }`);
  const first = await client.query({ query, fetchPolicy: 'network-only' });
  const second = await client.query({ query, fetchPolicy: 'network-only' });
  tell('apollo', { person: first.data.me.person, again: second.data.me.person, texts: sent });
  const done = await client.mutate({ mutation: gql(RECORD), variables: { events: [practice('apollo-1')] } });
  tell('apollo', { receipts: done.data.recordProgress.receipts.map((receipt) => receipt.status) });
  const wrong = await client.query({ query: gql(WRONG), errorPolicy: 'all', fetchPolicy: 'network-only' });
  tell('apollo', { data: wrong.data.learner, code: wrong.errors[0].extensions.code });
}

async function urql() {
  const live = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: { authorization: headers.authorization } });
  const client = new Client({
    url,
    preferGetMethod: false,
    fetchOptions: { headers },
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: live.subscribe(request, sink) }) }),
      }),
    ],
  });
  const answer = await client.query(urqlGql(ME), {}).toPromise();
  tell('urql', { person: answer.data.me.person });
  const wrong = await client.query(urqlGql(WRONG), {}).toPromise();
  tell('urql', { code: wrong.error.graphQLErrors[0].extensions.code });
  const start = await client.query(urqlGql('{ changes { cursor } }'), {}).toPromise();
  const seen = new Promise((resolve) => {
    const { unsubscribe } = client
      .subscription(urqlGql(FOLLOW), { after: start.data.changes.cursor })
      .subscribe((result) => {
        resolve(result.data.recognitions.node.points);
        setImmediate(unsubscribe);
      });
  });
  const done = await client.mutation(urqlGql(RECORD), { events: [practice('urql-1')] }).toPromise();
  tell('urql', { receipts: done.data.recordProgress.receipts.map((receipt) => receipt.status), points: await seen });
  await live.dispose();
}

async function graphqlWs() {
  let socket;
  let lines = 0;
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: headers.authorization },
    retryAttempts: 5,
    retryWait: () => Promise.resolve(),
    on: { connected: (opened) => { socket = opened; lines += 1; } },
  });
  const [{ data }] = [(await client.iterate({ query: '{ changes { cursor } }' }).next()).value];
  const cursors = [];
  let after = data.changes.cursor;
  // A line that drops in the middle: the stream goes on from the last cursor that was seen.
  for (const id of ['ws-1', 'ws-2']) {
    const stream = client.iterate({ query: FOLLOW, variables: { after } });
    const next = stream.next();
    await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query: RECORD, variables: { events: [practice(id)] } }),
    });
    after = (await next).value.data.recognitions.cursor;
    cursors.push(after);
    socket.terminate?.();
    await stream.return();
  }
  tell('graphql-ws', { different: new Set(cursors).size, reconnected: lines > 1 });
  const syntax = await client.iterate({ query: '{ me {' }).next().catch((errors) => errors[0].extensions.code);
  tell('graphql-ws', { code: syntax });
  await client.dispose();
}

async function relayRuntime() {
  const { Environment, Network, RecordSource, Store, fetchQuery } = relay;
  const network = Network.create(async (params, variables) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: params.text, variables }),
    });
    return answer.json();
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const person = { alias: null, args: null, kind: 'ScalarField', name: 'person', storageKey: null };
  const id = { ...person, name: 'id' };
  const me = (selections) => [
    { alias: null, args: null, concreteType: 'Learner', kind: 'LinkedField', name: 'me', plural: false, selections, storageKey: null },
  ];
  // What relay-compiler makes of `query RelayQuery { me { person id } }`.
  const query = {
    kind: 'Request',
    fragment: { argumentDefinitions: [], kind: 'Fragment', metadata: null, name: 'RelayQuery', selections: me([person, id]), type: 'Query', abstractKey: null },
    operation: { argumentDefinitions: [], kind: 'Operation', name: 'RelayQuery', selections: me([person, id]) },
    params: { cacheID: 'relay-query', id: null, metadata: {}, name: 'RelayQuery', operationKind: 'query', text: 'query RelayQuery { me { person id } }' },
  };
  const data = await fetchQuery(environment, query, {}).toPromise();
  const stored = environment.getStore().getSource().get(data.me.id);
  tell('relay-runtime', { person: data.me.person, stored: stored.__typename });
}

for (const client of [apollo, urql, graphqlWs, relayRuntime]) {
  await client();
}
process.exit(0);
