// @ts-check
'use strict';

const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { generateContacts } = require('./contacts');

/** @typedef {import('./contacts').Contact} Contact */

const DEFAULT_CONTACTS = 10_000;
const BUILT_CONTACTS = join(__dirname, '..', 'dist', 'contacts.json');

/**
 * The contacts to import into a new database: from the file that `build` wrote, or generated here if that file is
 * missing or too short. Both give the same contacts.
 * @param {number} count
 * @param {string} [file]
 * @returns {Contact[]}
 */
function contactList(count, file = BUILT_CONTACTS) {
  const built = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  return built.length >= count ? built.slice(0, count) : generateContacts(count);
}

module.exports = { BUILT_CONTACTS, DEFAULT_CONTACTS, contactList };
