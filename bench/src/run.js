// @ts-check
'use strict';

const { measure, median } = require('./measure');

const BENCHES = [
  'dump-init',
  'diff-few',
  'diff-nothing',
  'push-insert',
  'push-update',
  'push-delete',
  'push-few',
  'push-nothing',
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
  const { contenders, note, stop } = await bench.prepare();
  try {
    const seconds = await measure(contenders, runs);
    console.log(`\n${bench.what}${note === '' ? '' : ` (${note})`}, ${runs} runs each`);
    for (const [name, values] of Object.entries(seconds)) {
      const range = `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;
      console.log(`  ${name.padEnd(28)} median ${median(values).toFixed(2)} s (${range})`);
    }
    const [ours = 0, peer = 0] = Object.values(seconds).map(median);
    if (bench.wanted !== undefined)
      console.log(`  ${(peer / ours).toFixed(1)} times as fast; wanted: ${bench.wanted}`);
    else console.log(`  wanted: under ${bench.seconds} s`);
  } finally {
    await stop();
  }
}

void main();
