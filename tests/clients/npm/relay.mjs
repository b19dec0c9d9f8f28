// Compiles the delivered operations with relay-compiler; one JSON line with what it wrote.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import relay from 'relay-compiler';

const [folder] = process.argv.slice(2);
const draft = mkdtempSync(join(tmpdir(), 'vekst-relay-'));
try {
  mkdirSync(join(draft, 'source'));
  mkdirSync(join(draft, 'artifacts'));
  writeFileSync(join(draft, 'schema.graphql'), readFileSync(join(folder, 'schema.graphql')));
  for (const file of readdirSync(join(folder, 'operations'))) {
    const text = readFileSync(join(folder, 'operations', file), 'utf8').replace(/#.*\n/g, '');
    // Relay wants an operation to be named for its module and its kind.
    const [, kind, name] = text.match(/^(query|mutation|subscription) (\w+)/m);
    const renamed = text.replace(`${kind} ${name}`, `${kind} ${name}${kind[0].toUpperCase()}${kind.slice(1)}`);
    writeFileSync(
      join(draft, 'source', `${name}.ts`),
      `import { graphql } from 'relay-runtime';\nexport default graphql\`${renamed}\`;\n`,
    );
  }
  const scalars = { DateTime: 'string', Date: 'string', JSON: 'unknown' };
  const config = {
    src: './source',
    schema: './schema.graphql',
    artifactDirectory: './artifacts',
    language: 'typescript',
    customScalarTypes: scalars,
    requireCustomScalarTypes: true,
  };
  writeFileSync(join(draft, 'relay.json'), JSON.stringify(config));
  execFileSync(relay, ['relay.json'], { cwd: draft, stdio: ['ignore', 'ignore', 'pipe'] });
  console.log(JSON.stringify({ written: readdirSync(join(draft, 'artifacts')).sort() }));
} finally {
  rmSync(draft, { recursive: true });
}
