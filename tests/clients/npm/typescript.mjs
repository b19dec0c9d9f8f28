// Generates TypeScript for Apollo and urql from the delivered operations and compiles a use of it by both, strictly;
// one JSON line with the generated text.
import { generate } from '@graphql-codegen/cli';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
// Beside the packages, so that the compiler finds the clients' types.
const draft = mkdtempSync(join(here, 'draft-'));
const scalars = { DateTime: 'string', Date: 'string', JSON: 'unknown' };
const config = { scalars, strictScalars: true, useTypeImports: true };
try {
  const files = await generate(
    {
      schema: join(folder, 'schema.graphql'),
      documents: join(folder, 'operations', '*.graphql'),
      silent: true,
      generates: {
        'generated.ts': { plugins: ['typescript-operations', 'typed-document-node'], config },
        'schema.ts': { plugins: ['typescript'], config },
        'possible.ts': { plugins: ['fragment-matcher'], config },
      },
    },
    false,
  );
  for (const { filename, content } of files) {
    writeFileSync(join(draft, filename), content);
  }
  writeFileSync(join(draft, 'uses.ts'), readFileSync(join(here, 'uses.ts')));
  const names = ['uses.ts', 'schema.ts'].map((name) => join(draft, name));
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck', '--types', ''];
  try {
    execFileSync(process.execPath, [join(here, 'node_modules/typescript/lib/tsc.js'), ...options, ...names], { cwd: here });
  } catch (error) {
    throw new Error(String(error.stdout));
  }
  console.log(JSON.stringify(files.find(({ filename }) => filename === 'generated.ts').content));
} finally {
  rmSync(draft, { recursive: true });
}
