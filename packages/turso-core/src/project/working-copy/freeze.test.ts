import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { besideBusyWriter } from '../../../test/fixtures/busy-writer.fixture';
import { freeze, sameBytes } from './freeze';

let dir: string;
let file: string;
let to: string;

beforeEach(() => {
  dir = makeTempDir();
  [file, to] = [path.join(dir, 'app.db'), path.join(dir, 'frozen.db')];
  buildDatabase(file, 'CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)');
});

test('copies the working copy as it is, and leaves it alone', async () => {
  const before = readFileSync(file);
  expect(await freeze(file, to)).toBe(true);
  expect(compareDatabases(file, to)).toEqual([]);
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(readdirSync(dir).sort()).toEqual(['app.db', 'frozen.db']);
});

test('makes no copy where not a byte is different', async () => {
  const base = path.join(dir, 'base.db');
  copyFileSync(file, base);
  expect(await freeze(file, to, base)).toBe(false);
  expect(existsSync(to)).toBe(false);
  const db = new Database(file);
  db.exec('UPDATE t SET v = 2');
  db.close();
  expect(await freeze(file, to, base)).toBe(true);
});

test('takes what is in the write-ahead log alone, and the copy has none', async () => {
  const open = new Database(file);
  open.exec('PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES (2, 2)');
  expect(await freeze(file, to)).toBe(true);
  expect(readFileSync(to).subarray(18, 20)).toEqual(Buffer.from([1, 1]));
  open.close();
  expect(compareDatabases(file, to)).toEqual([]);
});

test('takes the log while a reader keeps it from being folded into the file', async () => {
  const [reader, writer] = [new Database(file), new Database(file)];
  writer.exec('PRAGMA journal_mode=WAL');
  reader.exec('BEGIN; SELECT * FROM t');
  writer.exec('INSERT INTO t VALUES (2, 2)');
  expect(await freeze(file, to)).toBe(true);
  reader.exec('COMMIT');
  for (const db of [reader, writer]) db.close();
  expect(compareDatabases(file, to)).toEqual([]);
});

test('gets in between the transactions of an app that writes all the time', async () => {
  await besideBusyWriter(file, async () => {
    expect(await freeze(file, to)).toBe(true);
  });
  expect(compareDatabases(file, to)).toEqual([]);
});

test('rolls back what a crash has left half done, as any program would that opens it', async () => {
  const crashed = path.join(dir, 'crashed.db');
  const open = new Database(file);
  open.exec(
    'PRAGMA cache_size=1; BEGIN; INSERT INTO t SELECT value, zeroblob(3000) FROM json_each(json_array(5,6,7,8,9))',
  );
  for (const end of ['', '-journal']) copyFileSync(file + end, crashed + end);
  open.exec('ROLLBACK');
  open.close();
  expect(await freeze(crashed, to)).toBe(true);
  expect(compareDatabases(file, to)).toEqual([]);
});

test.each([
  ['WORKING_COPY_MISSING', () => undefined],
  ['WORKING_COPY_NOT_A_DATABASE', (at: string) => writeFileSync(at, 'some text')],
  ['WORKING_COPY_NOT_A_DATABASE', (at: string) => writeFileSync(at, `SQLite format 3\0${'x'.repeat(5000)}`)],
])('throws %s', async (code, make) => {
  const other = path.join(dir, 'other.db');
  make(other);
  await expect(freeze(other, to)).rejects.toMatchObject({
    code,
    hint: expect.stringContaining('turso-sync init') as string,
  });
  expect(existsSync(to)).toBe(false);
});

test('takes a file of no bytes for what was lost, where there was something before', async () => {
  const [base, empty] = [path.join(dir, 'base.db'), path.join(dir, 'empty.db')];
  copyFileSync(file, base);
  writeFileSync(empty, '');
  truncateSync(file, 0);
  await expect(freeze(file, to, base)).rejects.toMatchObject({ code: 'WORKING_COPY_NOT_A_DATABASE' });
  expect(await freeze(file, to, empty)).toBe(false);
  expect(await freeze(file, to)).toBe(true);
});

test('sameBytes compares to the last byte', () => {
  const [a, b] = [path.join(dir, 'a'), path.join(dir, 'b')];
  const bytes = Buffer.alloc(3_000_000, 'x');
  writeFileSync(a, bytes);
  writeFileSync(b, bytes);
  expect(sameBytes(a, b)).toBe(true);
  bytes[bytes.length - 1] = 0;
  writeFileSync(b, bytes);
  expect(sameBytes(a, b)).toBe(false);
  writeFileSync(b, bytes.subarray(1));
  expect(sameBytes(a, b)).toBe(false);
});
