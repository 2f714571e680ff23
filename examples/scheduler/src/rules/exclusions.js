// @ts-check
'use strict';

const { anniversaryOf, yearOf } = require('../calendar');

/** @typedef {import('../contacts').Contact} Contact */

/**
 * @typedef {object} ExclusionWindow
 * @property {'birth_date' | 'effective_date'} around
 * @property {number} before days before that date on which the window opens
 * @property {number} after days after that date on which it is still closed to e-mails
 */

/** States where nothing may be sent, ever. */
const YEAR_ROUND = new Set(['CT', 'MA', 'NY', 'WA']);

/** @type {Record<string, ExclusionWindow>} */
const WINDOWS = {
  CA: { around: 'birth_date', before: 30, after: 60 },
  ID: { around: 'birth_date', before: 0, after: 63 },
  KY: { around: 'birth_date', before: 0, after: 60 },
  MD: { around: 'birth_date', before: 0, after: 30 },
  MO: { around: 'effective_date', before: 30, after: 33 },
  NV: { around: 'birth_date', before: 0, after: 60 },
  OK: { around: 'birth_date', before: 0, after: 60 },
  OR: { around: 'birth_date', before: 0, after: 31 },
  VA: { around: 'birth_date', before: 0, after: 30 },
};

/** An offer just before a window would be answered within it, so these days are excluded as well. */
const LEAD_IN_DAYS = 60;

/**
 * Why nothing may be sent to a contact on a day, or null where it may.
 * @param {Contact} contact
 * @param {number} day
 * @returns {string | null}
 */
function exclusionReason(contact, day) {
  if (YEAR_ROUND.has(contact.state)) return `year-round exclusion (${contact.state})`;
  const window = WINDOWS[contact.state];
  if (!window) return null;
  const year = yearOf(day);
  // A window around a date in January begins in the year before, one around December ends in the next.
  const excluded = [year - 1, year, year + 1].some((centre) => isInWindow(contact, window, centre, day));
  return excluded ? `${window.around} window (${contact.state})` : null;
}

/**
 * @param {Contact} contact
 * @param {ExclusionWindow} window
 * @param {number} year of the date that the window is around
 * @param {number} day
 */
function isInWindow(contact, window, year, day) {
  const centre = anniversaryOf(contact[window.around], year);
  if (centre === null) return false;
  return day >= centre - window.before - LEAD_IN_DAYS && day <= centre + window.after;
}

module.exports = { WINDOWS, exclusionReason };
