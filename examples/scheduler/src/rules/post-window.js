// @ts-check
'use strict';

const { anniversaryOf } = require('../calendar');
const { WINDOWS } = require('./exclusions');

/** @typedef {import('../contacts').Contact} Contact */
/** @typedef {import('./email-types').Email} Email */

/**
 * The catch-up on the first day after a contact's exclusion window. There is always something to catch up on:
 * the e-mail for the date that the window is around falls into it.
 * @param {Contact} contact
 * @param {number} year of the date that the window is around
 * @returns {Email[]}
 */
function postWindowEmails(contact, year) {
  const window = WINDOWS[contact.state];
  if (!window) return [];
  const centre = anniversaryOf(contact[window.around], year);
  return centre === null ? [] : [{ type: 'post_window', day: centre + window.after + 1 }];
}

module.exports = { postWindowEmails };
