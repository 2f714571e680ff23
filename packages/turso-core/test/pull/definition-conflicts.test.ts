import { readFileSync } from 'node:fs';
import { compareDatabases } from '@turso-sync/testing';
import { conflictText } from '../../src/report/conflict-text';
import { init } from '../../src/commands/init';
import { pull } from '../../src/commands/pull';
import { push } from '../../src/commands/push';
import { BASE, rebuilt } from '../fixtures/definitions.fixture';
import { makeFileProject, type FileProject } from '../fixtures/project.fixture';
import { expectSchema } from '../fixtures/schemas.fixture';

const TRIGGER = (body: string): string =>
  `DROP TRIGGER logged; CREATE TRIGGER logged AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (${body}); END`;
const COLUMN = (column: string): string =>
  rebuilt(`id INTEGER PRIMARY KEY, a TEXT, ${column}, c`, 'id, a, b, c');

async function begin(ours: string, theirs: string): Promise<FileProject> {
  const at = await makeFileProject(BASE);
  await init(at.project);
  at.edit(ours);
  at.editRemote(theirs);
  return at;
}

/** Our change, theirs, what is said, and queries of what is there when ours or theirs is taken; null where no option does. */
const DISPUTES: readonly (readonly [
  ours: string,
  theirs: string,
  conflict: object,
  query: string | null,
  taken: { readonly ours: unknown; readonly theirs: unknown } | null,
])[] = [
  [
    `ALTER TABLE t ADD COLUMN d TEXT`,
    `ALTER TABLE t ADD COLUMN d INT`,
    { columns: ['d'], message: 'Both sides added column "d", in different ways.' },
    `SELECT type FROM pragma_table_info('t') WHERE name = 'd'`,
    { ours: 'TEXT', theirs: 'INT' },
  ],
  [
    COLUMN('b TEXT'),
    COLUMN('b REAL'),
    { columns: ['b'], message: 'Both sides changed column "b", in different ways.' },
    `SELECT type FROM pragma_table_info('t') WHERE name = 'b'`,
    { ours: 'TEXT', theirs: 'REAL' },
  ],
  [
    `ALTER TABLE t RENAME COLUMN c TO mine`,
    `ALTER TABLE t RENAME COLUMN c TO theirs`,
    {
      columns: ['c'],
      message: 'You renamed column "c" to "mine", and it was renamed to "theirs" on the remote.',
    },
    `SELECT name FROM pragma_table_info('t') WHERE cid = 3`,
    { ours: 'mine', theirs: 'theirs' },
  ],
  [
    `ALTER TABLE t RENAME TO mine`,
    `ALTER TABLE t RENAME TO theirs`,
    { message: 'You renamed this table to "mine", and it was renamed to "theirs" on the remote.' },
    `SELECT name FROM sqlite_schema WHERE name IN ('mine', 'theirs')`,
    { ours: 'mine', theirs: 'theirs' },
  ],
  [
    `UPDATE t SET c = 'edited' WHERE id = 2`,
    `ALTER TABLE t DROP COLUMN c`,
    {
      columns: ['c'],
      message: 'Column "c": it was dropped on the remote, and you changed its values (id=2).',
      definition: {
        local: expect.stringContaining('b INT, c') as string,
        remote: expect.stringMatching(/b INT\)$/) as string,
      },
    },
    `SELECT group_concat(name), (SELECT count(*) FROM t WHERE a = 'two') FROM pragma_table_info('t')`,
    { ours: 'id,a,b,c', theirs: 'id,a,b' },
  ],
  [
    `ALTER TABLE t DROP COLUMN c`,
    `UPDATE t SET c = 'edited' WHERE id = 2; ALTER TABLE t ADD COLUMN d`,
    { columns: ['c'], message: 'Column "c": you dropped it, and the remote changed its values (id=2).' },
    `SELECT group_concat(name) FROM pragma_table_info('t')`,
    { ours: 'id,a,b,d', theirs: 'id,a,b,c,d' },
  ],
  [
    `ALTER TABLE t DROP COLUMN c`,
    `ALTER TABLE t RENAME COLUMN c TO d`,
    { message: 'Column "c": you dropped it, and the remote renamed it to "d".' },
    `SELECT group_concat(name) FROM pragma_table_info('t')`,
    { ours: 'id,a,b', theirs: 'id,a,b,d' },
  ],
  [
    TRIGGER(`'mine'`),
    TRIGGER(`'theirs'`),
    {
      definition: {
        type: 'trigger',
        name: 'logged',
        local: expect.stringContaining('mine') as string,
        remote: expect.stringContaining('theirs') as string,
      },
      message: 'Both sides changed this trigger, in different ways.',
    },
    `SELECT sql LIKE '%mine%' FROM sqlite_schema WHERE name = 'logged'`,
    { ours: 1, theirs: 0 },
  ],
  [
    `DROP TRIGGER logged`,
    TRIGGER(`'theirs'`),
    { message: 'You dropped this trigger, and it was changed on the remote.' },
    `SELECT count(*) FROM sqlite_schema WHERE name = 'logged'`,
    { ours: 0, theirs: 1 },
  ],
  [
    `DROP INDEX by_b; CREATE INDEX by_b ON t(b, a)`,
    `DROP INDEX by_b; CREATE INDEX by_b ON t(b DESC)`,
    { message: 'Both sides changed this index, in different ways.', definition: { type: 'index' } },
    `SELECT sql LIKE '%DESC%' FROM sqlite_schema WHERE name = 'by_b'`,
    { ours: 0, theirs: 1 },
  ],
  [
    `CREATE VIEW v AS SELECT 1`,
    `CREATE VIEW v AS SELECT 2`,
    { message: 'Both sides made this view, in different ways.', definition: { type: 'view', old: null } },
    `SELECT * FROM v`,
    { ours: 1, theirs: 2 },
  ],
  [
    `CREATE TABLE u(x)`,
    `CREATE TABLE u(y)`,
    {
      message: 'Both sides made a table of this name, in different ways.',
      definition: { byHand: true, old: null },
    },
    null,
    null,
  ],
  [
    `CREATE INDEX mine ON t(c)`,
    `ALTER TABLE t DROP COLUMN c`,
    {
      definition: { type: 'index', name: 'mine', byHand: true },
      message: expect.stringContaining('no such column: c') as string,
    },
    null,
    null,
  ],
  [
    `CREATE TRIGGER mine AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.c); END`,
    `ALTER TABLE t DROP COLUMN c`,
    {
      definition: { type: 'trigger', name: 'mine', byHand: true },
      message: expect.stringContaining('no such column: new.c') as string,
    },
    null,
    null,
  ],
  [
    `CREATE VIEW mine AS SELECT x FROM other`,
    `DROP TABLE other`,
    { definition: { type: 'view', name: 'mine', byHand: true } },
    null,
    null,
  ],
  [
    `CREATE INDEX mine ON other(x)`,
    `DROP TABLE other`,
    { definition: { type: 'index', name: 'mine', byHand: true } },
    null,
    null,
  ],
  [
    `ALTER TABLE other ADD COLUMN z`,
    `DROP TABLE other`,
    { definition: { type: 'table', name: 'other', remote: null, byHand: true } },
    null,
    null,
  ],
  [
    `DROP TABLE other`,
    `ALTER TABLE other ADD COLUMN z`,
    { definition: { type: 'table', name: 'other', local: null, byHand: true } },
    null,
    null,
  ],
  [
    `INSERT INTO other VALUES (5, 'mine')`,
    `DROP TABLE other`,
    {
      definition: { type: 'table', name: 'other', byHand: true },
      message: 'table "other" was dropped on the remote.',
    },
    null,
    null,
  ],
  [
    `INSERT INTO t(id, a) VALUES (9, NULL)`,
    rebuilt('id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT, c', 'id, a, b, c'),
    {
      kind: 'check',
      key: { id: 9n },
      columns: ['a'],
      local: { id: 9n, a: null },
      message:
        'Your row does not fit the definition of this table on the remote: NOT NULL constraint failed: t.a.',
    },
    `SELECT count(*) FROM t WHERE id = 9`,
    { ours: 'conflict', theirs: 0 },
  ],
  [
    `UPDATE t SET a = 'no JSON' WHERE id = 3`,
    `UPDATE t SET a = json_array(a); CREATE INDEX only ON t(json_extract(a, '$[0]')) WHERE id < 100`,
    {
      kind: 'check',
      key: { id: 3n },
      local: { a: 'no JSON' },
      message: expect.stringContaining('malformed JSON') as string,
    },
    `SELECT a FROM t WHERE id = 3`,
    { ours: 'conflict', theirs: '["three"]' },
  ],
  [
    `UPDATE t SET a = 'two' WHERE id = 3`,
    `CREATE UNIQUE INDEX only ON t(a)`,
    { kind: 'check', key: { id: 3n }, local: { a: 'two' } },
    `SELECT a FROM t WHERE id = 3`,
    { ours: 'conflict', theirs: 'three' },
  ],
  [
    rebuilt('id INTEGER PRIMARY KEY, a TEXT NOT NULL, b INT, c', 'id, a, b, c'),
    `INSERT INTO t(id, a) VALUES (9, NULL); ALTER TABLE t ADD COLUMN d`,
    { kind: 'schema', key: { id: 9n }, remote: { id: 9n, a: null } },
    null,
    null,
  ],
];

