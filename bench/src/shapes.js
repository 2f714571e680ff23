// @ts-check
'use strict';

const { parseArgs } = require('node:util');
const { measure } = require('./measure');
const { prepareCell } = require('./shapes/cell');
const { CHANGES, SHAPES } = require('./shapes/shapes');

/**
 * Pushes of rows of each shape, all inserted, updated or deleted, beside `@libsql/client` and the floor:
 * `node src/shapes.js [--rows 50000] [--runs 3] [--only insert,update] [--cpu] [shape ..]`. Prints the best run of each.
 */
async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rows: { type: 'string', default: '50000' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string', default: CHANGES.join() },
      cpu: { type: 'boolean', default: false },
    },
  });
  const [rows, runs] = [Number(values.rows), Number(values.runs)];
  const names = positionals.length > 0 ? positionals : Object.keys(SHAPES);
  const unknown = names.filter((name) => SHAPES[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`No shape is called ${unknown.join()}: ${Object.keys(SHAPES).join()}`);
  const unit = values.cpu ? 'CPU time of client and server' : 'wall time';
  console.log(`${rows} rows, ${unit}, best of ${runs} runs each, in seconds`);
  console.log(line('shape', 'change', ['ours', 'peer', 'floor', 'factor', 'goal']));
  const factors = [];
  for (const name of names) {
    for (const change of CHANGES.filter((one) => values.only.split(',').includes(one))) {
      const { contenders, stop } = prepareCell(name, change, { rows, countsCpu: values.cpu });
      try {
        const all = await measure(contenders, runs);
        const best = ['ours', 'peer', 'floor'].map((who) => Math.min(...(all[who] ?? [])));
        const [ours = NaN, peer = NaN] = best;
        factors.push(peer / ours);
        const goal = SHAPES[name]?.goal[change] ?? NaN;
        const cells = [...best.map((s) => s.toFixed(3)), (peer / ours).toFixed(1), String(goal)];
        console.log(line(name, change, cells));
      } finally {
        await stop();
      }
    }
  }
  const mean = Math.exp(factors.reduce((sum, factor) => sum + Math.log(factor), 0) / factors.length);
  console.log(`geometric mean of ${factors.length} factors: ${mean.toFixed(2)}`);
}

/**
 * @param {string} shape
 * @param {string} change
 * @param {string[]} cells
 */
function line(shape, change, cells) {
  return `${shape.padEnd(12)}${change.padEnd(8)}${cells.map((cell) => cell.padStart(8)).join('')}`;
}

void main();
