import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  editDatabase,
  makeTempDir,
  requireTool,
  sqlite3Path,
} from '@turso-sync/testing';
import { withDiff } from '../../src/changeset/diff';
import type { Changeset } from '../../src/changeset/model';
import { changesetSql } from '../../src/changeset/text/sql-text';
import { describePlan, planText } from '../../src/plan/write-plan';
import type { Statement } from '../../src/sqlite/statement';
import { PLAN_FACTS } from '../fixtures/plan.fixture';
import { play } from './scene.fixture';
import { adaptersIn } from './served.fixture';

/** Every way to tell a row by its key, with keys that JSON does not hold, and keys that are equal only to a collation. */
const KEYS = [
  [
    'one integer',
    'k INTEGER, v, w, PRIMARY KEY(k)',
    (i: string) => `${i} * 7 % 4999`,
    '-9223372036854775808',
  ],
  [
    'one text',
    'k TEXT PRIMARY KEY, v, w',
    (i: string) => `'é' || (${i} * 7 % 4999)`,
    `CAST(x'ff61' AS TEXT)`,
  ],
  ['any value', 'k PRIMARY KEY, v, w', (i: string) => `iif(${i} % 3, ${i}, ${i} + 0.1)`, '9e999'],
  [
    'a collated text',
    'k TEXT COLLATE NOCASE PRIMARY KEY, v, w',
    (i: string) => `'Key ' || ${i}`,
    `'\u{feff}'`,
  ],
  ['a descending text', 'k TEXT, v, w, PRIMARY KEY(k DESC)', (i: string) => `'key ' || ${i}`, `'"'`],
] as const;

const PAIRS = [
  ['two columns', 'a INTEGER, b TEXT, v, w, PRIMARY KEY(b, a)'],
  ['a collated second column', 'a INTEGER, b TEXT COLLATE NOCASE, v, w, PRIMARY KEY(a, b)'],
  ['a collation of the key alone', 'a INTEGER, b TEXT, v, w, PRIMARY KEY(a, b COLLATE RTRIM)'],
  ['a descending column', 'a INTEGER, b TEXT, v, w, PRIMARY KEY(a DESC, b)'],
] as const;

/** Rows that go in a first, a last and a piece in between; and in two pieces. */
const [THREE, TWO] = [4_500, 2_500];

const series = (rows = THREE): string =>
  `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${rows})`;

const TABLES = [
  ...KEYS.map(([what, columns, key, odd], i) => ({
    what,
    create: `CREATE TABLE t(${columns}) WITHOUT ROWID;`,
    fill: `${series(i === 0 ? THREE : TWO)} INSERT INTO t SELECT ${key('i')}, i, 'text ' || i FROM s; INSERT INTO t VALUES(${odd}, 0, x'00');`,
  })),
  ...PAIRS.map(([what, columns], i) => ({
    what,
    create: `CREATE TABLE t(${columns}) WITHOUT ROWID;`,
    fill: `${series(i === 0 ? THREE : TWO)} INSERT INTO t SELECT i / 9, 'Part ' || (i % 9) || ' "é"', i, 'text ' || i FROM s;
      INSERT INTO t VALUES(77, CAST(x'ff61' AS TEXT), 0, NULL);`,
  })),
];

const EDITS = [
  ['all are inserted', '', (fill: string) => fill],
  [
    'most are updated',
    'full',
    () => `UPDATE t SET v = v || '!' WHERE v % 1000 <> 3; UPDATE t SET w = 7.5 WHERE v = 44;`,
  ],
  ['all are deleted', 'full', () => `DELETE FROM t WHERE true`],
  ['most are deleted', 'full', () => `DELETE FROM t WHERE v % 900 <> 3`],
] as const;

let turn = 0;

describe.each(TABLES)('many rows WITHOUT ROWID with a key of $what', ({ create, fill }) => {
  describe.each(EDITS)('of which %s', (_, before, edit) => {
    const story = { base: `${create} ${before === 'full' ? fill : ''}`, edit: edit(fill) };

    test.each(adaptersIn(turn++))(
      'arrive over $name, by their keys and by all of their values',
      ({ serve, isUntouched }) =>
        play(serve, story, async (scene) => {
          const since = isUntouched ? await scene.served.remote.fingerprint() : null;
          expect(await scene.push({ since })).toMatchObject({ outcome: 'applied', attempts: 1 });
          expect(await scene.differences()).toEqual([]);
        }),
    );

    test('stand in changes.json and in diff.sql as single rows do', async () => {
      const dir = makeTempDir('bulk-keys-');
      const [base, work, copy] = ['base.db', 'work.db', 'copy.db'].map((name) => join(dir, name)) as [
        string,
        string,
        string,
      ];
      buildDatabase(base, story.base);
      for (const file of [work, copy]) copyFileSync(base, file);
      editDatabase(work, story.edit);
      const [json, single, sql] = await withDiff(base, work, (changeset) => [
        readable(changeset),
        readable({ ...changeset, tables: changeset.tables.map((t) => ({ ...t, bulk: () => null })) }),
        [...changesetSql(changeset)].join(''),
      ]);
      expect(json).toEqual(single);
      if (!requireTool('sqlite3')) return;
      execFileSync(sqlite3Path() ?? '', [copy], { input: sql });
      expect(compareDatabases(copy, work)).toEqual([]);
    });
  });
});

/** The rows of a plan, with doubles as numbers, since they may be written with more digits or fewer. */
function readable(changeset: Changeset): unknown {
  const text = [...planText(describePlan(changeset, PLAN_FACTS), changeset)].join('');
  return JSON.parse(text.replaceAll(/\{"real":"([^"]*)"\}/g, (_, digits: string) => `"${Number(digits)}"`));
}

const UNIQUE = `CREATE TABLE t(id INTEGER PRIMARY KEY, u TEXT UNIQUE, a, b, UNIQUE(a, b));
  ${series()} INSERT INTO t SELECT i, 'value ' || i, i / 7, i FROM s;`;

describe.each([
  ['new ones', `UPDATE t SET u = 'new ' || u, b = -b`, 'update'],
  ['none', `UPDATE t SET u = NULL`, 'update'],
  [
    'those of their neighbours',
    `UPDATE t SET b = -b - 1; UPDATE t SET u = 'x' || u; UPDATE t SET u = 'value ' || (id % 4500 + 1)`,
    'insert',
  ],
  [
    'those of a deleted row',
    `DELETE FROM t WHERE id = 7; UPDATE t SET u = 'new ' || u; UPDATE t SET u = 'value 7' WHERE id = 9`,
    'insert',
  ],
] as const)('many rows that get unique values, %s', (_, edit, kind) => {
  test.each(adaptersIn(turn++))(
    'arrive over $name, by updates if no value is handed over',
    ({ serve, isUntouched }) =>
      play(serve, { base: UNIQUE, edit }, async (scene) => {
        const since = isUntouched ? await scene.served.remote.fingerprint() : null;
        const sent: Statement[] = [];
        const onSend = (statements: readonly Statement[]): unknown => sent.push(...statements);
        expect(await scene.push({ since, onSend })).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
        const written = sent
          .filter((s) => s.carries?.kind === kind)
          .reduce((n, s) => n + (s.carries?.rows ?? 0), 0);
        expect(written).toBeGreaterThanOrEqual(4499);
      }),
  );
});
