// @ts-check
'use strict';

const { isoDateOf, yearOf } = require('./calendar');
const { anniversaryEmails } = require('./rules/anniversary');
const { birthdayEmails } = require('./rules/birthday');
const { campaignEmails } = require('./rules/campaigns');
const { EMAIL_TYPES } = require('./rules/email-types');
const { followUpEmails } = require('./rules/follow-ups');
const { postWindowEmails } = require('./rules/post-window');
const { skipReasons } = require('./rules/skips');

/** @typedef {import('./contacts').Contact} Contact */
/** @typedef {import('./rules/email-types').Email} Email */

/**
 * A row of `email_schedules`.
 * @typedef {object} ScheduleRow
 * @property {number} id
 * @property {number} contact_id
 * @property {string} email_type
 * @property {string} scheduled_send_date ISO date
 * @property {string} scheduled_send_time
 * @property {number} priority 1 is the most important
 * @property {'pre-scheduled' | 'skipped'} status
 * @property {string | null} skip_reason
 */

/**
 * The e-mails that a contact is to get on the days of a year, and those that are skipped, in order of their ids.
 * The same contact and year always give the same rows.
 * @param {Contact} contact
 * @param {number} year
 * @returns {ScheduleRow[]}
 */
function scheduleContact(contact, year) {
  // A birthday in January is written about in December, a follow-up in January may belong to an e-mail of
  // December: the neighbouring years are worked out as well, and only this year's days are kept.
  const emails = [year - 1, year, year + 1].flatMap((centre) => emailsOf(contact, centre));
  return [...skipReasons(contact, emails)]
    .filter(([email]) => yearOf(email.day) === year)
    .map(([email, skipReason]) => rowOf(contact, email, skipReason))
    .sort((a, b) => a.id - b.id);
}

/**
 * @param {Contact} contact
 * @param {number} year
 * @returns {Email[]}
 */
function emailsOf(contact, year) {
  const emails = [
    ...birthdayEmails(contact, year),
    ...anniversaryEmails(contact, year),
    ...campaignEmails(year),
    ...postWindowEmails(contact, year),
  ];
  return [...emails, ...followUpEmails(emails)];
}

/**
 * @param {Contact} contact
 * @param {Email} email
 * @param {string | null} skipReason
 * @returns {ScheduleRow}
 */
function rowOf(contact, { type, day }, skipReason) {
  const { number, priority, sendTime } = EMAIL_TYPES[type];
  return {
    id: contact.id * 100 + number,
    contact_id: contact.id,
    email_type: type,
    scheduled_send_date: isoDateOf(day),
    scheduled_send_time: sendTime,
    priority,
    status: skipReason === null ? 'pre-scheduled' : 'skipped',
    skip_reason: skipReason,
  };
}

module.exports = { scheduleContact };
