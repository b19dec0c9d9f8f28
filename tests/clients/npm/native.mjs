// Generates Kotlin and Swift for one delivered operation with quicktype; one JSON line for each language.
import { buildSchema, introspectionFromSchema } from 'graphql';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, operation, name] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const draft = mkdtempSync(join(tmpdir(), 'vekst-native-'));
const flags = {
  kotlin: ['--framework', 'kotlinx', '--package', 'app.growth'],
  swift: ['--no-initializers', '--no-coding-keys'],
};
try {
  const schema = buildSchema(readFileSync(join(folder, 'schema.graphql'), 'utf8'));
  writeFileSync(join(draft, 'schema.json'), JSON.stringify({ data: introspectionFromSchema(schema) }));
  for (const [language, chosen] of Object.entries(flags)) {
    const source = ['--src-lang', 'graphql', '--graphql-schema', join(draft, 'schema.json'), '--top-level', name];
    const command = [...source, '--src', join(folder, 'operations', operation), '--lang', language, ...chosen];
    const text = execFileSync(join(here, 'node_modules/.bin/quicktype'), command, { encoding: 'utf8' });
    console.log(JSON.stringify({ language, text }));
  }
} finally {
  rmSync(draft, { recursive: true });
}
