// @ts-check
'use strict';

const { parseArguments } = require('./arguments');
const { openDatabase } = require('./database');
const { nightlyRun } = require('./nightly-run');

/** @param {string[]} args */
function main(args) {
  const { file, year, contactCount } = parseArguments(args);
  const db = openDatabase(file);
  try {
    const { contacts, emails } = nightlyRun(db, { year, contactCount });
    console.log(`scheduled ${grouped(emails)} e-mails for ${grouped(contacts)} contacts (${year})`);
  } finally {
    db.close();
  }
}

/** @param {number} number */
function grouped(number) {
  return number.toLocaleString('en-US');
}

try {
  main(process.argv.slice(2));
} catch (/** @type {any} */ error) {
  console.error(`scheduler: ${error.message}`);
  process.exitCode = 1;
}
