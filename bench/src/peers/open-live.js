// @ts-check
'use strict';

const path = require('node:path');
const { openLive } = require('turso-core/live');

/** Fetches a new replica into a folder, and reads from it: `node open-live.js FOLDER`. */
async function main() {
  const url = process.env['TURSO_DATABASE_URL'] ?? '';
  const live = await openLive({ url, replica: path.join(process.argv[2] ?? '.', 'live.db') });
  const { rows } = await live.query('SELECT count(*) AS n FROM sqlite_schema');
  if (!Number(rows[0]?.['n'])) throw new Error('the replica is empty');
  await live.close();
}

void main();
