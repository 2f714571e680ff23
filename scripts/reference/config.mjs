import { createRequire } from 'node:module';
import { code, GENERATED, table } from './table.mjs';

const require = createRequire(import.meta.url);

/** The keys of a config and of its policy, from the types and their comments. */
export function configPage() {
  const { createGenerator } = require('ts-json-schema-generator');
  const of = (file, type) =>
    createGenerator({
      path: `packages/turso-core/src/${file}`,
      tsconfig: 'packages/turso-core/tsconfig.json',
      topRef: false,
      skipTypeCheck: true,
    }).createSchema(type);
  const settings = of('project/config/config.ts', 'Settings');
  const policy = of('policy/policy.ts', 'Policy');
  return `# Config

${GENERATED}

\`turso-sync.config.json\` (also \`.yaml\`, \`.js\`, \`.mjs\`, \`.cjs\`, \`.ts\`), \`.turso-syncrc\`, or the key \`turso-sync\` of package.json. Every key is
optional, and \`{}\` is a config. [The workflow](../workflow.md#configuration) explains them.

\`\`\`json
{
  "workingCopy": "data/app.db",
  "environments": {
    "staging": { "urlVariable": "STAGING_DATABASE_URL", "authTokenVariable": "STAGING_AUTH_TOKEN" }
  }
}
\`\`\`

## Keys

${keys(settings)}

\`environments\` is an object of named environments for \`--env\`. Each may have all keys above, which override those of the top level.

## Keys of policy

[The policy](../policy.md) says what they mean together.

${keys(policy)}
`;
}

function keys({ properties, definitions }) {
  return table(
    ['Key', 'Type', 'What it is'],
    Object.entries(properties).map(([key, schema]) => [
      code(key),
      typeOf(schema, definitions),
      schema.description ?? '',
    ]),
  );
}

function typeOf({ type, enum: values, items, anyOf, $ref, const: only }, definitions) {
  if ($ref !== undefined)
    return $ref.endsWith('/Policy')
      ? 'object'
      : typeOf(definitions[decodeURIComponent($ref.slice(14))], definitions);
  if (only !== undefined) return code(only);
  if (values !== undefined) return values.map(code).join(' or ');
  if (anyOf !== undefined) return anyOf.map((each) => typeOf(each, definitions)).join(' or ');
  if (type === 'array') return `list of ${typeOf(items, definitions)}s`;
  return Array.isArray(type) ? type.join(' or ') : String(type);
}
