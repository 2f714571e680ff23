// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { makeTempDir, startSqld } = require('@turso-sync/testing');
const { makeDatabase } = require('./database');

/** Serves the example's database of 74 MB, and makes an empty folder to work in. */
async function serveExample() {
  const dir = makeTempDir('bench-');
  const source = path.join(dir, 'source.db');
  makeDatabase(source, 51_500);
  const server = await startSqld({ database: source });
  return { dir, server, bytes: fs.statSync(source).size };
}

module.exports = { serveExample };
