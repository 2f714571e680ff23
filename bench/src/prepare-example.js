// @ts-check
'use strict';

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { serveExample } = require('./serve-example');
const { tursoSync } = require('./turso-sync');
const { Database } = require('@turso-sync/testing');

/**
 * Serves the example's database, and makes a project with its working copy.
 * @param {(db: Database.Database) => void} edit what an app changes in the working copy
 */
async function prepareExample(edit = () => undefined) {
  const { dir, server } = await serveExample();
  const env = { TURSO_DATABASE_URL: server.url };
  const [node = '', ...init] = tursoSync('dump-init', '--quiet');
  execFileSync(node, init, { cwd: dir, env: { ...process.env, ...env } });
  const db = new Database(path.join(dir, 'working_copy.db'));
  edit(db);
  db.close();
  return { dir, env, server, stop: () => server.stop() };
}

module.exports = { prepareExample };
