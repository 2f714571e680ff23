import path from 'node:path';
import { makeTempDir } from '@turso-sync/testing';
import { makeFileProject } from '../../../test/fixtures/project.fixture';
import { conflictOf } from '../../apply/conflict';
import { diff } from '../../commands/diff';
import { init } from '../../commands/init';
import type { ReportSource } from '../source';
import { LONGEST, markdownReport } from './markdown-report';

async function reportOf(sql: string, edit: string, more: Partial<ReportSource> = {}): Promise<string> {
  const at = await makeFileProject(sql);
  await init(at.project);
  at.edit(edit);
  const { plan } = await diff(at.project, { save: path.join(makeTempDir(), 'plan.json') });
  let text = '';
  for await (const piece of markdownReport({ title: 'Changes', remote: '', plan, conflicts: [], ...more }))
    text += piece;
  return text;
}

test('counts come first, then definitions, deleted rows, and the others', async () => {
  const text = await reportOf(
    `CREATE TABLE people(id INTEGER PRIMARY KEY, name, price); INSERT INTO people VALUES (1, 'Ada', 1.5), (2, 'Bob', 19.98)`,
    `UPDATE people SET price = 19.99 WHERE id = 2; DELETE FROM people WHERE id = 1; INSERT INTO people VALUES (3, NULL, 7);
     ALTER TABLE people ADD COLUMN note`,
  );
  const [, afterFacts = ''] = text.split(/Base: .*\n/);
  expect(afterFacts).toBe(`
| table | deleted | updated | new |
| --- | ---: | ---: | ---: |
| total | 1 | 1 | 1 |
| \`people\` | 1 | 1 | 1 |

#### Changed definitions

\`ALTER table people\`

\`\`\`diff
  CREATE TABLE people(
    id INTEGER PRIMARY KEY,
    name,
    price,
+   note
  )
\`\`\`

#### deleted rows of \`people\`

| \`id\` | \`name\` | \`price\` | \`note\` |
| --- | --- | --- | --- |
| \`1\` | \`'Ada'\` | \`1.5\` | \`NULL\` |

#### updated rows of \`people\`

| key | column | old | new |
| --- | --- | --- | --- |
| \`id=2\` | \`price\` | \`19.98\` | \`19.99\` |

#### new rows of \`people\`

| \`id\` | \`name\` | \`price\` | \`note\` |
| --- | --- | --- | --- |
| \`3\` | \`NULL\` | \`7\` | \`NULL\` |
`);
});

test('it is never too long, has all deleted rows that fit, and says what it leaves out', async () => {
  const tables = Array.from(
    { length: 300 },
    (_, i) => `CREATE TABLE "table number ${i} ${'x'.repeat(200)}"(id INTEGER PRIMARY KEY, v);`,
  );
  const text = await reportOf(
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
     INSERT INTO t SELECT i, 'value ' || i FROM n`,
    `${tables.join('')} DELETE FROM t WHERE id <= 150; UPDATE t SET v = printf('%.10000c', 'y') WHERE id <= 800;
     INSERT INTO t SELECT id + 1000, v FROM t`,
  );
  expect(text.length).toBeLessThanOrEqual(LONGEST);
  expect(text.match(/^\| `\d+` \| `'value/gm)).toHaveLength(150);
  expect(text).toMatch(/\nNot shown: \d+ changed definitions, \d+ updated rows, 750 new rows\.\n$/);
});

test('hostile names and values stay within code', async () => {
  const hostile = '@ada #1 `|\n</code><img src=x onerror=alert(1)> [a](http://x) ![b](http://y) |';
  const name = `"${hostile}"`;
  const text = await reportOf(
    `CREATE TABLE ${name}(id INTEGER PRIMARY KEY, ${name})`,
    `INSERT INTO ${name} VALUES (1, '${hostile}'), (2, '@ada'); CREATE INDEX "i\`\`\`" ON ${name}(id)`,
    {
      title: hostile,
      conflicts: [conflictOf({ kind: 'unique', table: hostile, message: hostile, columns: [hostile] })],
    },
  );
  const outside = text
    .replace(/^(`{3,})diff\n[^]*?\n\1$/gm, '')
    .replace(/<code>[^<]*(?:<span>&#64;<\/span>[^<]*)*<\/code>|`[^`\n]+`/g, 'code');
  expect(outside).not.toMatch(/[@<>[\]!`]|#\d|http|alert/);
  expect(text).not.toMatch(/^\s*```$(?![^]*```)/m);
});

test('conflicts come first, side by side', async () => {
  const sides = { old: { a: 'was' }, local: { a: 'mine' }, remote: null };
  const conflict = conflictOf({
    kind: 'update/delete',
    table: 't',
    key: { id: 1n },
    columns: ['a'],
    ...sides,
    message: 'They deleted it.',
  });
  expect(await reportOf('CREATE TABLE t(x)', 'SELECT 1', { plan: null, conflicts: [conflict] }))
    .toBe(`### Changes

**1 conflict**

\`t id=1\` (update/delete): \`They deleted it.\`

| column | old | local | remote |
| --- | --- | --- | --- |
| \`a\` | \`'was'\` | \`'mine'\` | (no row) |
`);
});
