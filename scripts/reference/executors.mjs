import { readFileSync } from 'node:fs';
import path from 'node:path';
import { code, GENERATED, plain, sentence, table } from './table.mjs';

const PLUGIN = 'packages/turso-sync-plugin';

/** The executors and generators of the plugin, from their schemas. */
export function executorsPage() {
  const { executors } = read('executors.json');
  const { generators } = read('generators.json');
  return `# Executors and generators

${GENERATED}

Targets are [inferred](../nx.md); write one by hand only to change its options.

${sections('turso-sync-plugin', executors)}

## Generators

${sections('npx nx g turso-sync-plugin', generators, '###')}
`;
}

function sections(prefix, all, level = '##') {
  return Object.entries(all)
    .filter(([, { hidden }]) => !hidden)
    .map(([name, { description, schema }]) => {
      const { properties = {}, required = [] } = read(schema);
      const rows = Object.entries(properties).map(([key, option]) => [
        code(key),
        typeOf(option),
        sentence(option.description ?? '') + (required.includes(key) ? ' Required.' : ''),
        code(option.default),
      ]);
      const options =
        rows.length === 0 ? 'No options.' : table(['Option', 'Type', 'What it does', 'Default'], rows);
      return `${level} ${prefix}:${name}\n\n${plain(sentence(description))}\n\n${options}`;
    })
    .join('\n\n');
}

function typeOf({ type, enum: values, items, oneOf }) {
  if (values !== undefined) return values.map(code).join(' or ');
  if (oneOf !== undefined) return oneOf.map(typeOf).join(' or ');
  if (type === 'array') return `list of ${typeOf(items)}s`;
  return Array.isArray(type) ? type.join(' or ') : String(type);
}

function read(file) {
  return JSON.parse(readFileSync(path.join(PLUGIN, file), 'utf8'));
}