test.each(DISPUTES)('we: %s; they: %s', async (ours, theirs, conflict, query, taken) => {
  const at = await begin(ours, theirs);
  const before = readFileSync(at.project.workingCopy);
  const result = await pull(at.project);
  expect(result).toMatchObject({ outcome: 'conflict', conflicts: [{ kind: 'schema', ...conflict }] });
  expect(conflictText(result.conflicts, 'x', 'pull')).toContain(result.conflicts[0]?.message);
  const noted: unknown = JSON.parse(readFileSync(at.project.files.conflictsJson, 'utf8'));
  expect(noted).toMatchObject({ conflicts: [{}] });
  expectSchema('conflicts', noted);
  expect(readFileSync(at.project.workingCopy).equals(before)).toBe(true);
  // SQLite makes a view of what is not there, and so does a push.
  const outcome = ours.startsWith('CREATE VIEW mine') ? 'pushed' : 'conflict';
  expect(await push(at.project, { allow: ['dropTable:other'] })).toMatchObject({ outcome });
  for (const side of ['ours', 'theirs'] as const) {
    const other = await begin(ours, theirs);
    const resolved = await pull(other.project, { onConflict: side });
    if (taken === null || taken[side] === 'conflict') {
      expect(resolved).toMatchObject({ outcome: 'conflict' });
      continue;
    }
    const count = side === 'ours' ? { overwritten: 1, kept: 0 } : { overwritten: 0, kept: 1 };
    expect(resolved).toMatchObject({ outcome: 'pulled', ...count });
    expect(await push(other.project)).toMatchObject({ conflicts: [] });
    expect(compareDatabases(other.remote, other.project.workingCopy)).toEqual([]);
    expect(other.queryRemote(query ?? '')[0]?.[0]).toBe(taken[side]);
  }
});
