// @ts-check
'use strict';

const { measure, median } = require('./measure');

const BENCHES = [
  'dump-init',
  'dump-init-blobs',
  'dump-init-blobs-only',
  'diff-few',
  'diff-nothing',
  'push-few',
  'push-nothing',
  'live-insert',
  'live-insert-delayed',
  'live-batch',
  'live-query',
  'live-follow',
  'live-connect',
  'live-writes',
  'first-fetch',
  'ffi-insert',
  'ffi-insert-delayed',
  'ffi-batch',
  'ffi-query',
  'ffi-follow',
  'ffi-connect',
  'ffi-connect-tls',
  'ffi-writes',
  'ffi-first-fetch',
  'nx-inference-json',
  'nx-inference-ts',
  'nx-push-nothing',
  'nx-fingerprint',
];

/** Runs the named benches, or all: `node src/run.js [--runs N] [name ..]`. */
async function main() {
  const args = process.argv.slice(2);
  const at = args.indexOf('--runs');
  const runs = at < 0 ? 5 : Number(args.splice(at, 2)[1]);
  for (const name of args.length > 0 ? args : BENCHES) await runBench(require(`./benches/${name}`), runs);
}

/**
 * @param {any} bench
 * @param {number} runs
 */
async function runBench(bench, runs) {
  const { contenders, note = '', stop } = (await bench.prepare?.()) ?? {};
  try {
    // Programs of other languages measure their calls themselves.
    const seconds = await (bench.measure ?? ((/** @type {number} */ n) => measure(contenders, n)))(runs);
    console.log(`\n${bench.what}${note === '' ? '' : ` (${note})`}, ${runs} runs each`);
    for (const [name, values] of Object.entries(seconds)) {
      const range = `${inUnit(Math.min(...values))} to ${inUnit(Math.max(...values))}`;
      console.log(`  ${name.padEnd(28)} median ${inUnit(median(values))} (${range})`);
    }
    const [ours = 0, peer = 0] = Object.values(seconds).map(median);
    if (bench.wanted !== undefined)
      console.log(`  ${(peer / ours).toFixed(1)} times as fast; wanted: ${bench.wanted}`);
    else if (bench.over !== undefined)
      console.log(`  ${inUnit(ours - peer)} more; wanted: at most ${inUnit(bench.over)}`);
    else console.log(`  wanted: under ${inUnit(bench.seconds)}`);
  } finally {
    await stop?.();
  }
}

/** @param {number} seconds */
function inUnit(seconds) {
  if (seconds >= 0.1) return `${seconds.toFixed(2)} s`;
  return seconds >= 0.001 ? `${(seconds * 1000).toFixed(1)} ms` : `${(seconds * 1e6).toFixed(1)} us`;
}

void main();
