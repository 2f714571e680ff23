// @ts-check
'use strict';

const { execFile, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const { makeTempDir, removeTempDir, startSqld } = require('@turso-sync/testing');
const { median } = require('./measure');

const crate = path.join(__dirname, '..', '..', 'packages', 'turso-ffi');

/**
 * The programs that measure direct access from Rust and from OCaml, and how they are built; each prints the seconds of its
 * calls, by name, as one line of JSON.
 */
const PROGRAMS = {
  rust: {
    build: [
      'cargo',
      'build',
      '--release',
      '--manifest-path',
      'examples/figures/Cargo.toml',
      '--target-dir',
      'target',
    ],
    file: path.join(crate, 'target', 'release', 'figures'),
  },
  ocaml: {
    build: ['dune', 'build', '--root', '.', '--profile', 'release', 'ocaml/bench/point_query.exe'],
    file: path.join(crate, '_build', 'default', 'ocaml', 'bench', 'point_query.exe'),
  },
};

/**
 * A way to the server, and variables for the program.
 * @typedef {{ url: string, env?: Record<string, string>, stop: () => Promise<void> }} Way
 */

/**
 * Builds a program, and answers with its path.
 * @param {keyof typeof PROGRAMS} name
 */
function build(name) {
  const { build, file } = PROGRAMS[name];
  const [command = '', ...args] = build;
  execFileSync(command, args, { cwd: crate, stdio: 'inherit' });
  if (!fs.existsSync(file)) throw new Error(`${command} has not made ${file}`);
  return file;
}

/**
 * Runs a program with an empty server and an empty folder, once for each run, and answers with the median of every run.
 * @param {keyof typeof PROGRAMS} name
 * @param {string[]} words - what to measure.
 * @param {{ runs: number, urlOf?: (port: number) => Promise<Way> }} options
 */
async function measureFfi(name, words, { runs, urlOf }) {
  const file = build(name);
  /** @type {Record<string, number[]>} */
  const seconds = {};
  for (let run = 0; run < runs; run++) {
    const server = await startSqld();
    const dir = makeTempDir('bench-');
    const via = await urlOf?.(server.port);
    try {
      const args = [...words, via?.url ?? server.url, dir];
      const { stdout } = await promisify(execFile)(file, args, { env: { ...process.env, ...via?.env } });
      for (const [key, values] of Object.entries(JSON.parse(stdout)))
        (seconds[key] ??= []).push(Array.isArray(values) ? median(values) : values);
    } finally {
      await via?.stop();
      await server.stop();
      removeTempDir(dir);
    }
  }
  return seconds;
}

module.exports = { build, measureFfi };
