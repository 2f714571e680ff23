// @ts-check
'use strict';

const { parseArgs } = require('node:util');
const { DEFAULT_CONTACTS } = require('./contact-list');

const USAGE = 'usage: node src/main.js [working_copy.db] [--year 2026] [--contacts 10000]';

/**
 * The command line's meaning; throws an error that shows the usage where it has none. The year does not default
 * to the current one, so that a run gives the same rows on any day.
 * @param {string[]} args
 */
function parseArguments(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        year: { type: 'string', default: '2026' },
        contacts: { type: 'string', default: String(DEFAULT_CONTACTS) },
      },
    });
    if (positionals.length > 1) throw new Error(`one database file at most, not ${positionals.length}`);
    return {
      file: positionals[0] ?? 'working_copy.db',
      year: wholeNumber('--year', values.year, 2000, 2999),
      contactCount: wholeNumber('--contacts', values.contacts, 1, 1_000_000),
    };
  } catch (/** @type {any} */ error) {
    throw new Error(`${error.message}\n${USAGE}`, { cause: error });
  }
}

/**
 * @param {string} option
 * @param {string} text
 * @param {number} least
 * @param {number} most
 */
function wholeNumber(option, text, least, most) {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${option} takes a whole number from ${least} to ${most}, not "${text}"`);
}

module.exports = { parseArguments };
