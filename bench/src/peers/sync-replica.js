// @ts-check
'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { createClient } = require('@libsql/client');

/** Fetches a new replica of the usual client into a folder: `node sync-replica.js FOLDER`. */
async function main() {
  const file = path.join(process.argv[2] ?? '.', 'client.db');
  const client = createClient({
    url: pathToFileURL(file).href,
    syncUrl: process.env['TURSO_DATABASE_URL'] ?? '',
  });
  await client.sync();
  client.close();
}

void main();
