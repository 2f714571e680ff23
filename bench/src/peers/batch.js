// @ts-check
'use strict';

// What people do without turso-sync: read the rows, send them in batches of single statements, with the right types.
const { createClient } = require('@libsql/client');
// Not all of it, whose loading would count against the peer.
const { Database } = require('@turso-sync/testing/dist/sqlite');
const { SHAPES } = require('../shapes/shapes');

const [name = '', change = '', file = '', url = ''] = process.argv.slice(2);
const BATCH = 500;

async function main() {
  const { columns, key, sets } = /** @type {import('../shapes/shapes').Shape} */ (SHAPES[name]);
  const isRow = key.map((k) => `${k} = ?`).join(' AND ');
  const [sql, names] = /** @type {Record<string, [string, readonly string[]]>} */ ({
    insert: [`INSERT INTO t(${columns.join()}) VALUES (${columns.map(() => '?').join()})`, columns],
    update: [`UPDATE t SET ${sets.map((s) => `${s} = ?`).join()} WHERE ${isRow}`, [...sets, ...key]],
    delete: [`DELETE FROM t WHERE ${isRow}`, key],
  })[change] ?? ['', []];
  // Integers as BigInt, which the client sends as integers and not as doubles.
  const read = new Database(file).prepare(`SELECT ${names.join()} FROM t`).raw().safeIntegers();
  const rows = /** @type {any[][]} */ (read.all());
  const client = createClient({ url });
  for (let at = 0; at < rows.length; at += BATCH) {
    await client.batch(
      rows.slice(at, at + BATCH).map((args) => ({ sql, args })),
      'write',
    );
  }
  client.close();
}

void main();
