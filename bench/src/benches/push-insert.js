// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const Database = require('better-sqlite3');
const { execOn, makeTempDir, startSqld } = require('@turso-sync/testing');
const { tursoSync } = require('../turso-sync');
const { execFileSync } = require('node:child_process');

const ROWS = 50_000;
const SCHEMA =
  'CREATE TABLE events(id INTEGER PRIMARY KEY, contact INTEGER, kind TEXT, at TEXT, amount REAL)';
const FILL = `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < ${ROWS})
  INSERT INTO events SELECT i, i % 997, 'kind ' || i % 7, datetime(1700000000 + i * 60, 'unixepoch'), i * 1.1 FROM s`;

/** 50,000 inserted rows of five columns, beside the usual client's batches of 500 single inserts. */
module.exports = {
  name: 'push-insert',
  what: `dump-push of ${ROWS} inserted rows, beside @libsql/client batches of 500 inserts`,
  wanted: 8,
  async prepare() {
    const dir = makeTempDir('bench-');
    const server = await startSqld();
    const rows = path.join(dir, 'rows.db');
    fill(rows, [SCHEMA, FILL]);
    const env = { TURSO_DATABASE_URL: server.url };
    const emptyRemote = () => execOn(server, ['DROP TABLE IF EXISTS events', SCHEMA]);
    return {
      note: '',
      contenders: [
        {
          name: 'turso-sync dump-push',
          command: tursoSync('dump-push', '--quiet'),
          cwd: dir,
          env,
          async before() {
            await emptyRemote();
            const [node = '', ...init] = tursoSync('dump-init', '--force', '--quiet');
            execFileSync(node, init, { cwd: dir, env: { ...process.env, ...env } });
            for (const name of fs.readdirSync(dir))
              if (name.includes('.backup-')) fs.rmSync(path.join(dir, name));
            fill(path.join(dir, 'working_copy.db'), [FILL]);
          },
        },
        {
          name: '@libsql/client batch of 500',
          command: [
            process.execPath,
            path.join(__dirname, '..', 'peers', 'batch-insert.js'),
            rows,
            server.url,
          ],
          before: emptyRemote,
        },
      ],
      stop: () => server.stop(),
    };
  },
};

/**
 * @param {string} file
 * @param {string[]} statements
 */
function fill(file, statements) {
  const db = new Database(file);
  for (const sql of statements) db.exec(sql);
  db.close();
}
