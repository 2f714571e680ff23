// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { Database, makeTempDir, removeTempDir, startSqld } = require('@turso-sync/testing');
const { makeDatabase } = require('./database');
const { tursoSync } = require('./turso-sync');

/**
 * Time and memory of init, diff and a push of 10 rows, on databases of growing size: `node src/large.js`. Reads /proc, so
 * it runs on Linux only.
 */
async function main() {
  for (const contacts of [51_500, 206_000, 720_000]) await measure(contacts);
}

/** @param {number} contacts */
async function measure(contacts) {
  const dir = makeTempDir('large-');
  const source = path.join(dir, 'source.db');
  makeDatabase(source, contacts);
  const server = await startSqld({ database: source });
  console.log(`${Math.round(fs.statSync(source).size / 1e6)} MB`);
  fs.rmSync(source);
  const env = { ...process.env, TURSO_DATABASE_URL: server.url };
  try {
    report('dump-init', await run(tursoSync('dump-init', '--quiet'), dir, env));
    const db = new Database(path.join(dir, 'working_copy.db'));
    db.exec('UPDATE contacts SET name = name || 1 WHERE id BETWEEN 1000 AND 1009');
    db.close();
    // The first one also waits for the disk, which is still at work on what init has written.
    for (const name of ['diff', 'diff again'])
      report(name, await run(tursoSync('diff', '--quiet'), dir, env));
    report('dump-push', await run(tursoSync('dump-push', '--quiet'), dir, env));
  } finally {
    await server.stop();
    removeTempDir(dir);
  }
}

/**
 * @param {string} name
 * @param {{ seconds: number, megabytes: number }} result
 */
function report(name, { seconds, megabytes }) {
  console.log(
    `  ${name.padEnd(10)} ${seconds.toFixed(2)} s, at most ${Math.round(megabytes)} MB of resident memory`,
  );
}

/**
 * @param {string[]} command
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ seconds: number, megabytes: number }>}
 */
function run([file = '', ...args], cwd, env) {
  const start = performance.now();
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
  let kilobytes = 0;
  const poll = setInterval(() => {
    try {
      const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  }, 10);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(poll);
      if (code === 0) resolve({ seconds: (performance.now() - start) / 1000, megabytes: kilobytes / 1024 });
      else reject(new Error(`${args.join(' ')} failed with ${code}`));
    });
  });
}

void main();
