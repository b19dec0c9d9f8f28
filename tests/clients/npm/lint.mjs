// What graphql-eslint says of the SDL and of the operations, by its recommended and its Relay rules; a JSON line each.
import graphql from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { buildSchema, isObjectType } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const types = Object.values(buildSchema(readFileSync(join(folder, 'schema.graphql'), 'utf8')).getTypeMap());
const isNode = (type) => type.getInterfaces().some(({ name }) => name === 'Node');
const values = types.filter((type) => isObjectType(type) && !isNode(type)).map(({ name }) => name);
const { rules: recommended } = graphql.configs['flat/schema-recommended'];
const { rules: relay } = graphql.configs['flat/schema-relay'];

const config = [
  {
    files: ['**/*.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: `${folder}/schema.graphql`, documents: `${folder}/operations/*.graphql` } },
    },
    plugins: { '@graphql-eslint': graphql },
  },
  {
    files: ['schema.graphql'],
    rules: {
      ...recommended,
      ...relay,
      // What is no Node is a value, told by what it holds: an id would only make caches keep what is gone.
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: { types: values } }],
      // Short lists of values, such as the steps of a quest, come whole: they are no connections.
      '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false }],
      // Lists begin at what is newest, and `changes` tells what came since: nobody pages backwards.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
  { files: ['operations/*.graphql'], rules: graphql.configs['flat/operations-recommended'].rules },
];

const eslint = new ESLint({ cwd: folder, overrideConfigFile: true, overrideConfig: config });
for (const { filePath, messages } of await eslint.lintFiles(['schema.graphql', 'operations/*.graphql'])) {
  const found = messages.map(({ line, ruleId, message }) => `${line} ${ruleId} ${message}`);
  console.log(JSON.stringify({ file: filePath.slice(folder.length + 1), found }));
}
