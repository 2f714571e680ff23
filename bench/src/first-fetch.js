// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { makeTempDir, removeTempDir, startSqld } = require('@turso-sync/testing');
const { makeDatabase } = require('./database');
const { tursoSync } = require('./turso-sync');

/** The contacts of 30 MB. */
const CONTACTS = 21_000;

/**
 * Serves a database of 30 MB, and prepares processes that fetch all of it: the live connection of TypeScript, or of a program
 * if its path is given, the first copy of a project, and libSQL's own replica.
 * @param {string} [program]
 */
async function prepareFirstFetch(program) {
  const root = makeTempDir('bench-');
  const source = path.join(root, 'source.db');
  makeDatabase(source, CONTACTS);
  const server = await startSqld({ database: source });
  const dir = path.join(root, 'fetched');
  const env = { TURSO_DATABASE_URL: server.url };
  const fresh = () => {
    fs.rmSync(dir, { recursive: true, force: true });
    fs.mkdirSync(dir);
    fs.writeFileSync(path.join(dir, 'turso-sync.config.json'), '{}');
  };
  const script = (/** @type {string} */ name) => [process.execPath, path.join(__dirname, 'peers', name), dir];
  const fetching = (/** @type {string} */ name, /** @type {string[]} */ command) => ({
    ...{ name, command, cwd: dir, env, before: fresh },
  });
  return {
    note: `${(fs.statSync(source).size / 1e6).toFixed(1)} MB`,
    contenders: [
      program === undefined
        ? fetching('openLive()', script('open-live.js'))
        : fetching('turso_open()', [program, 'fetch', server.url, dir]),
      fetching('turso-sync init', tursoSync('init', '--quiet')),
      program === undefined
        ? fetching('@libsql/client, and sync()', script('sync-replica.js'))
        : fetching('the crate libsql, and sync()', [program, 'fetch-libsql', server.url, dir]),
    ],
    async stop() {
      await server.stop();
      removeTempDir(root);
    },
  };
}

module.exports = { prepareFirstFetch };
