// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { buildDatabase, makeTempDir, startSqld } = require('@turso-sync/testing');

/** Two doubles and a blob of 24 to 323 bytes a row, with an index; and vectors of 1,536 bytes. Some 70 MB. */
const READINGS = `
  CREATE TABLE readings(id INTEGER PRIMARY KEY, at REAL NOT NULL, value REAL, note TEXT, raw BLOB);
  CREATE TABLE vectors(id INTEGER PRIMARY KEY, name TEXT NOT NULL, v BLOB);
  CREATE INDEX by_at ON readings(at);
  WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 200000)
  INSERT INTO readings SELECT i, 1.7e9 + i * 0.37, random() / 1e15 * 1.1, 'n' || i, randomblob(24 + i % 300) FROM s;
  WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 12000)
  INSERT INTO vectors SELECT i, 'v' || i, randomblob(1536) FROM s;`;

/** Serves that database, and makes an empty folder to work in. */
async function serveReadings() {
  const dir = makeTempDir('bench-');
  const source = path.join(dir, 'source.db');
  buildDatabase(source, READINGS);
  const server = await startSqld({ database: source });
  return { dir, server, bytes: fs.statSync(source).size };
}

module.exports = { serveReadings };
