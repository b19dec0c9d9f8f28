// How apps use what was generated; only compiled, to see that the types fit the clients.
import type { ApolloClient } from '@apollo/client';
import type { Client } from '@urql/core';
import {
  HomeDocument,
  RecordDocument,
  type HomeQuery,
  type RecordMutation,
  type ReceiptStatus,
} from './generated.js';
import possible from './possible.js';

export async function withApollo(client: ApolloClient, board: string): Promise<number> {
  const { data } = await client.query({ query: HomeDocument, variables: { board } });
  const home: HomeQuery | undefined = data;
  return home?.me.points.total ?? 0;
}

export async function withUrql(client: Client): Promise<ReceiptStatus[]> {
  const occurredAt = new Date().toISOString();
  const events = [{ id: 'x', type: 'call.practised', occurredAt, data: { minutes: 10 } }];
  const { data } = await client.mutation(RecordDocument, { events });
  return statuses(data);
}

// `__typename` tells the members of a result apart.
function statuses(data: RecordMutation | undefined): ReceiptStatus[] {
  const result = data?.recordProgress;
  if (result?.__typename !== 'RecordProgress') {
    throw new Error(`${result?.code}: ${result?.message}`);
  }
  return result.receipts.map((receipt) => receipt.status);
}

export const refusals: string[] = possible.possibleTypes.Refusal;
