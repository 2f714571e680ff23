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
import { withDiff } from '../../src/changeset/diff';
import type { Statement } from '../../src/sqlite/statement';
import type { Changeset } from '../../src/changeset/model';
import { describePlan, planText } from '../../src/plan/write-plan';
import { PLAN_FACTS } from '../fixtures/plan.fixture';
import { changesetSql } from '../../src/changeset/text/sql-text';
import { nameReceipt } from '../../src/sqlite/receipt';
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

const FILLED = `${BASE}; ${EDIT}`;

const SCENARIOS = [
  {
    kind: 'insert',
    base: BASE,
    edit: EDIT,
    theirs: "INSERT INTO t VALUES (700, 'theirs', 1, NULL)",
    count: 6008,
  },
  {
    kind: 'delete',
    base: FILLED,
    edit: 'DELETE FROM t WHERE id <> 5 AND id <> 3000; DELETE FROM hidden',
    theirs: "UPDATE t SET x = 'theirs' WHERE id = 700",
    count: 6007,
  },
  {
    kind: 'update',
    base: FILLED,
    edit: `UPDATE t SET r = r / 3.0 WHERE id BETWEEN 6 AND 4490; UPDATE t SET a = -a, x = x || '!' WHERE id % 700 = 6;
      UPDATE t SET r = -0.0 WHERE id = 1500; UPDATE t SET r = 9e999 WHERE id = 5; UPDATE t SET x = x'00' WHERE id = 4000;
      UPDATE t SET a = 7.0 WHERE id = 11; UPDATE t SET x = NULL WHERE id >= 5000; UPDATE hidden SET b = b || a`,
    theirs: "UPDATE t SET x = 'theirs' WHERE id = 700",
    count: 5988,
  },
] as const;

