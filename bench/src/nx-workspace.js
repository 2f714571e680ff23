// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { makeTempDir, writeFiles } = require('@turso-sync/testing');

const ROOT = path.join(__dirname, '..', '..');

/**
 * Makes an Nx workspace with these files, and the packages of this one.
 * @param {Record<string, unknown>} files
 */
function makeNxWorkspace(files) {
  const dir = makeTempDir('bench-');
  writeFiles(dir, {
    'package.json': { name: 'bench', private: true },
    'nx.json': { plugins: ['turso-sync-plugin'], analytics: false },
    '.gitignore': 'node_modules\n.nx\n.turso\nworking_copy.*\n',
    ...files,
  });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  return dir;
}

/** Nx in one process and without its daemon, so that all of its work counts. */
const NX_ENV = { NX_DAEMON: 'false', NX_TUI: 'false', NX_ISOLATE_PLUGINS: 'false', NX_NO_CLOUD: 'true' };

/** @param {string[]} words */
function nx(...words) {
  const { bin } = require('nx/package.json');
  return [process.execPath, path.join(path.dirname(require.resolve('nx/package.json')), bin.nx), ...words];
}

module.exports = { makeNxWorkspace, nx, NX_ENV };
