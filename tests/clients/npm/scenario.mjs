// What apps do, told once for all clients: asked by its library's name, one JSON line for each thing that was seen.
import { CHANGES, FOLLOW, ME, RECORD, TOO_MANY } from './operations.mjs';
import { Session } from './session.mjs';

const CLIENTS = {
  'Apollo Client': './apollo.mjs',
  urql: './urql.mjs',
  'graphql-ws': './graphql_ws.mjs',
  'relay-runtime': './relay_runtime.mjs',
};
const [name, address, schema] = process.argv.slice(2);
const { open } = await import(CLIENTS[name]);
const session = new Session(address);
await session.signIn();
const client = await open(session, schema);
const tell = (feature, seen) => console.log(JSON.stringify({ feature, seen }));

const DAY = 86_400_000;
let number = 0;
// One a day: more would be recognised less.
const event = () => {
  number += 1;
  return { id: `${name} ${number}`, type: 'call.practised', occurredAt: new Date(Date.now() - number * DAY).toISOString() };
};
const record = async (...events) => (await client.mutate(RECORD, { events })).recordProgress;

// Follows from where it left off, and keeps all that it was told.
class Follower {
  constructor(after) {
    this.after = after;
    this.cursors = [];
    this.told = () => {};
  }

  follow() {
    this.ended = new Promise((resolve) => {
      this.stop = client.follow(FOLLOW, { after: this.after }, ({ cursor }) => {
        this.after = cursor;
        this.cursors.push(cursor);
        this.told();
      }, resolve);
    });
  }

  // Until it was told that many in all; a stream that ends before is a failure.
  async until(count) {
    while (this.cursors.length < count) {
      await Promise.race([
        new Promise((resolve) => { this.told = resolve; }),
        this.ended.then((reason) => { throw new Error(`the stream ended: ${reason}`); }),
      ]);
    }
  }
}

async function ledgerSince(since) {
  return (await client.query(CHANGES, { since })).changes.recognitions.map(({ cursor }) => cursor);
}

// Records something, has it judged, and says whether the stream has told the whole ledger by then: all of it, each once.
async function tellsAll(follower, since, { before = () => {} } = {}) {
  const known = follower.cursors.length;
  await record(event());
  await session.judged();
  before();
  const ledger = await ledgerSince(since);
  await follower.until(ledger.length);
  return ledger.length > known && JSON.stringify(follower.cursors) === JSON.stringify(ledger);
}

tell('query', (await client.query(ME, {})).me.person);
const recorded = await record(event());
tell('mutation', recorded.receipts.map(({ status }) => status));
tell('errors', [await client.refused(TOO_MANY, {}), (await record()).code]);

const follower = new Follower((await client.query(CHANGES, {})).changes.cursor);
const since = follower.after;
follower.follow();
tell('subscription', await tellsAll(follower, since));

session.dropTheLine();
const dropped = await follower.ended;
const resumed = await tellsAll(follower, since, { before: () => follower.follow() });
tell('resume', [dropped.includes('1006'), resumed]);

await session.anHourLater();
const expired = await follower.ended;
const refused = await client.refused(ME, {});
await session.signIn();
const renewed = await tellsAll(follower, since, { before: () => follower.follow() });
tell('expiry', [expired, refused, renewed]);

follower.stop();
tell('persisted', await client.persisted(ME));
process.exit(0);
