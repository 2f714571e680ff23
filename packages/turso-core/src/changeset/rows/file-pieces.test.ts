import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, editDatabase, makeTempDir } from '@turso-sync/testing';
import { apply } from '../../apply/apply';
import type { Statement } from '../../sqlite/statement';
import { createSqliteTarget } from '../../sqlite/sqlite-target';
import { AFTER, BEFORE } from '../attached';
import { withDiff } from '../diff';
import type { Changeset } from '../model';

const NUMBERS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)';

const TABLES = {
  'an INTEGER PRIMARY KEY': 't(k INTEGER PRIMARY KEY, v, w UNIQUE)',
  'a text key': 't(k TEXT PRIMARY KEY COLLATE NOCASE, v, w)',
  'a key of two columns and no rowid': 't(k, v, w, PRIMARY KEY(w, k)) WITHOUT ROWID',
};

const EDITS = {
  updates: `UPDATE t SET v = CASE w % 7 WHEN 1 THEN x'00' WHEN 2 THEN -0.0 WHEN 3 THEN 9e999
    WHEN 4 THEN CAST(x'ff' AS TEXT) WHEN 5 THEN 1e-300 WHEN 6 THEN v ELSE v || '!' END`,
  deletes: 'DELETE FROM t WHERE w % 3 > 0',
  inserts: `${NUMBERS} INSERT INTO t SELECT 10000 + i, iif(i % 2, -0.0, x'ff'), 10000 + i FROM n`,
  'changes of all kinds': `DELETE FROM t WHERE w > 1500; UPDATE t SET v = x'00';
    ${NUMBERS} INSERT INTO t SELECT 10000 + i, i, 10000 + i FROM n`,
};

/** Passes the changes of an edit to `work`, with a copy of the database from before, and the one from after. */
async function changing(
  [table, edit]: readonly [table: string, edit: string],
  work: (changeset: Changeset, files: { before: string; copy: string; after: string }) => Promise<void>,
): Promise<void> {
  const folder = makeTempDir();
  const [before, copy, after] = ['before.db', 'copy.db', 'after.db'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string];
  buildDatabase(
    before,
    `CREATE TABLE ${table}; ${NUMBERS} INSERT INTO t SELECT 'k' || i, 'text ' || i, i FROM n`.replace(
      "'k' || i",
      table.includes('INTEGER') ? 'i' : "'k' || i",
    ),
  );
  for (const file of [copy, after]) copyFileSync(before, file);
  editDatabase(after, edit);
  await withDiff(before, after, (changeset) => work(changeset, { before, copy, after }));
}

function applyFiles(
  changeset: Changeset,
  { before, copy, after }: { before: string; copy: string; after: string },
  onSend?: (statements: readonly Statement[]) => void,
): ReturnType<typeof apply> {
  const attach = [
    { file: before, name: BEFORE },
    { file: after, name: AFTER },
  ];
  return apply(changeset, createSqliteTarget(copy, { attach }), {
    hasFiles: true,
    ...(onSend && { onSend }),
  });
}

test('updates that pass unique values on are read one by one', async () => {
  const edit = 'UPDATE t SET w = -w; UPDATE t SET w = 3001 + w';
  await changing([TABLES['an INTEGER PRIMARY KEY'], edit], async (changeset, files) => {
    expect(await applyFiles(changeset, files)).toMatchObject({ outcome: 'applied', attempts: 1 });
    expect(compareDatabases(files.copy, files.after)).toEqual([]);
  });
});

describe.each(Object.entries(TABLES))('in a table with %s', (_, table) => {
  test.each(Object.entries(EDITS))('many %s are written from the two files', async (__, edit) => {
    await changing([table, edit], async (changeset, files) => {
      let values = 0;
      const result = await applyFiles(changeset, files, (statements) => {
        for (const { args, carries } of statements)
          if (carries !== undefined && carries.rows > 100)
            values += args && 'length' in args ? args.length : 1e9;
      });
      expect(result).toMatchObject({ outcome: 'applied', attempts: 1 });
      expect(compareDatabases(files.copy, files.after)).toEqual([]);
      // Only the ends of spans are bound.
      expect(values).toBeLessThan(100);
    });
  });

  test.each([
    ['updated', "UPDATE t SET v = 'ours' WHERE w = 1000"],
    ['deleted', 'DELETE FROM t WHERE w = 1000'],
  ])('nothing is written if a row was %s meanwhile', async (__, edit) => {
    await changing([table, EDITS['changes of all kinds']], async (changeset, files) => {
      editDatabase(files.copy, edit);
      const expected = `${files.copy}.expected`;
      copyFileSync(files.copy, expected);
      expect(await applyFiles(changeset, files)).toMatchObject({
        outcome: 'conflict',
        conflicts: [{ table: 't' }],
      });
      expect(compareDatabases(files.copy, expected)).toEqual([]);
    });
  });
});

test('rows of a table with another definition are not read from the files', async () => {
  await changing(
    [TABLES['an INTEGER PRIMARY KEY'], "ALTER TABLE t ADD COLUMN x DEFAULT 1; UPDATE t SET v = 'new'"],
    async ({ tables: [changes] }) => {
      expect(changes?.bulk('update', 'rows')).not.toBeNull();
      expect(changes?.bulk('update', 'files')).toBeNull();
      await Promise.resolve();
    },
  );
});