describe.each(SCENARIOS)('many rows of the kind $kind', ({ kind, base, edit, theirs, count }) => {
  describe.each(ADAPTERS)('over %s', (_, serve) => {
    test('arrive bit by bit, whatever is among them', () =>
      play(serve, { base, edit }, async (scene) => {
        expect(await scene.push()).toMatchObject({ outcome: 'applied', attempts: 1 });
        expect(await scene.differences()).toEqual([]);
      }));

    test('arrive by their keys alone where nobody has written since', () =>
      play(serve, { base, edit }, async (scene) => {
        const since = await scene.served.remote.fingerprint();
        const sent: string[] = [];
        const onSend = (statements: readonly Statement[]): unknown =>
          sent.push(...statements.map(({ sql }) => sql));
        const movedRowids = new Set<string>();
        expect(await scene.push({ since, movedRowids, onSend })).toMatchObject({
          outcome: 'applied',
          attempts: 1,
        });
        expect(await scene.differences()).toEqual([]);
        // Only rows that are sent one by one, and added ones, have all of their values.
        const isWhole = sent.filter((sql) => sql.includes('json_each(?)') && sql.includes('c3'));
        expect(isWhole.every((sql) => sql.includes('INSERT') || kind === 'update')).toBe(true);
        const byKey = sent.filter((sql) =>
          /UPDATE[^]*WHERE t\."id" = \+r\.c0$|DELETE[^]*(BETWEEN|IN \(SELECT c0 FROM r\))/.test(sql),
        );
        expect(byKey.length > 0).toBe(kind !== 'insert');
        // All of a span, and rows among others that stay.
        for (const deletes of [/DELETE[^]*BETWEEN \? AND \?$/, /DELETE[^]*IN \(SELECT c0 FROM r\)$/])
          expect(sent.some((sql) => deletes.test(sql))).toBe(kind === 'delete');
      }));

    test('are guarded by all of their values where somebody has', () =>
      play(serve, { base, edit }, async (scene) => {
        const since = await scene.served.remote.fingerprint();
        await scene.served.edit(`CREATE TABLE elsewhere(a); ${theirs}`);
        const before = await scene.bytes();
        expect(await scene.push({ since, movedRowids: new Set() })).toMatchObject({ outcome: 'conflict' });
        expect(await scene.bytes()).toEqual(before);
      }));

    test('are found there already after a lost answer', () =>
      play(serve, { base, edit }, async (scene) => {
        const receipt = nameReceipt();
        for (const _again of [1, 2]) {
          expect(await scene.push({ receipt })).toMatchObject({ outcome: 'applied', alreadyThere: 0 });
          expect(await scene.differences()).toEqual([]);
        }
        // Without a receipt, rows that have no key are added again.
        const again = kind === 'insert' ? 1500 : 0;
        const [[before]] = (await scene.query('SELECT count(*) FROM hidden')) as [[bigint]];
        expect(await scene.push()).toMatchObject({ outcome: 'applied', alreadyThere: count - again });
        expect(await scene.query('SELECT count(*) FROM hidden')).toEqual([[before + BigInt(again)]]);
        expect(compareDatabases(await scene.copy(), scene.work, { ignoreTables: ['hidden'] })).toEqual([]);
      }));
  });

  test('are rendered at once, but for the pieces that hold what JSON does not', () =>
    withEdited({ base, edit }, async (before, after) => {
      const pieces = await withDiff(before, after, ({ tables }) =>
        tables.flatMap((t) => [...(t.bulk(kind, 'rows') ?? [])]),
      );
      const rendered = pieces.filter((piece) => 'text' in piece);
      expect(rendered.length).toBeGreaterThan(0);
      expect(rendered.length).toBeLessThan(pieces.length);
      expect(pieces.reduce((sum, piece) => sum + piece.count, 0)).toBe(count);
    }));

  test('are counted, and stand in changes.json as single rows do', () =>
    withEdited({ base, edit }, async (before, after) => {
      const [json, single] = await withDiff(before, after, (changeset) => [
        changesOf(changeset),
        changesOf({ ...changeset, tables: changeset.tables.map((t) => ({ ...t, bulk: () => null })) }),
      ]);
      expect(json.changes).toMatchObject({ total: { [kind]: count } });
      expect(json.rows.map(readable)).toEqual(single.rows.map(readable));
    }));

  (requireTool('sqlite3') ? test : test.skip)('are made by diff.sql in the stock shell', () =>
    withEdited({ base, edit }, async (before, after) => {
      const sql = await withDiff(before, after, (changeset) => [...changesetSql(changeset)].join(''));
      const copy = `${before}.copy`;
      copyFileSync(before, copy);
      execFileSync(sqlite3Path() ?? '', [copy], { input: sql });
      expect(compareDatabases(copy, after)).toEqual([]);
    }),
  );
});

interface Changes {
  changes: unknown;
  rows: { table: string; insert?: unknown[]; update?: unknown[]; delete?: unknown[] }[];
}

function changesOf(changeset: Changeset): Changes {
  return JSON.parse([...planText(describePlan(changeset, PLAN_FACTS), changeset)].join('')) as Changes;
}

/** With doubles as numbers, since they may be written with more digits or fewer. */
function readable(table: Changes['rows'][number]): unknown {
  const text = JSON.stringify(table).replaceAll(/\{"real":"([^"]*)"\}/g, (_, digits: string) =>
    Object.is(Number(digits), -0) ? '"-0"' : `"${Number(digits)}"`,
  );
  return JSON.parse(text);
}

async function withEdited<T>(
  { base, edit }: { base: string; edit: string },
  test: (before: string, after: string) => Promise<T>,
): Promise<T> {
  const dir = makeTempDir('bulk-');
  const [before, after] = [join(dir, 'base.db'), join(dir, 'work.db')];
  try {
    buildDatabase(before, base);
    copyFileSync(before, after);
    editDatabase(after, edit);
    return await test(before, after);
  } finally {
    removeTempDir(dir);
  }
}
