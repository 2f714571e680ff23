import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expectSchema, SCHEMAS } from '../../test/fixtures/schemas.fixture';
import { COMMANDS } from './commands';

const { makeSchemas } = jest.requireActual<{ makeSchemas: () => ReadonlyMap<string, string> }>(
  '../../schemas.js',
);

test('the schemas are those of the types: node packages/turso-core/schemas.js writes them', () => {
  const made = makeSchemas();
  expect([...made.keys()].map((name) => `${name}.json`).sort()).toEqual(readdirSync(SCHEMAS).sort());
  for (const [name, text] of made)
    expect(readFileSync(path.join(SCHEMAS, `${name}.json`), 'utf8')).toBe(text);
});

test.each([...Object.keys(COMMANDS), 'plan', 'conflicts', 'usage'])('%s has one, with a version', (name) => {
  const text = readFileSync(path.join(SCHEMAS, `${name}.json`), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
  expect(text).toMatch(/"version": \{\n *"type": "integer",\n *"const": \d/);
});

// What the generator does not understand becomes an object of anything.
test.each(readdirSync(SCHEMAS))('%s has no object that describes nothing', (file) => {
  const empty: unknown[] = [];
  JSON.parse(readFileSync(path.join(SCHEMAS, file), 'utf8'), (key, value: unknown) => {
    const { type, properties, additionalProperties } = (value ?? {}) as Record<string, object | undefined>;
    const isEmpty = Object.keys(properties ?? {}).length === 0 && additionalProperties === undefined;
    if ((type as unknown) === 'object' && isEmpty) empty.push({ [key]: value });
    return value;
  });
  expect(empty).toEqual([]);
});

describe('a validator', () => {
  const error = { code: 'USAGE', message: 'm', hint: null, retryable: false };
  const printed = { command: 'diff', version: 1, ok: false, error };

  test('takes what is as it should be', () => expect(() => expectSchema('diff', printed)).not.toThrow());

  test.each([
    ['another version', { ...printed, version: 2 }],
    ['another command', { ...printed, command: 'push' }],
    ['a missing key', { ...printed, error: { code: 'USAGE', message: 'm', hint: null } }],
    ['a key that is not described', { ...printed, error: { ...error, more: 1 } }],
    ['a value of another type', { ...printed, error: { ...error, retryable: 'no' } }],
    ['no result', { command: 'diff', version: 1, ok: true }],
  ])('refuses %s', (_, value) =>
    expect(() => expectSchema('diff', value)).toThrow('Not as schemas/diff.json says'),
  );
});
