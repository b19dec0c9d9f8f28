// urql, with its exchange for persisted queries, and graphql-ws below its subscriptions.
import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { reasonOf } from './session.mjs';

class Urql {
  constructor(session, client) {
    this.session = session;
    this.client = client;
  }

  ask(text, variables) {
    return this.client.query(gql(text), variables, { requestPolicy: 'network-only' }).toPromise();
  }

  async query(text, variables) {
    return (await this.ask(text, variables)).data;
  }

  async refused(text, variables) {
    return (await this.ask(text, variables)).error.graphQLErrors[0].extensions.reason;
  }

  async mutate(text, variables) {
    return (await this.client.mutation(gql(text), variables).toPromise()).data;
  }

  follow(text, variables, told, ended) {
    const following = this.client
      .subscription(gql(text), variables)
      .subscribe(({ data, error }) => (error ? ended(reasonOf(error)) : told(data.recognitions)));
    return () => following.unsubscribe();
  }

  async persisted(text) {
    this.session.texts.length = 0;
    await this.query(text.replace('MeQuery', 'UrqlQuery'), {});
    await this.query(text.replace('MeQuery', 'UrqlQuery'), {});
    return this.session.texts;
  }
}

export async function open(session) {
  const line = session.line();
  const exchanges = [
    cacheExchange,
    persistedExchange({ preferGetForPersistedQueries: true }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: line.subscribe(request, sink) }) }),
    }),
  ];
  return new Urql(session, new Client({ url: session.url, fetch: session.fetch, exchanges, preferGetMethod: false }));
}
