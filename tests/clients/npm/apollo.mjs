// Apollo Client, with its links for persisted queries and for graphql-ws.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { reasonOf, sha256 } from './session.mjs';

const REFUSALS = ['InvalidInput', 'NotAllowed', 'NotFound', 'NotSignedIn', 'TooMany'];

class Apollo {
  constructor(session, client) {
    this.session = session;
    this.client = client;
  }

  async query(text, variables) {
    return (await this.client.query({ query: gql(text), variables, fetchPolicy: 'network-only' })).data;
  }

  async refused(text, variables) {
    try {
      await this.query(text, variables);
    } catch (error) {
      return CombinedGraphQLErrors.is(error) && error.errors[0].extensions.reason;
    }
  }

  async mutate(text, variables) {
    return (await this.client.mutate({ mutation: gql(text), variables })).data;
  }

  follow(text, variables, told, ended) {
    const following = this.client.subscribe({ query: gql(text), variables }).subscribe({
      next: ({ data, error }) => (error ? ended(reasonOf(error)) : told(data.recognitions)),
    });
    return () => following.unsubscribe();
  }

  async persisted(text) {
    this.session.texts.length = 0;
    await this.query(text.replace('MeQuery', 'ApolloQuery'), {});
    await this.query(text.replace('MeQuery', 'ApolloQuery'), {});
    return this.session.texts;
  }
}

export async function open(session) {
  const http = ApolloLink.from([
    new PersistedQueryLink({ sha256, useGETForHashedQueries: true }),
    new HttpLink({ uri: session.url, fetch: session.fetch }),
  ]);
  const live = new GraphQLWsLink(session.line());
  const isStream = ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION;
  // What generators write of the schema: without it the cache does not know who is a refusal.
  const cache = new InMemoryCache({ possibleTypes: { Refusal: REFUSALS } });
  return new Apollo(session, new ApolloClient({ link: ApolloLink.split(isStream, live, http), cache }));
}
