// @ts-check
'use strict';

const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { test } = require('node:test');
const { openDatabase } = require('../src/database');
const { nightlyRun } = require('../src/nightly-run');
const { tempFolder } = require('../testing/temp-folder');

/** @typedef {import('better-sqlite3').Database} Database */

/**
 * @param {import('node:test').TestContext} t
 * @returns {Database}
 */
function newDatabase(t) {
  /** @type {Database | undefined} */
  let db;
  // Said before the folder is made, so that it comes before its removal: Windows deletes no open file.
  t.after(() => db?.close());
  db = openDatabase(join(tempFolder(t), 'working_copy.db'));
  return db;
}

/** @param {Database} db */
function contentOf(db) {
  return {
    contacts: db.prepare('SELECT * FROM contacts ORDER BY id').all(),
    schedules: db.prepare('SELECT * FROM email_schedules ORDER BY id').all(),
  };
}

/** @param {Database} db */
function writesOf(db) {
  return db.prepare('SELECT total_changes()').pluck().get();
}

test('an empty database gets its tables, 10,000 contacts and some 100,000 e-mails', (t) => {
  const db = newDatabase(t);
  const result = nightlyRun(db, { year: 2026, contactCount: 10_000 });
  const count = (/** @type {string} */ table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  assert.equal(result.contacts, 10_000);
  assert.ok(result.emails >= 90_000 && result.emails <= 130_000, `${result.emails} e-mails`);
  assert.equal(count('contacts'), result.contacts);
  assert.equal(count('email_schedules'), result.emails);
  assert.deepEqual(db.pragma('foreign_key_check'), []);
  assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
});

test('two databases get the same rows', (t) => {
  const [one, other] = [newDatabase(t), newDatabase(t)];
  nightlyRun(one, { year: 2026, contactCount: 500 });
  nightlyRun(other, { year: 2026, contactCount: 500 });
  assert.equal(contentOf(one).contacts.length, 500);
  assert.deepEqual(contentOf(one), contentOf(other));
});

test('a second run writes nothing: not a row, not a byte', (t) => {
  const db = newDatabase(t);
  nightlyRun(db, { year: 2026, contactCount: 500 });
  const [writes, bytes] = [writesOf(db), readFileSync(db.name)];
  nightlyRun(db, { year: 2026, contactCount: 500 });
  assert.equal(writesOf(db), writes);
  assert.ok(readFileSync(db.name).equals(bytes));
});

test('rows that were changed, deleted or added by hand are put right', (t) => {
  const db = newDatabase(t);
  nightlyRun(db, { year: 2026, contactCount: 20 });
  const { schedules } = contentOf(db);
  db.exec(`
    UPDATE email_schedules SET skip_reason = 'by hand' WHERE id = 101;
    DELETE FROM email_schedules WHERE id = 202;
    DELETE FROM email_schedules WHERE id = 303;
    INSERT INTO email_schedules VALUES (399, 3, 'aep', '2026-01-01', '00:00:00', 1, 'skipped', NULL);
  `);
  const writes = writesOf(db);
  nightlyRun(db, { year: 2026, contactCount: 20 });
  assert.deepEqual(contentOf(db).schedules, schedules);
  assert.equal(Number(writesOf(db)) - Number(writes), 4);
});

test('only the e-mails of a contact that was changed are written', (t) => {
  const db = newDatabase(t);
  nightlyRun(db, { year: 2026, contactCount: 20 });
  const before = contentOf(db).schedules;
  db.exec(`UPDATE contacts SET state = CASE state WHEN 'NY' THEN 'TX' ELSE 'NY' END WHERE id = 5`);
  nightlyRun(db, { year: 2026, contactCount: 20 });
  const others = (/** @type {any[]} */ rows) => rows.filter((row) => row.contact_id !== 5);
  assert.deepEqual(others(contentOf(db).schedules), others(before));
  assert.notDeepEqual(contentOf(db).schedules, before);
});

test('contacts that are there already are used, and none imported', (t) => {
  const db = newDatabase(t);
  nightlyRun(db, { year: 2026, contactCount: 3 });
  db.exec(`UPDATE contacts SET name = 'Known Already' WHERE id = 2`);
  const { contacts } = contentOf(db);
  assert.equal(nightlyRun(db, { year: 2026, contactCount: 50 }).contacts, 3);
  assert.deepEqual(contentOf(db).contacts, contacts);
});

test('another year replaces the schedule', (t) => {
  const db = newDatabase(t);
  nightlyRun(db, { year: 2026, contactCount: 50 });
  nightlyRun(db, { year: 2027, contactCount: 50 });
  const years = db
    .prepare('SELECT DISTINCT substr(scheduled_send_date, 1, 4) FROM email_schedules')
    .pluck()
    .all();
  assert.deepEqual(years, ['2027']);
});

test('a run that fails halfway leaves the database as it was', (t) => {
  const db = newDatabase(t);
  nightlyRun(db, { year: 2026, contactCount: 20 });
  db.exec(`
    CREATE TRIGGER refuse BEFORE UPDATE ON email_schedules WHEN old.id = 1503
    BEGIN SELECT raise(ABORT, 'refused'); END
  `);
  const before = contentOf(db);
  assert.throws(() => nightlyRun(db, { year: 2027, contactCount: 20 }), /refused/);
  assert.deepEqual(contentOf(db), before);
});
