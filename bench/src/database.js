// @ts-check
'use strict';

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const scheduler = path.dirname(require.resolve('scheduler/package.json'));

/**
 * Makes the example's database: contacts, and ten e-mails for each, with their indexes. 51,500 contacts give some 570,000
 * rows and 74 MB.
 * @param {string} file
 * @param {number} contacts
 */
function makeDatabase(file, contacts) {
  execFileSync(process.execPath, ['src/main.js', file, '--contacts', String(contacts)], { cwd: scheduler });
}

module.exports = { makeDatabase };
