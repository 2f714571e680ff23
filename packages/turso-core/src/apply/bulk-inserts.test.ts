import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildDatabase,
  compareDatabases,
  editDatabase,
  makeTempDir,
  removeTempDir,
  requireTool,
  sqlite3Path,
} from '@turso-sync/testing';
import { withDiff } from '../changeset/diff';
import { changesetJson } from '../changeset/json';
import { changesetSql } from '../changeset/sql-text';
import { play } from './scene.fixture';
import { ADAPTERS } from './served.fixture';

const BASE = `CREATE TABLE t(id INTEGER PRIMARY KEY, a, r REAL, x TEXT);
  CREATE TABLE hidden(a, b);
  INSERT INTO t VALUES(5, 'was here', 0.5, NULL);`;

const series = (count: number): string =>
  `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${count})`;

/** Many plain rows, and in the midst of them every value that JSON does not hold, or that rendering could spoil. */
const EDIT = `${series(4500)} INSERT INTO t SELECT i + 10, i * 7, i / 7.0, 'it''s "' || i || '" é 🦀' || char(10) FROM s;
  INSERT INTO t VALUES
    (-9223372036854775808, 9223372036854775807, 5e-324, ''),
    (9223372036854775807, -9223372036854775808, 1.7976931348623157e308, char(0) || 'nul' || char(0)),
    (5001, 9e999, -9e999, char(65279) || 'bom'), (5002, -0.0, 0.0, char(65533)),
    (5003, x'00ff', NULL, CAST(x'ff61' AS TEXT)), (5004, x'', 1e-300, '\\u0001' || char(1)),
    (5005, 0.1 + 0.2, 0.415131, replace(hex(zeroblob(9000)), '0', 'y')), (5006, 9007199254740993, 1.0, '[1,"a"]');
  ${series(1500)} INSERT INTO hidden SELECT i, 'row ' || i % 3 FROM s;`;

describe.each(ADAPTERS)('many inserted rows, over %s', (_, serve) => {
  test('arrive bit by bit, whatever is among them', () =>
    play(serve, { base: BASE, edit: EDIT }, async (scene) => {
      expect(await scene.push()).toMatchObject({ status: 'applied', attempts: 1 });
      expect(await scene.differences()).toEqual([]);
    }));

  test('are found there already after a lost answer', () =>
    play(serve, { base: BASE, edit: EDIT }, async (scene) => {
      await scene.push();
      expect(await scene.push()).toMatchObject({ status: 'applied', alreadyThere: 6008 });
      expect(await scene.differences()).toEqual([]);
    }));
});

test('many inserted rows are counted, and stand in changes.json one by one', async () => {
  const json = await withEdited((base, work) =>
    withDiff(base, work, (changeset) => [...changesetJson(changeset, new Date(0))].join('')),
  );
  const { summary, tables } = JSON.parse(json) as {
    summary: { total: unknown };
    tables: { table: string; insert: unknown[][] }[];
  };
  expect(summary.total).toEqual({ delete: 0, update: 0, insert: 6008 });
  const rows = new Map(
    tables.find((t) => t.table === 't')?.insert.map((row) => [JSON.stringify(row[0]), row]),
  );
  expect(rows.size).toBe(4508);
  expect(rows.get('5002')).toEqual([
    5002,
    { real: '-0' },
    { real: expect.stringMatching(/^0(\.0)?$/) as string },
    '\uFFFD',
  ]);
  expect(rows.get('5003')).toEqual([5003, { blob: 'AP8=' }, null, { text: '/2E=' }]);
  expect(rows.get('{"integer":"9223372036854775807"}')?.[3]).toBe('\0nul\0');
});

test('many inserted rows are rendered at once, but for the pieces that hold what JSON does not', async () => {
  const pieces = await withEdited((base, work) =>
    withDiff(base, work, ({ tables }) => tables.flatMap((t) => [...(t.bulkInserts('wire') ?? [])])),
  );
  const rendered = pieces.filter((piece) => 'text' in piece);
  expect(rendered.length).toBeGreaterThan(0);
  expect(rendered.length).toBeLessThan(pieces.length);
  expect(pieces.reduce((sum, { count }) => sum + count, 0)).toBe(6008);
});

(requireTool('sqlite3') ? test : test.skip)(
  'many inserted rows are made by diff.sql in the stock shell',
  () =>
    withEdited(async (base, work) => {
      const sql = await withDiff(base, work, (changeset) => [...changesetSql(changeset)].join(''));
      const copy = `${base}.copy`;
      copyFileSync(base, copy);
      execFileSync(sqlite3Path() ?? '', [copy], { input: sql });
      expect(compareDatabases(copy, work)).toEqual([]);
    }),
);

async function withEdited<T>(test: (base: string, work: string) => Promise<T>): Promise<T> {
  const dir = makeTempDir('bulk-');
  const [base, work] = [join(dir, 'base.db'), join(dir, 'work.db')];
  try {
    buildDatabase(base, BASE);
    copyFileSync(base, work);
    editDatabase(work, EDIT);
    return await test(base, work);
  } finally {
    removeTempDir(dir);
  }
}
