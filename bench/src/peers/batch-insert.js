// @ts-check
'use strict';

// What people do without turso-sync: read the rows, send them in batches of single INSERTs.
const { createClient } = require('@libsql/client');
const Database = require('better-sqlite3');

const [file = '', url = ''] = process.argv.slice(2);
const BATCH = 500;
const INSERT = 'INSERT INTO events(id, contact, kind, at, amount) VALUES (?, ?, ?, ?, ?)';

async function main() {
  const rows = /** @type {any[][]} */ (new Database(file).prepare('SELECT * FROM events').raw().all());
  const client = createClient({ url });
  for (let at = 0; at < rows.length; at += BATCH) {
    await client.batch(
      rows.slice(at, at + BATCH).map((args) => ({ sql: INSERT, args })),
      'write',
    );
  }
  client.close();
}

void main();
