import path from 'node:path';
import { buildDatabase, Database, makeTempDir } from '@turso-sync/testing';
import { openForChanges } from '../../src/sqlite/sqlite-target';
import { readValues } from '../../src/sqlite/stored-values';
import type { Statement } from '../../src/sqlite/statement';
import { play } from './scene.fixture';
import { ADAPTERS, adaptersIn } from './served.fixture';

/** Enough for SQLite to render them, and for the engine to doubt that a table of which statistics tell less is small. */
const ROWS = 1_200;
const series = `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${ROWS})`;

/** Statistics as ANALYZE may have left them: of a table that was small then, or large, and of an index that is gone. */
const STATISTICS = {
  none: [],
  'of one row': [`'t', 't_v', '1 1'`],
  'of nine rows': [`'t', 't_v', '9 1'`],
  'of ten rows': [`'t', 't_v', '10 1'`],
  'of sixty rows': [`'t', NULL, '60'`],
  'of few rows, in an index that is gone': [`'t', 't_v', '5000 5'`, `'T', 'gone', '12 3 1'`],
  'of far too many rows': [`'t', 't_v', '1000000000 1000'`],
};

const TABLES = {
  'an INTEGER PRIMARY KEY': 't(k INTEGER PRIMARY KEY, v, w UNIQUE)',
  'a text key': 't(k TEXT PRIMARY KEY, v, w)',
  'no key': 't(k, v, w)',
  'a key and no rowid': 't(k TEXT PRIMARY KEY, v, w) WITHOUT ROWID',
  'a key of two columns': 't(k, v, w, PRIMARY KEY(k, w)) WITHOUT ROWID',
};

const EDITS = {
  updates: `UPDATE t SET v = v || '!'`,
  'updates of which some do not go as JSON': `UPDATE t SET v = iif(k % 2, -0.0, v || '!')`,
  'deletes of most rows': 'DELETE FROM t WHERE k % 7',
};

let turn = 0;

describe.each(Object.entries(STATISTICS))('statistics %s', (_, statistics) => {
  const noted = statistics.map((row) => `INSERT INTO sqlite_stat1 VALUES(${row});`).join('');

  describe.each(Object.entries(TABLES))('of a table with %s', (__, table) => {
    const base = `CREATE TABLE ${table}; CREATE INDEX t_v ON t(v); ${series} INSERT INTO t SELECT i, 'text ' || i, i FROM s;
      ANALYZE; ${statistics.length === 0 ? 'DROP TABLE' : 'DELETE FROM'} sqlite_stat1; ${noted}`;

    test.each(Object.entries(EDITS).map(([name, edit]) => [name, edit, turn++] as const))(
      'do not make %s look at all rows for each of them',
      async (___, edit, own) => {
        for (const { serve, isUntouched } of adaptersIn(own)) {
          await play(serve, { base, edit }, async (scene) => {
            const since = isUntouched ? await scene.served.remote.fingerprint() : null;
            const sent: Statement[] = [];
            const onSend = (statements: readonly Statement[]): unknown => sent.push(...statements);
            const steps = (): number => scene.served.remote.usage()?.rowsRead ?? 0;
            const before = steps();
            expect(await scene.push({ since, onSend })).toMatchObject({ outcome: 'applied' });
            expect(steps() - before).toBeLessThan(20 * ROWS);
            expect(await scene.differences()).toEqual([]);
            expect(scansIn(base, sent)).toEqual([]);
          });
        }
      },
    );
  });
});

test.each(Object.entries(TABLES))(
  'new rows of a table with %s go together, however small statistics say that it is',
  async (_, table) => {
    const base = `CREATE TABLE ${table}; CREATE INDEX t_v ON t(v); ${series} INSERT INTO t SELECT i, 'text ' || i, i FROM s;
      ANALYZE; DELETE FROM sqlite_stat1; INSERT INTO sqlite_stat1 VALUES('t', 't_v', '1 1')`;
    const edit = `INSERT INTO t SELECT k + ${ROWS}, v, w + ${ROWS} FROM t`;
    for (const [, serve] of ADAPTERS) {
      await play(serve, { base, edit }, async (scene) => {
        const sent: Statement[] = [];
        const onSend = (statements: readonly Statement[]): unknown => sent.push(...statements);
        expect(await scene.push({ onSend })).toMatchObject({ outcome: 'applied' });
        expect(await scene.differences()).toEqual([]);
        expect(sent.filter((s) => s.carries?.kind === 'insert').length).toBeLessThan(5);
      });
    }
  },
);

/** What the plans of statements have of looking at all rows of the table; a delete may do so once. */
function scansIn(base: string, statements: readonly Statement[]): string[] {
  const file = path.join(makeTempDir('statistics-'), 'base.db');
  buildDatabase(file, base);
  const db: Database = openForChanges(file);
  try {
    return [...new Set(statements.filter((s) => s.carries !== undefined).map((s) => s.sql))].flatMap(
      (sql) => {
        const count = readValues(statements.find((s) => s.sql === sql)?.args ?? []).length;
        const args = Array.from({ length: count }, () => '[]');
        const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...args) as { detail: string }[];
        return plan
          .map(({ detail }) => detail)
          .filter((detail, i) => /^SCAN (?:main\.)?t\b/.test(detail) && !(i === 0 && sql.includes('DELETE')));
      },
    );
  } finally {
    db.close();
  }
}
