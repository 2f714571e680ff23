import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import { withDiff } from '../changeset/diff';
import { valuesInJson } from '../changeset/rows/row-blobs';
import { openReadOnly, using } from '../sqlite/files/open';
import { writePieces } from '../sqlite/files/write-file';
import type { SqlValue } from '../sqlite/values/values';
import { PLAN_FACTS } from '../../test/fixtures/plan.fixture';
import { openChanges } from './read-changes';
import { describePlan, planText } from './write-plan';

/** Returns the updates in the record of an edit: the values in bulk, and the number of rows one by one. */
async function recorded(edit: string): Promise<{ inBulk: SqlValue[][]; single: number }> {
  const folder = makeTempDir();
  const [before, after, file] = ['before.db', 'after.db', 'plan.json'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  const sql = `CREATE TABLE t(k INTEGER PRIMARY KEY, v, w);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO t SELECT i, 'text ' || i, CAST(i AS BLOB) FROM n`;
  buildDatabase(before, sql);
  buildDatabase(after, sql);
  editDatabase(after, edit);
  await withDiff(before, after, (changes) =>
    writePieces(file, planText(describePlan(changes, PLAN_FACTS), changes)),
  );
  return using(openReadOnly(after), (db) => {
    const [table] = openChanges(file).inverse(db)?.tables ?? [];
    const inBulk: SqlValue[][] = [];
    let single = 0;
    for (const piece of table?.bulk('update', 'rows') ?? []) {
      if (!('text' in piece)) {
        single += piece.count;
        continue;
      }
      const { text, blobs, set, known = [] } = piece;
      const bytes = blobs?.bytes ?? [];
      const values = valuesInJson(known.length + set.length, blobs ?? { columns: [] }, {
        row: 'value',
        bytes: bytes.map(() => '?'),
      });
      const rows = db.prepare(`SELECT ${values.join()} FROM json_each(?)`).raw().safeIntegers();
      inBulk.push(...(rows.all(...bytes, `[${text}]`) as SqlValue[][]));
    }
    return { inBulk, single };
  });
}

test('updates with BLOBs are read in bulk: the key, the values after and before', async () => {
  const { inBulk, single } = await recorded(
    `UPDATE t SET w = CASE k WHEN 1 THEN NULL WHEN 2 THEN x'' WHEN 3 THEN 1.5 ELSE CAST(w || '!' AS BLOB) END`,
  );
  expect(single).toBe(0);
  expect(inBulk).toHaveLength(2000);
  expect(inBulk.slice(0, 4)).toEqual([
    [1n, null, Buffer.from('1')],
    [2n, Buffer.from(''), Buffer.from('2')],
    [3n, 1.5, Buffer.from('3')],
    [4n, Buffer.from('4!'), Buffer.from('4')],
  ]);
});

test('values that JSON cannot hold are read one by one', async () => {
  const { inBulk, single } = await recorded(
    `UPDATE t SET v = iif(k % 10, v || '!', -0.0), w = CAST(w || '!' AS BLOB)`,
  );
  expect(single).toBe(200);
  expect(inBulk).toHaveLength(1800);
});
