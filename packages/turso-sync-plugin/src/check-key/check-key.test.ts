import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildDatabase, makeTempDir, writeFiles } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { checkKey } from './check-key';

/** Makes a working copy with some checks, and its key. */
function start(): { readonly file: string; readonly folder: string; readonly key: () => string | null } {
  const dir = makeTempDir('key-');
  const file = path.join(dir, 'working_copy.db');
  buildDatabase(
    file,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'one'), (2, 'two')`,
  );
  writeFiles(dir, {
    'checks/a.sql': 'SELECT 1 WHERE 0',
    'checks/more/b.sql': 'SELECT 2 WHERE 0',
    'checks/README.md': 'x',
  });
  const folder = path.join(dir, 'checks');
  return { file, folder, key: () => checkKey([`copy=${file}`, `checks=${folder}`]) };
}

const KEY = /^[0-9a-f]{64}$/;

test('the key is the same while nothing changes, and whatever changes that is neither data nor a check', () => {
  const { file, folder, key } = start();
  const first = key();
  expect(first).toMatch(KEY);
  fs.utimesSync(file, new Date(), new Date());
  fs.writeFileSync(path.join(folder, 'README.md'), 'y');
  expect(key()).toBe(first);
});

test('a changed row changes it, also if size and time of the file stay as they were', () => {
  const { file, key } = start();
  const [first, { size, atime, mtime }] = [key(), fs.statSync(file)];
  const db = new Database(file);
  db.exec("UPDATE t SET v = 'ONE' WHERE id = 1");
  db.close();
  fs.utimesSync(file, atime, mtime);
  expect(fs.statSync(file)).toMatchObject({ size, mtime });
  expect(key()).not.toBe(first);
});

test('so does one that is only in a write-ahead log', () => {
  const { file, key } = start();
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  const keys = [key()];
  const bytes = fs.readFileSync(file);
  for (const value of ['ONE', 'TWO']) {
    db.prepare('UPDATE t SET v = ? WHERE id = 1').run(value);
    keys.push(key());
  }
  expect(fs.readFileSync(file).equals(bytes)).toBe(true);
  expect(new Set(keys).size).toBe(3);
  db.close();
});

test.each([
  ['changed', (folder: string) => fs.writeFileSync(path.join(folder, 'a.sql'), 'SELECT 3 WHERE 0')],
  ['changed in a subfolder', (folder: string) => fs.writeFileSync(path.join(folder, 'more/b.sql'), '')],
  ['added', (folder: string) => fs.writeFileSync(path.join(folder, 'c.SQL'), '')],
  ['removed', (folder: string) => fs.rmSync(path.join(folder, 'a.sql'))],
  ['renamed', (folder: string) => fs.renameSync(path.join(folder, 'a.sql'), path.join(folder, 'c.sql'))],
  ['taken away with all others', (folder: string) => fs.rmSync(folder, { recursive: true })],
])('a check that is %s changes it', (_, edit) => {
  const { folder, key } = start();
  const first = key();
  edit(folder);
  expect(key()).toMatch(KEY);
  expect(key()).not.toBe(first);
});

test('a working copy that is gone has a key of its own', () => {
  const { file, key } = start();
  const first = key();
  fs.rmSync(file);
  expect(key()).toMatch(KEY);
  expect(key()).not.toBe(first);
});

test('a file that is written to while it is read has none', async () => {
  const { file, key } = start();
  fs.truncateSync(file, 200_000_000);
  const script = `setInterval(() => fs.appendFileSync(${JSON.stringify(file)}, 'x'), 1)`;
  const writer = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  try {
    while (fs.statSync(file).size === 200_000_000) await sleep(5);
    expect(key()).toBeNull();
  } finally {
    const ended = once(writer, 'exit');
    writer.kill();
    await ended;
  }
});
