'use strict';

/**
 * What is worth reading of a run of all tests: the summary of each runner, and of jest's tests the slowest and the counts.
 *
 *     node summary.js LOG TIMINGS      the output of `npm test`; the folder that `jest-timings.js` wrote to
 */
const fs = require('node:fs');
const path = require('node:path');
const { stripVTControlCharacters } = require('node:util');

const SLOWEST = 10;

/** The lines by which jest, `node --test`, cargo and alcotest sum up. */
const SUMMARY =
  /^(Test Suites: |Tests: |ℹ (tests|pass|fail|skipped) \d|test result: |Test Successful in |\d+ (failure|error)s?! in )/;

const [log, timings] = process.argv.slice(2);
printSummaries(fs.readFileSync(log, 'utf8'));
printTests(readTests(timings));

function printSummaries(text) {
  let task = '';
  let printed = '';
  for (const line of stripVTControlCharacters(text).split('\n')) {
    task = /^> nx run (\S+)/.exec(line)?.[1] ?? task;
    if (!SUMMARY.test(line)) continue;
    if (task !== printed) console.log(`\n${task}`);
    printed = task;
    console.log(`  ${line.trimEnd()}`);
  }
}

function readTests(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .flatMap((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')));
}

function printTests(tests) {
  console.log(`\nThe ${SLOWEST} slowest tests`);
  for (const { milliseconds, file, name } of tests
    .toSorted((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, SLOWEST))
    console.log(`  ${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${file}  ${name}`);
  const count = (wanted) => tests.filter(({ status }) => status === wanted).length;
  console.log(`\n${count('passed')} passed, ${count('failed')} failed`);
}
