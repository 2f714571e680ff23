import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, editDatabase, makeTempDir } from '@turso-sync/testing';
import { withDiff } from '../diff';

test('counting rows that JSON does not hold keeps none of them, and each use reads all of them', async () => {
  const [before, after] = ['before.db', 'after.db'].map((name) => path.join(makeTempDir('bulk-'), name)) as [
    string,
    string,
  ];
  buildDatabase(
    before,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v BLOB);
     WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i LIMIT 3000) INSERT INTO t SELECT n, zeroblob(10) FROM i`,
  );
  copyFileSync(before, after);
  editDatabase(after, "UPDATE t SET v = x'01'");
  await withDiff(before, after, ({ tables: [changes] }) => {
    expect(changes?.count('update')).toBe(3000);
    const pieces = [...(changes?.bulk('update', 'keys') ?? [])];
    expect(pieces.length).toBeGreaterThan(1);
    for (const piece of pieces) {
      if ('text' in piece) throw new Error('JSON holds no BLOB');
      expect(Array.isArray(piece.rows)).toBe(false);
      for (let use = 0; use < 2; use++) expect([...piece.rows]).toHaveLength(piece.count);
    }
  });
});
