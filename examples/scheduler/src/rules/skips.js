// @ts-check
'use strict';

const { EMAIL_TYPES } = require('./email-types');
const { exclusionReason } = require('./exclusions');

/** @typedef {import('../contacts').Contact} Contact */
/** @typedef {import('./email-types').Email} Email */

/**
 * Decides, the most important e-mail first, which of a contact's e-mails are skipped and why: for an exclusion,
 * because the e-mail to follow up is skipped itself, or because a more important one goes out that day.
 * @param {Contact} contact
 * @param {Email[]} emails
 * @returns {Map<Email, string | null>} the reason, null for an e-mail that is sent
 */
function skipReasons(contact, emails) {
  /** @type {Map<Email, string | null>} */
  const reasons = new Map();
  /** @type {Map<number, Email>} */
  const sentOn = new Map();
  for (const email of byPriority(emails)) {
    const reason =
      exclusionReason(contact, email.day) ?? nothingToFollow(email, reasons) ?? clash(email, sentOn);
    reasons.set(email, reason);
    if (reason === null) sentOn.set(email.day, email);
  }
  return reasons;
}

/** @param {Email[]} emails */
function byPriority(emails) {
  return emails.toSorted((a, b) => EMAIL_TYPES[a.type].priority - EMAIL_TYPES[b.type].priority);
}

/**
 * @param {Email} email
 * @param {Map<Email, string | null>} reasons
 */
function nothingToFollow({ follows }, reasons) {
  return follows && reasons.get(follows) !== null ? `${follows.type} was skipped` : null;
}

/**
 * @param {Email} email
 * @param {Map<number, Email>} sentOn
 */
function clash({ day }, sentOn) {
  const other = sentOn.get(day);
  return other ? `same day as ${other.type}` : null;
}

module.exports = { skipReasons };
