import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { backupTo, type BackupOptions } from './backup';

const dir = makeTempDir();
const from = path.join(dir, 'from.db');
let targets = 0;
const newTarget = (): string => path.join(dir, `to-${targets++}.db`);
const rows = (count: number): string =>
  `CREATE TABLE t(id INTEGER PRIMARY KEY, v);
   WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${count})
   INSERT INTO t SELECT i, zeroblob(3000) FROM s`;

/** Copies the source and closes it. */
async function backUp(to: string, options?: BackupOptions): Promise<void> {
  const source = new Database(from);
  try {
    await backupTo(source, to, options);
  } finally {
    source.close();
  }
}

test('copies to a new file, and tells how far it is', async () => {
  buildDatabase(from, rows(9_000));
  const to = newTarget();
  const told: number[] = [];
  await backUp(to, { onProgress: (done, total) => told.push(done / total) });
  expect(compareDatabases(from, to)).toEqual([]);
  expect(told.at(-1)).toBe(1);
  expect(told.length).toBeGreaterThan(2);
});

test.each(['DELETE', 'WAL'])(
  'copies over a database that is open elsewhere (journal_mode=%s)',
  async (mode) => {
    buildDatabase(from, rows(3));
    const to = newTarget();
    const open = new Database(to);
    open.exec(`PRAGMA journal_mode=${mode}; CREATE TABLE old(v); INSERT INTO old VALUES (1)`);
    await backUp(to);
    expect(open.prepare('SELECT count(*) FROM t').pluck().get()).toBe(3);
    open.close();
    expect(compareDatabases(from, to)).toEqual([]);
  },
);

test('waits for a reader of the target', async () => {
  buildDatabase(from, rows(3));
  const to = newTarget();
  const open = new Database(to);
  open.exec('CREATE TABLE old(v); BEGIN; SELECT * FROM old');
  setTimeout(() => open.exec('COMMIT'), 300);
  await backUp(to);
  open.close();
  expect(compareDatabases(from, to)).toEqual([]);
});

test.each([
  ['a database', rows(3)],
  ['an empty database', ''],
])('leaves a target that stays locked as it was, and says so (%s)', async (_, sql) => {
  buildDatabase(from, sql);
  const to = newTarget();
  const open = new Database(to);
  open.exec('CREATE TABLE old(v); BEGIN; SELECT * FROM old');
  await expect(backUp(to, { patience: 200 })).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
  open.exec('COMMIT');
  expect(open.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['old']);
  open.close();
});

test('copies an empty database to a new file and over another', async () => {
  buildDatabase(from, '');
  const [fresh, used] = [newTarget(), newTarget()];
  buildDatabase(used, rows(3));
  await backUp(fresh);
  await backUp(used);
  expect(existsSync(fresh)).toBe(true);
  expect(compareDatabases(fresh, used)).toEqual([]);
});

test('copies one state of a database that is written to all the time', async () => {
  buildDatabase(from, `${rows(20_000)}; CREATE TABLE twice(v)`);
  const writer = new Database(from);
  writer.pragma('journal_mode=WAL');
  const to = newTarget();
  let written = 0;
  const onProgress = (): void => {
    writer.exec('BEGIN; INSERT INTO twice VALUES (1); INSERT INTO t(v) VALUES (1); COMMIT');
    written++;
  };
  await backUp(to, { onProgress });
  writer.close();
  expect(written).toBeGreaterThan(2);
  const copy = new Database(to);
  expect(copy.prepare('SELECT (SELECT count(*) FROM t) - (SELECT count(*) FROM twice)').pluck().get()).toBe(
    20_000,
  );
  copy.close();
});
