// relay-runtime, with what relay-compiler makes of the operations, persisted by their hashes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import compiler from 'relay-compiler';
import relay from 'relay-runtime';
import * as operations from './operations.mjs';
import { reasonOf } from './session.mjs';

const { Environment, Network, Observable, RecordSource, Store, commitMutation, fetchQuery, requestSubscription } = relay;
const HERE = dirname(fileURLToPath(import.meta.url));

// The artifact of each operation by its text, and the text by its hash.
async function compiled(schema) {
  const draft = mkdtempSync(join(HERE, 'relay-'));
  try {
    ['source', 'artifacts'].forEach((name) => mkdirSync(join(draft, name)));
    writeFileSync(join(draft, 'schema.graphql'), readFileSync(schema));
    writeFileSync(join(draft, 'persisted.json'), '{}');
    const names = Object.values(operations).map((text) => [text.match(/\w+ (\w+)(Query|Mutation|Subscription)\b/), text]);
    for (const [[, module], text] of names) {
      writeFileSync(join(draft, 'source', `${module}.js`), `import { graphql } from 'relay-runtime';\ngraphql\`${text}\`;\n`);
    }
    const config = {
      src: './source',
      schema: './schema.graphql',
      artifactDirectory: './artifacts',
      language: 'javascript',
      eagerEsModules: true,
      persistConfig: { file: './persisted.json', algorithm: 'SHA256' },
    };
    writeFileSync(join(draft, 'relay.json'), JSON.stringify(config));
    writeFileSync(join(draft, 'package.json'), '{ "type": "module" }');
    execFileSync(compiler, ['relay.json'], { cwd: draft, stdio: ['ignore', 'ignore', 'pipe'] });
    const artifacts = new Map();
    for (const [[, module, kind], text] of names) {
      const file = pathToFileURL(join(draft, 'artifacts', `${module}${kind}.graphql.js`));
      artifacts.set(text, (await import(file)).default);
    }
    return [artifacts, JSON.parse(readFileSync(join(draft, 'persisted.json'), 'utf8'))];
  } finally {
    rmSync(draft, { recursive: true });
  }
}

class RelayRuntime {
  constructor(session, artifacts, texts) {
    this.session = session;
    this.artifacts = artifacts;
    const line = session.line();
    const ask = async (body) => {
      const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
      return (await session.fetch(session.url, { method: 'POST', headers, body: JSON.stringify(body) })).json();
    };
    const fetched = async ({ id }, variables) => {
      const named = { variables, extensions: { persistedQuery: { version: 1, sha256Hash: id } } };
      const answer = await ask(named);
      const isUnknown = answer.errors?.[0].message === 'PersistedQueryNotFound';
      return isUnknown ? ask({ ...named, query: texts[id] }) : answer;
    };
    const followed = ({ id }, variables) => Observable.create((sink) => line.subscribe({ query: texts[id], variables }, sink));
    this.environment = new Environment({ network: Network.create(fetched, followed), store: new Store(new RecordSource()) });
  }

  query(text, variables) {
    return fetchQuery(this.environment, this.artifacts.get(text), variables, { fetchPolicy: 'network-only' }).toPromise();
  }

  async refused(text, variables) {
    try {
      await this.query(text, variables);
    } catch (error) {
      return error.source.errors[0].extensions.reason;
    }
  }

  mutate(text, variables) {
    const mutation = this.artifacts.get(text);
    return new Promise((resolve, reject) => {
      commitMutation(this.environment, { mutation, variables, onCompleted: resolve, onError: reject });
    });
  }

  follow(text, variables, told, ended) {
    const following = requestSubscription(this.environment, {
      subscription: this.artifacts.get(text),
      variables,
      onNext: ({ recognitions }) => told(recognitions),
      onError: (error) => ended(reasonOf(error)),
      onCompleted: () => ended('complete'),
    });
    return () => following.dispose();
  }

  // What was asked for first was not known by its hash, and was from then on.
  async persisted(text) {
    const first = this.session.texts.slice(0, 2);
    this.session.texts.length = 0;
    await this.query(text, {});
    return [...first, ...this.session.texts];
  }
}

export async function open(session, schema) {
  return new RelayRuntime(session, ...(await compiled(schema)));
}
