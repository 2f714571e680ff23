// @ts-check
'use strict';

// What people do without turso-sync: read the rows, send them in batches of single statements.
const { createClient } = require('@libsql/client');
// Not all of it, whose loading would count against the peer.
const { Database } = require('@turso-sync/testing/dist/sqlite');

const [kind = '', file = '', url = ''] = process.argv.slice(2);
const BATCH = 500;

/** @type {Record<string, { sql: string, read: string }>} */
const STATEMENTS = {
  insert: {
    sql: 'INSERT INTO events(id, contact, kind, at, amount) VALUES (?, ?, ?, ?, ?)',
    read: 'SELECT id, contact, kind, at, amount FROM events',
  },
  update: {
    sql: 'UPDATE events SET kind = ?, amount = ? WHERE id = ?',
    read: 'SELECT kind, amount, id FROM events',
  },
  delete: { sql: 'DELETE FROM events WHERE id = ?', read: 'SELECT id FROM events' },
};

async function main() {
  const { sql = '', read = '' } = STATEMENTS[kind] ?? {};
  const rows = /** @type {any[][]} */ (new Database(file).prepare(read).raw().all());
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
