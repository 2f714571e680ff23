import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { openLive } from 'turso-core/live';

const folder = mkdtempSync(path.join(tmpdir(), 'raise-prices-'));
const remote = path.join(folder, 'shop.db');

before(async () => {
  await onFile(remote, (db) =>
    db.batch([
      'CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, cents INTEGER)',
      "INSERT INTO products (name, cents) VALUES ('pen', 200), ('ink', 450)",
    ]),
  );
});
after(() => rmSync(folder, { recursive: true }));

test('prices go up', async () => {
  assert.match(raise('10').stdout, /200 -> 220\n450 -> 495\npushed/);
  assert.deepEqual(await prices(), [220n, 495n]);
});

test('a later run starts from the prices of others', async () => {
  await onFile(remote, (db) => db.execute("UPDATE products SET cents = 1000 WHERE name = 'ink'"));
  assert.equal(raise('10').status, 0);
  assert.deepEqual(await prices(), [242n, 1100n]);
});

test('two new prices for one product are a conflict, and nothing is written', async () => {
  await onFile(path.join(folder, 'working_copy.db'), (db) => db.execute('UPDATE products SET cents = 1'));
  await onFile(remote, (db) => db.execute("UPDATE products SET cents = 2 WHERE name = 'pen'"));
  const { status, stdout } = raise('10');
  assert.equal(status, 3);
  assert.match(stdout, /^conflict\n/);
  assert.deepEqual(await prices(), [2n, 1100n]);
});

function raise(percent) {
  const script = path.join(import.meta.dirname, 'raise-prices.js');
  const env = { ...process.env, TURSO_DATABASE_URL: `file:${remote}` };
  return spawnSync(process.execPath, [script, percent], { cwd: folder, env, encoding: 'utf8' });
}

async function prices() {
  const { rows } = await onFile(remote, (db) => db.query('SELECT cents FROM products ORDER BY id'));
  return rows.map(({ cents }) => cents);
}

/** Works on an SQLite file, as somebody else would. */
async function onFile(name, work) {
  const db = await openLive({ url: `file:${name}` });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
