// What the recording and the screenshots show: a shop whose remote is a file.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const COMMAND = path.join(import.meta.dirname, '../../packages/turso-core/bin/turso-sync.js');

/** The folder that readers see, instead of the temporary one. */
export const SHOWN = '/home/ada/shop';

const SHOP = `CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, cents INTEGER);
  INSERT INTO products (name, cents) VALUES ('pen', 199), ('ink', 450), ('paper', 320)`;

/** Gives a folder with the shop to some work, and removes it. */
export async function inShop(work) {
  const parent = mkdtempSync(path.join(realpathSync(tmpdir()), 'record-'));
  const folder = path.join(parent, 'shop');
  mkdirSync(folder);
  try {
    run(folder, 'sqlite3', 'remote.db', SHOP);
    return await work(folder);
  } finally {
    rmSync(parent, { recursive: true });
  }
}

/** Runs a line as a reader would type it, and returns its output with the colours of a terminal. */
export function type(folder, line) {
  const [, program, words] = /^(npx turso-sync|sqlite3) (.*)$/.exec(line);
  const given = [...words.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word);
  const output =
    program === 'sqlite3'
      ? run(folder, 'sqlite3', ...given)
      : run(folder, process.execPath, COMMAND, ...given);
  return output.replaceAll(folder, SHOWN);
}

function run(folder, program, ...words) {
  const { PATH } = process.env;
  const env = { PATH, FORCE_COLOR: '1', TURSO_DATABASE_URL: 'file:remote.db' };
  const { error, stdout, stderr } = spawnSync(program, words, { cwd: folder, env, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return stderr + stdout;
}
