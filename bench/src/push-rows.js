// @ts-check
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Database, execOn, makeTempDir, startSqld } = require('@turso-sync/testing');
const { tursoSync } = require('./turso-sync');

const SCHEMA =
  'CREATE TABLE events(id INTEGER PRIMARY KEY, contact INTEGER, kind TEXT, at TEXT, amount REAL)';

/**
 * SQL that fills the table with rows of five columns.
 * @param {number} rows
 */
const fill = (rows) => `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${rows})
  INSERT INTO events SELECT i, i % 997, 'kind ' || i % 7, datetime(1700000000 + i * 60, 'unixepoch'), i * 1.1 FROM s`;

const KINDS = {
  insert: { before: () => [], edit: fill },
  update: {
    before: (/** @type {number} */ rows) => [fill(rows)],
    edit: () => "UPDATE events SET kind = kind || '!', amount = amount / 3",
  },
  delete: { before: (/** @type {number} */ rows) => [fill(rows)], edit: () => 'DELETE FROM events' },
};

/**
 * Rows that were all changed in one way, beside the usual client's batches of 500 single statements.
 * @param {keyof typeof KINDS} kind
 * @param {number} rows
 */
function pushRows(kind, rows) {
  const { before, edit } = KINDS[kind];
  return {
    name: `push-${kind}`,
    what: `dump-push of ${rows} rows, ${kind}, beside @libsql/client batches of 500 statements`,
    wanted: 10,
    async prepare() {
      const dir = makeTempDir('bench-');
      const server = await startSqld();
      const edited = path.join(dir, 'edited.db');
      run(edited, [SCHEMA, ...before(rows), ...(kind === 'delete' ? [] : [edit(rows)])]);
      const env = { TURSO_DATABASE_URL: server.url };
      const reset = () => execOn(server, ['DROP TABLE IF EXISTS events', SCHEMA, ...before(rows)]);
      return {
        note: '',
        contenders: [
          {
            name: 'turso-sync dump-push',
            command: tursoSync('dump-push', '--quiet', '--allow', 'deleteAllRows'),
            cwd: dir,
            env,
            async before() {
              await reset();
              const [node = '', ...init] = tursoSync('dump-init', '--force', '--quiet');
              execFileSync(node, init, { cwd: dir, env: { ...process.env, ...env } });
              for (const name of fs.readdirSync(dir))
                if (name.includes('.backup-')) fs.rmSync(path.join(dir, name));
              run(path.join(dir, 'working_copy.db'), [edit(rows)]);
            },
          },
          {
            name: '@libsql/client batch of 500',
            command: [process.execPath, path.join(__dirname, 'peers', 'batch.js'), kind, edited, server.url],
            before: reset,
          },
        ],
        stop: () => server.stop(),
      };
    },
  };
}

/**
 * @param {string} file
 * @param {string[]} statements
 */
function run(file, statements) {
  const db = new Database(file);
  for (const sql of statements) db.exec(sql);
  db.close();
}

module.exports = { pushRows };
