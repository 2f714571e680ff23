// @ts-check
'use strict';

const { execFile, execFileSync } = require('node:child_process');
const { promisify } = require('node:util');

/** Runs a command and prints what it and all that it waited for took, which only a shell tells everywhere. */
const SCRIPT = '"$@" >/dev/null 2>&1; code=$?; times; exit $code';

/**
 * The CPU time of a command and the processes that it waits for, in seconds.
 * @param {string[]} command
 * @param {{ cwd?: string, env?: Record<string, string> }} [how]
 */
async function cpuOf(command, { cwd, env } = {}) {
  const { stdout } = await promisify(execFile)('sh', ['-c', SCRIPT, 'sh', ...command], {
    cwd,
    env: { ...process.env, ...env },
  });
  // The second line is that of the children: `0m1.25s 0m0.31s`.
  const times = stdout.split('\n')[1] ?? '';
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/**
 * The CPU time that a program measures itself and prints, in seconds.
 * @param {string} script
 * @param {string} cwd
 */
function printedCpu(script, cwd) {
  return Number(execFileSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' }));
}

module.exports = { cpuOf, printedCpu };
