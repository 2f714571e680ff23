import fs from 'node:fs';
import path from 'node:path';

const PACKAGE = path.join(__dirname, '..', '..');

interface Schema {
  version?: number;
  additionalProperties: boolean;
  properties: Record<string, { type: string; description: string }>;
}

interface Entry {
  implementation?: string;
  factory?: string;
  schema: string;
  description: string;
}

function readJson(file: string): unknown {
  return JSON.parse(fs.readFileSync(path.join(PACKAGE, file), 'utf8'));
}

const { executors } = readJson('executors.json') as { executors: Record<string, Entry> };
const { generators } = readJson('generators.json') as { generators: Record<string, Entry> };

test.each([...Object.entries(executors), ...Object.entries(generators)])(
  '%s is there, and Nx Console can describe it and each of its options',
  async (_, entry) => {
    const file = path.join(PACKAGE, entry.implementation ?? entry.factory ?? '');
    const module = (await import(`${file}.js`)) as { default: unknown };
    expect(typeof module.default).toBe('function');
    expect(entry.description).toMatch(/\.$/);
    const schema = readJson(entry.schema) as Schema;
    expect(schema.additionalProperties).toBe(false);
    // Without any, `nx add` does not recognize the generator.
    expect(Object.keys(schema.properties)).not.toEqual([]);
    for (const option of Object.values(schema.properties)) expect(option.description).toMatch(/\w{3}.*\.$/);
  },
);

test('every executor has the common options, and none that could hold a secret', () => {
  for (const [name, { schema }] of Object.entries(executors)) {
    const names = Object.keys((readJson(schema) as Schema).properties);
    // A build has no config of turso-sync.
    const common = name === 'ffi-build' ? ['quiet'] : ['config', 'env', 'verbose', 'quiet'];
    expect(names).toEqual(expect.arrayContaining(common));
    expect(names.filter((name) => /url|token|secret/i.test(name))).toEqual([]);
  }
});
