import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { code, GENERATED, plain, table } from './table.mjs';

const FOLDER = 'packages/turso-core/schemas';

/** What all documents of `--json` have around their results: the page says so once. */
const ENVELOPE = ['PrintedResult', 'PrintedError'];

/** What `--json` prints and what files hold, from the JSON Schemas: first the documents, then the types that they share. */
export function jsonPage() {
  const shared = new Map();
  const documents = readdirSync(FOLDER).map((file) => {
    const { title, $defs: types = {}, ...schema } = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8'));
    const own = [];
    const names = new Map();
    for (const [name, type] of Object.entries(types)) {
      if (type.properties === undefined || ENVELOPE.includes(name)) continue;
      const same = shared.get(name);
      const isShared = same === undefined || JSON.stringify(same) === JSON.stringify(type);
      if (isShared) shared.set(name, type);
      else own.push([name, type]);
      names.set(name, isShared ? anchor(name) : anchor(`${path.basename(file, '.json')}-${name}`));
    }
    return { file, title, schema, own, names, types };
  });
  const all = new Map(documents.flatMap(({ names }) => [...names]));
  const sections = documents.map(({ file, title, schema, own, names, types }) => {
    const link = linker(names, types);
    const top = topOf(schema, types, link);
    const parts = own.map(([name, type]) => section(name, names.get(name), type, link));
    return [`## ${title}`, `Schema: \`turso-core/schemas/${file}\`.`, top, ...parts].join('\n\n');
  });
  const types = Object.assign({}, ...documents.map((document) => document.types));
  const common = [...shared]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, type]) => section(name, anchor(name), type, linker(all, types)));
  return `# JSON

${GENERATED}

The package has a JSON Schema for each document. New keys may be added within a version; a key that is there keeps its meaning.

With \`--json\`, a command prints one object:

\`\`\`json
{ "command": "status", "version": 1, "ok": true, "result": {} }
\`\`\`

If it fails, \`ok\` is false, and \`error\` stands in the place of \`result\`: \`code\`, \`message\`, \`hint\` (or null) and \`retryable\`, see
[error codes](errors.md).

${sections.join('\n\n')}

## Types

${common.join('\n\n')}
`;
}

function anchor(name) {
  return `type-${name.toLowerCase()}`;
}

function section(name, id, type, link) {
  const description = type.description === undefined ? '' : `${plain(type.description)}\n\n`;
  return `### ${name} {#${id}}\n\n${description}${keys(type, link)}`;
}

/** Writes a reference to a type: a link if it is described, else what it is. */
function linker(names, types) {
  return (ref) => {
    const name = decodeURIComponent(ref.split('/').at(-1));
    const id = names.get(name);
    return id === undefined ? typeOf(types[name] ?? {}, linker(names, types)) : `[${name}](#${id})`;
  };
}

function topOf(schema, types, link) {
  if (schema.properties !== undefined) return keys(schema, link);
  const result = types.PrintedResult?.properties.result;
  if (result !== undefined) return `\`result\`: ${typeOf(result, link)}.`;
  const { anyOf = [], $ref } = schema;
  const all = ($ref === undefined ? anyOf : [{ $ref }]).filter(
    (each) => !ENVELOPE.includes(each.$ref?.split('/').at(-1)),
  );
  return all.length === 0
    ? 'An error, as above.'
    : `One of ${all.map((each) => typeOf(each, link)).join(', ')}.`;
}

function keys({ properties, required = [] }, link) {
  return table(
    ['Key', 'Type', 'What it is'],
    Object.entries(properties).map(([key, schema]) => [
      code(key),
      typeOf(schema, link) + (required.includes(key) ? '' : ', optional'),
      schema.description ?? '',
    ]),
  );
}

function typeOf(schema, link) {
  const { type, enum: values, items, anyOf, $ref, const: only, properties, additionalProperties } = schema;
  if ($ref !== undefined) return link($ref);
  if (only !== undefined) return code(JSON.stringify(only));
  if (values !== undefined) return values.map((value) => code(JSON.stringify(value))).join(' or ');
  if (anyOf !== undefined) return anyOf.map((each) => typeOf(each, link)).join(' or ');
  if (type === 'array')
    return `list of ${items === undefined || Array.isArray(items) ? 'anything' : typeOf(items, link)}`;
  if (properties !== undefined) return `object with ${Object.keys(properties).map(code).join(', ')}`;
  if (type === 'object' && typeof additionalProperties === 'object')
    return `object of ${typeOf(additionalProperties, link)}`;
  return Array.isArray(type) ? type.join(' or ') : String(type ?? 'anything');
}
