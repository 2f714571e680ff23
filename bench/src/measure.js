// @ts-check
'use strict';

const { spawn } = require('node:child_process');

/**
 * A command to time: how to run it, and what to put in order before each run, which is not timed. Or `work`, which does
 * something in this process, and answers with the seconds that it took.
 * @typedef {{ name: string, command: string[], cwd?: string, env?: Record<string, string>, before?: () => unknown }} Command
 * @typedef {{ name: string, work: () => Promise<number>, before?: () => unknown }} Work
 * @typedef {Command | Work} Contender
 */

/**
 * Times contenders in turn, A B A B, after one run of each that does not count, so that a machine whose speed drifts
 * treats all alike. Answers the runs of each in seconds.
 * @param {Contender[]} contenders
 * @param {number} runs
 */
async function measure(contenders, runs) {
  /** @type {Record<string, number[]>} */
  const seconds = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let run = 0; run <= runs; run++) {
    for (const contender of contenders) {
      await contender.before?.();
      const took = await ('work' in contender ? contender.work() : time(contender));
      if (run > 0) seconds[contender.name]?.push(took);
    }
  }
  return seconds;
}

/**
 * The seconds that a command takes.
 * @param {Command} contender
 * @returns {Promise<number>}
 */
function time({ name, command, cwd, env }) {
  const [file = '', ...args] = command;
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve((performance.now() - start) / 1000);
      else reject(new Error(`${name} failed with ${code}: ${errors}`));
    });
  });
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/**
 * The median of so many calls, one after the other, in seconds each.
 * @param {number} count
 * @param {(i: number) => unknown} call
 */
async function medianOfCalls(count, call) {
  const seconds = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await call(i);
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}

module.exports = { measure, median, medianOfCalls, time };
