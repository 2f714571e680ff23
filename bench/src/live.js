// @ts-check
'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { createClient } = require('@libsql/client');
const { execOn, makeTempDir, removeTempDir, startSqld } = require('@turso-sync/testing');
const { openLive } = require('turso-core/live');

const SCHEMA =
  'CREATE TABLE events(id INTEGER PRIMARY KEY, contact INTEGER, kind TEXT, at TEXT, amount REAL)';
const INSERT = 'INSERT INTO events(contact, kind, at, amount) VALUES (?, ?, ?, ?)';

/** @param {number} i */
const row = (i) => [i % 997, `kind ${i % 7}`, '2026-11-25 12:00:00', i * 1.1];

/** A server with an empty table, a live connection with a replica, and the usual client with one of its own. */
async function prepareLive() {
  const dir = makeTempDir('bench-');
  const server = await startSqld();
  await execOn(server, SCHEMA);
  const replica = path.join(dir, 'live.db');
  const live = await openLive({ url: server.url, replica });
  const client = createClient({ url: pathToFileURL(path.join(dir, 'client.db')).href, syncUrl: server.url });
  await client.sync();
  return {
    dir,
    server,
    live,
    client,
    replica,
    async stop() {
      client.close();
      await live.close();
      await server.stop();
      removeTempDir(dir);
    },
  };
}

module.exports = { INSERT, prepareLive, row };
