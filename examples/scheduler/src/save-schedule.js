// @ts-check
'use strict';

/** @typedef {import('better-sqlite3').Database} Database */
/** @typedef {import('./schedule').ScheduleRow} ScheduleRow */

/**
 * Makes `email_schedules` hold exactly these rows. Rows that are right already are not written.
 * @param {Database} db
 * @param {ScheduleRow[]} rows
 */
function saveSchedule(db, rows) {
  deleteOthers(db, rows);
  const upsert = db.prepare(UPSERT);
  for (const row of rows) upsert.run(row);
}

/**
 * @param {Database} db
 * @param {ScheduleRow[]} rows
 */
function deleteOthers(db, rows) {
  const wanted = new Set(rows.map((row) => row.id));
  const present = /** @type {number[]} */ (db.prepare('SELECT id FROM email_schedules').pluck().all());
  const remove = db.prepare('DELETE FROM email_schedules WHERE id = ?');
  for (const id of present) if (!wanted.has(id)) remove.run(id);
}

const UPSERT = `
  INSERT INTO email_schedules
    (id, contact_id, email_type, scheduled_send_date, scheduled_send_time, priority, status, skip_reason)
  VALUES
    (@id, @contact_id, @email_type, @scheduled_send_date, @scheduled_send_time, @priority, @status, @skip_reason)
  ON CONFLICT (id) DO UPDATE SET
    contact_id = excluded.contact_id,
    email_type = excluded.email_type,
    scheduled_send_date = excluded.scheduled_send_date,
    scheduled_send_time = excluded.scheduled_send_time,
    priority = excluded.priority,
    status = excluded.status,
    skip_reason = excluded.skip_reason
  WHERE
    (contact_id, email_type, scheduled_send_date, scheduled_send_time, priority, status, skip_reason)
    IS NOT
    (excluded.contact_id, excluded.email_type, excluded.scheduled_send_date, excluded.scheduled_send_time,
     excluded.priority, excluded.status, excluded.skip_reason)
`;

module.exports = { saveSchedule };
