// @ts-check
'use strict';

// Version 12 makes Node 24 abort now and then; Node 20 cannot load version 13.
const isNew = Number(process.versions.napi) >= 10;
/** @type {typeof import('better-sqlite3')} */
const Database = require(isNew ? 'better-sqlite3-node-api' : 'better-sqlite3');

/** @typedef {import('./contacts').Contact} Contact */

/**
 * Opens a database file; a missing one is made, empty.
 * @param {string} file
 */
function openDatabase(file) {
  try {
    const db = new Database(file);
    // SQLite reads nothing before the first query; this is where a file that is no database shows.
    db.pragma('schema_version');
    return db;
  } catch (/** @type {any} */ error) {
    throw new Error(`cannot open ${file}: ${error.message}`, { cause: error });
  }
}

/** @param {Database.Database} db */
function createMissingTables(db) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS contacts (
      id INTEGER PRIMARY KEY,
      email TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      state TEXT NOT NULL,
      birth_date TEXT NOT NULL,
      effective_date TEXT NOT NULL
    );

    CREATE TABLE IF NOT EXISTS email_schedules (
      id INTEGER PRIMARY KEY,
      contact_id INTEGER NOT NULL REFERENCES contacts (id),
      email_type TEXT NOT NULL,
      scheduled_send_date TEXT NOT NULL,
      scheduled_send_time TEXT NOT NULL,
      priority INTEGER NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('pre-scheduled', 'skipped')),
      skip_reason TEXT
    );

    CREATE UNIQUE INDEX IF NOT EXISTS email_schedules_by_contact ON email_schedules (contact_id, email_type);
    CREATE INDEX IF NOT EXISTS email_schedules_by_date ON email_schedules (scheduled_send_date, status);
  `);
}

/**
 * @param {Database.Database} db
 * @returns {Contact[]}
 */
function readContacts(db) {
  const select = 'SELECT id, email, name, state, birth_date, effective_date FROM contacts ORDER BY id';
  return /** @type {Contact[]} */ (db.prepare(select).all());
}

/**
 * @param {Database.Database} db
 * @param {Contact[]} contacts
 */
function insertContacts(db, contacts) {
  const insert = db.prepare(`
    INSERT INTO contacts (id, email, name, state, birth_date, effective_date)
    VALUES (@id, @email, @name, @state, @birth_date, @effective_date)
  `);
  for (const contact of contacts) insert.run(contact);
}

module.exports = { createMissingTables, insertContacts, openDatabase, readContacts };
