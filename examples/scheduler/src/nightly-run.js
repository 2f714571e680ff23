// @ts-check
'use strict';

const { contactList } = require('./contact-list');
const { createMissingTables, insertContacts, readContacts } = require('./database');
const { saveSchedule } = require('./save-schedule');
const { scheduleContact } = require('./schedule');

/** @typedef {import('better-sqlite3').Database} Database */

/**
 * Schedules a year for all contacts of the database, in one transaction. A database without contacts gets
 * `contactCount` of them first.
 * @param {Database} db
 * @param {{ year: number, contactCount: number }} options
 * @returns {{ contacts: number, emails: number }}
 */
function nightlyRun(db, { year, contactCount }) {
  const run = db.transaction(() => {
    createMissingTables(db);
    if (readContacts(db).length === 0) insertContacts(db, contactList(contactCount));
    const contacts = readContacts(db);
    const rows = contacts.flatMap((contact) => scheduleContact(contact, year));
    saveSchedule(db, rows);
    return { contacts: contacts.length, emails: rows.length };
  });
  return run.immediate();
}

module.exports = { nightlyRun };
