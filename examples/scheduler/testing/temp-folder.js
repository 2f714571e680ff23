// @ts-check
'use strict';

const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/**
 * A new folder, removed when the test ends.
 * @param {import('node:test').TestContext} t
 */
function tempFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'scheduler-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

module.exports = { tempFolder };
